// Each setting of a cluster at its place in Envoy's JSON.
#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "libmesh/export/envoy_resources.h"

namespace mesh {
namespace {

using Json = nlohmann::ordered_json;

/// One workload of two pods, a third may come; a cluster of all three.
struct Bench {
  Bench() {
    WorkloadPlan workload{.name = "web", .name_space = "default"};
    workload.first_endpoint = EndpointId{0};
    workload.reserved = 3;
    workload.replicas = 2;
    plan.workloads.add(workload);
    for (std::uint32_t k = 0; k < 3; ++k) {
      const std::string number = std::to_string(k);
      plan.endpoints.add({"web-" + number, WorkloadId{0}, "10.0.0." + number});
      config.hosts.push_back({.endpoint = EndpointId{k}, .port = 8080});
    }
    config.cluster = plan.clusters.add("outbound|80||web.default.svc.cluster.local");
  }
  Plan plan;
  ClusterConfig config;
};

TEST_CASE("envoy_clusters: a setting stands where Envoy reads it") {
  struct Row {
    const char* name;
    std::function<void(ClusterConfig&)> set;
    const char* pointer;
    const char* expected;
  };
  const std::string http =
      "/typed_extension_protocol_options/envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  const std::string idle = http + "/common_http_protocol_options/idle_timeout";
  const std::string stream = http + "/common_http_protocol_options/max_stream_duration";
  const std::string streams =
      http + "/explicit_http_config/http2_protocol_options/max_concurrent_streams";
  using C = ClusterConfig;
  const Row rows[] = {
      {"connect timeout", [](C& c) { c.connect_timeout = milliseconds(350); }, "/connect_timeout",
       "\"0.350s\""},
      {"balancer", [](C& c) { c.load_balancer.kind = LoadBalancerKind::Maglev; },
       "/maglev_lb_config/table_size", "\"65537\""},
      {"ring",
       [](C& c) { c.load_balancer = {.kind = LoadBalancerKind::RingHash, .minimum_ring_size = 7}; },
       "/ring_hash_lb_config/minimum_ring_size", "\"7\""},
      {"warm-up",
       [](C& c) {
         c.load_balancer.kind = LoadBalancerKind::RoundRobin;
         c.load_balancer.slow_start.window = seconds(30);
       },
       "/round_robin_lb_config/slow_start_config/slow_start_window", "\"30s\""},
      {"limits", [](C& c) { c.breaker.max_pending_requests = 1; },
       "/circuit_breakers/thresholds/0/max_pending_requests", "1"},
      {"no limits", [](C&) {}, "/circuit_breakers/thresholds/0/max_retries", "4294967295"},
      {"budget", [](C& c) { c.breaker.retry_budget = RetryBudget{.percent = 0.2}; },
       "/circuit_breakers/thresholds/0/retry_budget/budget_percent/value", "0.2"},
      {"outlier", [](C& c) { c.outlier = OutlierConfig{.consecutive_5xx = 3}; },
       "/outlier_detection/consecutive_5xx", "3"},
      {"no panic", [](C& c) { c.panic_threshold_percent = 0; },
       "/common_lb_config/healthy_panic_threshold/value", "0"},
      {"locality weights",
       [](C& c) {
         c.locality_weighted = true;
         c.localities = {{"r/z/s", 70, 0}};
       },
       "/load_assignment/endpoints/0/load_balancing_weight", "70"},
      {"locality",
       [](C& c) {
         c.localities = {{"r/z/s", 1, 0}};
       },
       "/load_assignment/endpoints/0/locality", R"({"region":"r","zone":"z","sub_zone":"s"})"},
      {"weights of pods add up", [](C& c) { c.hosts[0].weight = 4; },
       "/load_assignment/endpoints/0/load_balancing_weight", "5"},
      {"idle timeout", [](C& c) { c.idle_timeout = seconds(5); }, idle.c_str(), "\"5s\""},
      {"longest stream", [](C& c) { c.max_stream_duration = seconds(9); }, stream.c_str(),
       "\"9s\""},
      {"connections ahead", [](C& c) { c.preconnect_ratio = 1.5; },
       "/preconnect_policy/per_upstream_preconnect_ratio", "1.5"},
      {"HTTP/2", [](C& c) { c.protocol = UpstreamProtocol::Http2; }, streams.c_str(), "1024"},
      {"weights from load reports",
       [](C& c) { c.load_balancer.kind = LoadBalancerKind::ClientSideWeightedRoundRobin; },
       "/load_balancing_policy/policies/0/typed_extension_config/typed_config/blackout_period",
       "\"10s\""},
      {"original destination",
       [](C& c) { c.load_balancer.kind = LoadBalancerKind::OriginalDestination; }, "/type",
       "\"ORIGINAL_DST\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Bench bench;
    row.set(bench.config);
    const Json cluster = cluster_json(bench.plan, bench.config);
    // A slash inside a key is a step of its own for JSON pointers: none of ours has one.
    const Json::json_pointer at(row.pointer);
    CHECK_MESSAGE(cluster.contains(at), cluster.dump());
    if (cluster.contains(at)) CHECK(cluster[at].dump() == row.expected);
  }
}

TEST_CASE("envoy_clusters: pods that may come later are not endpoints yet") {
  const Bench bench;
  const Json cluster = cluster_json(bench.plan, bench.config);
  CHECK(cluster["load_assignment"]["endpoints"][0]["lb_endpoints"].size() == 2);
}

TEST_CASE("envoy_clusters: what Envoy's defaults say is not written") {
  const Bench bench;
  const Json cluster = cluster_json(bench.plan, bench.config);
  CHECK_FALSE(cluster.contains("typed_extension_protocol_options"));
  CHECK_FALSE(cluster.contains("outlier_detection"));
  CHECK_FALSE(cluster.contains("common_lb_config"));
}

TEST_CASE("envoy_clusters: a host name asks DNS") {
  Bench bench;
  bench.plan.endpoints[EndpointId{0}].address = "api.example.com";
  CHECK(cluster_json(bench.plan, bench.config)["type"] == "STRICT_DNS");
}

TEST_CASE("envoy_clusters: durations are written as protobuf does") {
  CHECK(seconds_json(seconds(10)) == "10s");
  CHECK(seconds_json(milliseconds(1500)) == "1.500s");
  CHECK(seconds_json(Duration{1}) == "0.000000001s");
}

}  // namespace
}  // namespace mesh
