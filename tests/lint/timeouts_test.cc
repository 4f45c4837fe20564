// Timeouts that end before the tries that a route allows.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

Scenario with(const std::string& fields) {
  return testing::linted_mesh(
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"
      "spec: {hosts: [web], http: [{route: [{destination: {host: web}}], " +
      fields + "}]}\n");
}

TEST_CASE("lint: a timeout that ends before all tries") {
  struct Row {
    const char* name;
    const char* fields;
    const char* what;  // empty: clean
  };
  const Row rows[] = {
      {"three tries of a second in two", "timeout: 2s, retries: {attempts: 2, perTryTimeout: 1s}",
       "at most 2 can begin"},
      {"the last one would begin and be cut",
       "timeout: 2500ms, retries: {attempts: 2, perTryTimeout: 1s}", "at most 3 can begin"},
      {"they just fit", "timeout: 3s, retries: {attempts: 2, perTryTimeout: 1s}", ""},
      {"no timeout", "retries: {attempts: 2, perTryTimeout: 1s}", ""},
      {"no per-try timeout", "timeout: 1s, retries: {attempts: 2}", ""},
      {"no retries", "timeout: 1s, retries: {attempts: 0}", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto found = testing::findings(with(row.fields), "MS0602");
    REQUIRE(found.size() == (*row.what == 0 ? 0u : 1u));
    if (*row.what != 0) CHECK(found[0].what.find(row.what) != std::string::npos);
  }
}

}  // namespace
}  // namespace mesh
