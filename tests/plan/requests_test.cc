// Request templates: ports, authorities, counters.
#include "libmesh/plan/requests.h"

#include <doctest/doctest.h>

#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

TEST_CASE("requests: a service as people name it") {
  Scenario scenario;
  scenario.resources = testing::resources_of(
      testing::small_mesh +
      "apiVersion: v1\nkind: Service\nmetadata: {name: late}\nspec: {ports: [{name: http-a, port: "
      "8080}, {name: http-b, port: 80}]}\n---\n"
      "apiVersion: v1\nkind: Service\nmetadata: {name: mixed}\nspec: {ports: [{name: tcp-a, port: "
      "9000}, {name: http-b, port: 9001}]}\n");
  testing::VersionBench bench(scenario);
  struct Row {
    const char* text;
    const char* name_space;
    bool known;
    std::uint32_t port;
    const char* authority;
  };
  const Row rows[] = {
      {"web", "default", true, 80, "web"},
      {"web", "shop", false, 80, "web"},
      {"web.default", "shop", true, 80, "web.default"},
      {"web.default.svc", "shop", true, 80, "web.default.svc"},
      {"web.default.svc.cluster.local", "shop", true, 80, "web.default.svc.cluster.local"},
      {"other", "default", true, 80, "other"},
      {"other:8080", "default", true, 8080, "other:8080"},
      {"late", "default", true, 80, "late"},
      {"mixed", "default", true, 9001, "mixed:9001"},
      {"nobody:7", "default", false, 7, "nobody:7"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const NamedService found = find_service(bench.registry, row.text, row.name_space);
    CHECK((found.service != nullptr) == row.known);
    CHECK(found.port == row.port);
    CHECK(request_to(found, {}).authority == row.authority);
  }
}

TEST_CASE("requests: a given authority is kept") {
  RequestSpec spec;
  spec.authority = "shop.example";
  const RequestTemplate request = request_to({nullptr, "web", 8080}, spec);
  CHECK(request.authority == "shop.example");
  CHECK(request.port == 8080);
}

TEST_CASE("requests: counters are unrolled, the plain number is not") {
  struct Row {
    const char* path;
    std::size_t count;
    const char* first;
    const char* last;
  };
  const Row rows[] = {
      {"/item/{i%3}", 3, "/item/0", "/item/2"},
      {"/{i%2}/{i%3}", 6, "/0/0", "/1/2"},
      {"/{i}", 1, "/{i}", "/{i}"},
      {"/{i%1}", 1, "/0", "/0"},
      {"/{i%65}", 1, "/{i%65}", "/{i%65}"},
      {"/{i%0}", 1, "/{i%0}", "/{i%0}"},
      {"/{i%", 1, "/{i%", "/{i%"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    RequestTemplate request;
    request.path = row.path;
    const auto all = unrolled(request);
    REQUIRE(all.size() == row.count);
    CHECK(all.front().path == row.first);
    CHECK(all.back().path == row.last);
  }
  RequestTemplate request;
  request.headers = {{"x-user", "u{i%2}"}};
  CHECK(unrolled(request).at(1).headers[0].second == "u1");
}

}  // namespace
}  // namespace mesh
