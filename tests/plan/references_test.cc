// References that lead nowhere are warnings with a place and a suggestion.
#include "libmesh/plan/references.h"

#include <doctest/doctest.h>

#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

const std::string subsets =
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
    "spec: {host: web, subsets: [{name: v1, labels: {version: v1}}]}\n---\n";

std::vector<Diagnostic> problems_of(const std::string& spec) {
  Scenario scenario;
  scenario.resources = testing::resources_of(
      testing::small_mesh + subsets +
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\nspec: " +
      spec + "\n");
  testing::VersionBench bench(scenario);
  check_references(bench.draft, bench.registry, bench.rules);
  return bench.draft.problems.items();
}

TEST_CASE("references: what leads nowhere is said once, with a suggestion where one is near") {
  struct Row {
    const char* name;
    const char* spec;
    const char* code;  // empty: clean
    const char* hint;
  };
  const Row rows[] = {
      {"all is known", "{hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]}",
       "", ""},
      {"an unknown host", "{hosts: [web], http: [{route: [{destination: {host: wbe}}]}]}", "MS0521",
       "did you mean \"web\"?"},
      {"a name with a dot is not completed",
       "{hosts: [web], http: [{route: [{destination: {host: web.default}}]}]}", "MS0521",
       "write \"web.default.svc.cluster.local\": a name with a dot is not completed"},
      {"an unknown port",
       "{hosts: [web], http: [{route: [{destination: {host: web, port: {number: 81}}}]}]}",
       "MS0522", ""},
      {"an unknown subset",
       "{hosts: [web], http: [{route: [{destination: {host: web, subset: v2}}]}]}", "MS0523",
       "did you mean \"v1\"?"},
      {"an unknown mirror",
       "{hosts: [web], http: [{route: [{destination: {host: web}}], mirror: {host: wbe}}]}",
       "MS0521", "did you mean \"web\"?"},
      {"an unknown gateway",
       "{hosts: [web], gateways: [front], http: [{route: [{destination: {host: web}}]}]}", "MS0520",
       ""},
      {"headers of one of two destinations",
       "{hosts: [web], http: [{route: [{destination: {host: web}, weight: 1, headers: {request: "
       "{set: {a: b}}}}, {destination: {host: web, subset: v1}, weight: 1}]}]}",
       "MS0524", "put the header operations on the route"},
      {"headers of the only destination",
       "{hosts: [web], http: [{route: [{destination: {host: web}, headers: {request: {set: {a: "
       "b}}}}]}]}",
       "", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::vector<Diagnostic> found = problems_of(row.spec);
    REQUIRE(found.size() == (*row.code == 0 ? 0u : 1u));
    if (found.empty()) continue;
    CHECK(found[0].code == row.code);
    CHECK(found[0].hint == row.hint);
    CHECK(found[0].severity == Severity::Warning);
    CHECK(found[0].place.line > 0);
  }
}

}  // namespace
}  // namespace mesh
