// ServiceEntry and WorkloadEntry: what is kept, what istiod refuses.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

std::string entry(const std::string& spec) {
  return testing::istio_object("ServiceEntry", spec);
}
std::string usable(const std::string& more) {
  return entry("hosts: [a.com]\nports: [{number: 80, name: http, protocol: HTTP}]\n" + more);
}

TEST_CASE("service_entry: hosts, ports and endpoints are kept") {
  const testing::ReadText read = testing::read_text(
      entry("hosts: [shop.example.com]\n"
            "location: MESH_INTERNAL\n"
            "resolution: STATIC\n"
            "ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8000}]\n"
            "endpoints:\n"
            "- {address: 10.0.0.1, ports: {http: 8080}, weight: 3, locality: r/z, labels: {v: a}}\n"
            "- {address: 10.0.0.2}\n"));
  CHECK_EQ(testing::complaints(read.problems), "");
  REQUIRE_EQ(read.resources.service_entries.size(), 1);
  const istio::ServiceEntry& kept = read.resources.service_entries.front();
  CHECK_EQ(kept.hosts, std::vector<std::string>{"shop.example.com"});
  CHECK(kept.internal);
  CHECK(kept.resolution == istio::Resolution::Static);
  REQUIRE_EQ(kept.ports.size(), 1);
  CHECK_EQ(kept.ports[0].number, 80);
  CHECK_EQ(kept.ports[0].target_port, 8000);
  REQUIRE_EQ(kept.endpoints.size(), 2);
  CHECK_EQ(kept.endpoints[0].address, "10.0.0.1");
  CHECK_EQ(kept.endpoints[0].ports[0], std::pair<std::string, std::uint32_t>{"http", 8080});
  CHECK_EQ(kept.endpoints[0].weight, 3);
  CHECK_EQ(kept.endpoints[0].locality, "r/z");
  CHECK_EQ(kept.endpoints[0].labels, Labels{{"v", "a"}});
  CHECK_EQ(kept.endpoints[1].weight, 0);
}

TEST_CASE("service_entry: a WorkloadEntry is an endpoint of its own") {
  const testing::ReadText read = testing::read_text(testing::istio_object(
      "WorkloadEntry", "address: 10.0.0.9\nlabels: {app: cart}\nweight: 2\n"));
  CHECK_EQ(testing::complaints(read.problems), "");
  REQUIRE_EQ(read.resources.workload_entries.size(), 1);
  CHECK_EQ(read.resources.workload_entries[0].endpoint.address, "10.0.0.9");
  CHECK_EQ(read.resources.workload_entries[0].endpoint.weight, 2);
}

TEST_CASE("service_entry: what istiod refuses or what surprises") {
  testing::check_rows(
      {
          {"an external host", "resolution: DNS", ""},
          {"endpoints that nobody looks up", "endpoints: [{address: 10.0.0.1}]",
           "error MS0203 spec.resolution: NONE takes no endpoints"},
          {"no endpoint at all", "resolution: STATIC",
           "warning MS0304 spec.resolution: STATIC without endpoints: 503 UH"},
          {"selector beside endpoints",
           "resolution: STATIC\nworkloadSelector: {labels: {a: b}}\nendpoints: [{address: a}]",
           "error MS0203 spec: only one of workloadSelector, endpoints may be set"},
          {"a port that the service lacks",
           "resolution: STATIC\nendpoints: [{address: a, ports: {grpc: 1}}]",
           "error MS0209 spec.endpoints[0].ports: the service has no port \"grpc\""},
          {"an endpoint without address", "resolution: STATIC\nendpoints: [{weight: 1}]",
           "error MS0105 spec.endpoints[0]: an endpoint needs an address"},
      },
      usable);
}

TEST_CASE("service_entry: hosts and ports are checked") {
  CHECK_EQ(testing::complaints(entry("hosts: ['*']\nresolution: DNS\n")),
           "error MS0208 spec.hosts[0]: \"*\" is not a valid host: \"*\" is not allowed here");
  CHECK_EQ(testing::complaints(entry("hosts: [a.com]\nresolution: DNS\n"
                                     "ports: [{number: 80, name: a}, {number: 80, name: b}]\n")),
           "error MS0205 spec.ports[1]: another port has the number 80 too");
}

}  // namespace
}  // namespace mesh
