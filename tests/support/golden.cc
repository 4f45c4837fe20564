// Golden files: comparison with the committed copy, rewriting on request.
#include "tests/support/golden.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/paths.h"

namespace mesh::testing {
namespace {

struct Difference {
  std::size_t line = 0;  // 1-based, 0 = none
  std::string expected, actual;
};

Difference first_difference(const std::string& expected, const std::string& actual) {
  if (expected == actual) return {};
  std::size_t line = 1, from = 0;
  for (;;) {
    const std::size_t to_e = expected.find('\n', from), to_a = actual.find('\n', from);
    const std::string left = from < expected.size() ? expected.substr(from, to_e - from) : "";
    const std::string right = from < actual.size() ? actual.substr(from, to_a - from) : "";
    if (left != right || to_e == std::string::npos || to_a == std::string::npos) {
      return {line, left, right};
    }
    from = to_e + 1;  // equal so far, so both lines end at the same place
    ++line;
  }
}

}  // namespace

void check_golden(const std::string& name, const std::string& actual) {
  const std::filesystem::path path = source_dir() / "tests" / "golden" / name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  INFO("golden file tests/golden/", name, " (UPDATE_GOLDEN=1 rewrites it)");
  REQUIRE(std::filesystem::exists(path));
  const Difference found = first_difference(read_file(path), actual);
  INFO("first difference in line ", found.line);
  INFO("expected: ", found.expected);
  INFO("actual:   ", found.actual);
  CHECK(found.line == 0);
}

}  // namespace mesh::testing
