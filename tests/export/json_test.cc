// Tests of a record as JSON: a golden and the sums that must agree.
#include "libmesh/export/json.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "libmesh/base/hash.h"
#include "tests/support/golden.h"
#include "tests/support/small_record.h"

namespace mesh {
namespace {

std::string fingerprint_hex(std::uint64_t value) {
  std::string text = fingerprint_text(value);
  std::erase(text, '-');
  return text;
}

TEST_CASE("json: golden of the small record") {
  const auto record = testing::small_record();
  std::string text = to_json(*record);
  const std::string digest = "\"hash\": \"" + fingerprint_hex(record->hash()) + "\"";
  REQUIRE(text.find(digest) != std::string::npos);
  text.replace(text.find(digest), digest.size(), "\"hash\": \"…\"");  // pinned by telemetry's test
  testing::check_golden("export_json.json", text);
}

TEST_CASE("json: one line on request, the same bytes again") {
  const auto record = testing::small_record();
  const std::string line = to_json(*record, -1);
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  CHECK(line == to_json(*testing::small_record(), -1));
}

TEST_CASE("json: names that are not UTF-8 are replaced, not thrown at") {
  RunRecord record = *testing::small_record();
  record.names.loads[LoadId{0}] = "buyers \xff";
  CHECK(to_json(record).find("buyers \xef\xbf\xbd") != std::string::npos);
}

}  // namespace
}  // namespace mesh
