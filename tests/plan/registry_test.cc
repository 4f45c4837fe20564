// The registry of one version: protocols, backends, ages, visibility.
#include "libmesh/plan/registry.h"

#include <doctest/doctest.h>

#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

TEST_CASE("registry: a port's protocol by appProtocol, name, number") {
  struct Row {
    const char* name;
    const char* app_protocol;
    std::uint32_t port;
    PortProtocol expected;
  };
  const Row rows[] = {
      {"http", "", 80, PortProtocol::Http},
      {"http-web", "", 80, PortProtocol::Http},
      {"http2-web", "", 80, PortProtocol::Http2},
      {"grpc", "", 80, PortProtocol::Grpc},
      {"grpc-web", "", 80, PortProtocol::Grpc},
      {"https", "", 443, PortProtocol::Tls},
      {"tcp-echo", "", 9000, PortProtocol::Tcp},
      {"mongo", "", 27017, PortProtocol::Tcp},
      {"web", "grpc", 80, PortProtocol::Grpc},
      {"tcp", "http", 80, PortProtocol::Http},
      {"web", "kubernetes.io/h2c", 80, PortProtocol::Http2},
      {"", "", 8080, PortProtocol::Http},
      {"db", "", 3306, PortProtocol::Tcp},
      {"httpx", "", 80, PortProtocol::Http},
      {"http", "unknown", 80, PortProtocol::Http},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.app_protocol);
    k8s::ServicePort port;
    port.name = row.name;
    port.app_protocol = row.app_protocol;
    port.port = row.port;
    CHECK(protocol_of(port) == row.expected);
  }
}

TEST_CASE("registry: a selector finds workloads of its namespace that carry all labels") {
  testing::ScenarioBuilder b;
  b.service("web").deployment("web", "v1").deployment("web", "v2").deployment("web.shop", "v1");
  b.service("none").service("strict");
  b.scenario().resources.services[1].selector = {};
  b.scenario().resources.services[2].selector = {{"app", "web"}, {"version", "v2"}};
  testing::VersionBench bench(b.scenario());
  const auto& services = bench.registry.services();
  CHECK(services[0].backends ==
        std::vector<WorkloadId>{bench.workload("web-v1"), bench.workload("web-v2")});
  CHECK(services[1].backends.empty());
  CHECK(services[2].backends == std::vector<WorkloadId>{bench.workload("web-v2")});
  CHECK(bench.registry.services_of(bench.workload("web-v2")) == std::vector<std::size_t>{0, 2});
}

TEST_CASE("registry: a pod without the named target port is no endpoint") {
  testing::ScenarioBuilder b;
  b.service("web").deployment("web", "v1").deployment("web", "v2");
  b.scenario().resources.services[0].ports[0].target_port = "api";
  b.scenario().resources.workloads[1].containers = {{"app", {{"api", 8080}}, 0, 0, 0, 0}};
  testing::VersionBench bench(b.scenario());
  const ClusterConfig* cluster =
      bench.cluster(bench.workload("web-v1"), "outbound|80||web.default.svc.cluster.local");
  REQUIRE(cluster != nullptr);
  REQUIRE(cluster->hosts.size() == 1);
  CHECK(bench.draft.plan.endpoints[cluster->hosts[0].endpoint].name == "web-v2-0");
}

TEST_CASE("registry: exportTo by namespace, everybody, oneself") {
  CHECK(exported_to({}, "a", "b"));
  CHECK(exported_to({"*"}, "a", "b"));
  CHECK(exported_to({"b"}, "a", "b"));
  CHECK(exported_to({"."}, "a", "a"));
  CHECK(!exported_to({"."}, "a", "b"));
  CHECK(!exported_to({"~"}, "a", "b"));
}

TEST_CASE("registry: age is creation time, then name, then namespace") {
  const auto meta = [](const char* name, const char* space, const char* created) {
    Metadata m;
    m.name = name;
    m.name_space = space;
    m.creation_timestamp = created;
    return m;
  };
  CHECK(older(meta("z", "a", "2019-01-01T00:00:00Z"), meta("a", "a", "2020-01-01T00:00:00Z")));
  CHECK(older(meta("z", "a", ""), meta("a", "a", "2020-01-01T00:00:00Z")));
  CHECK(older(meta("a", "z", ""), meta("b", "a", "")));
  CHECK(older(meta("a", "a", ""), meta("a", "b", "")));
}

TEST_CASE("registry: inbound limits are the connection pool of the service's rule") {
  testing::ScenarioBuilder b;
  b.service("web").deployment("web").service("plain").deployment("plain");
  istio::DestinationRule& rule = b.destination_rule("web", "web");
  rule.traffic_policy.emplace();
  rule.traffic_policy->groups.connection_pool.emplace();
  rule.traffic_policy->groups.connection_pool->max_connections = 3;
  rule.traffic_policy->groups.outlier_detection.emplace();
  b.scenario().resources.services[0].ports[0].target_port = "8080";
  testing::VersionBench bench(b.scenario());
  const ClusterConfigId inbound = bench.clusters.inbound(bench.workload("web"));
  REQUIRE(inbound.valid());
  const ClusterConfig& config = bench.draft.plan.cluster_configs[inbound];
  CHECK(bench.draft.plan.clusters[config.cluster] == "inbound|8080||");
  CHECK(config.breaker.max_connections == 3);
  CHECK(!config.outlier.has_value());
  CHECK(!bench.clusters.inbound(bench.workload("plain")).valid());
}

TEST_CASE("registry: a headless service is not balanced by sidecars") {
  testing::ScenarioBuilder b;
  b.service("db").deployment("db").deployment("client");
  b.scenario().resources.services[0].cluster_ip = "None";
  testing::VersionBench bench(b.scenario());
  const ClusterConfig* cluster =
      bench.cluster(bench.workload("client"), "outbound|80||db.default.svc.cluster.local");
  REQUIRE(cluster != nullptr);
  CHECK(cluster->load_balancer.kind == LoadBalancerKind::OriginalDestination);
}

}  // namespace
}  // namespace mesh
