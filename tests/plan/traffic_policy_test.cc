// Traffic policies in Envoy's terms, field by field.
#include "libmesh/plan/traffic_policy.h"

#include <doctest/doctest.h>

#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

ClusterConfig with(const std::string& traffic_policy, PortProtocol protocol = PortProtocol::Http,
                   const std::string& version = "1.27") {
  const Resources resources = testing::resources_of(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
      "spec: {host: web, trafficPolicy: " +
      traffic_policy + "}\n");
  const DestinationRules rules(resources);
  ClusterConfig config;
  if (is_http(protocol) && protocol != PortProtocol::Http)
    config.protocol = UpstreamProtocol::Http2;
  apply_policy(effective_policy(&rules.all().front(), nullptr, 80), protocol, version, config);
  return config;
}

TEST_CASE("traffic_policy: nothing said is nothing limited") {
  const ClusterConfig config = with("{tls: {mode: DISABLE}}");
  CHECK(config == ClusterConfig{});
  CHECK(config.breaker.max_connections == unlimited);
  CHECK(config.panic_threshold_percent == 50);
}

TEST_CASE("traffic_policy: connection pools") {
  const ClusterConfig config = with(
      "{connectionPool: {tcp: {maxConnections: 1, connectTimeout: 300ms, maxConnectionDuration: "
      "5m, idleTimeout: 7s}, http: {http1MaxPendingRequests: 2, http2MaxRequests: 3, maxRetries: "
      "4, maxRequestsPerConnection: 5}}}");
  CHECK(config.breaker.max_connections == 1);
  CHECK(config.breaker.max_pending_requests == 2);
  CHECK(config.breaker.max_requests == 3);
  CHECK(config.breaker.max_retries == 4);
  CHECK(config.max_requests_per_connection == 5);
  CHECK(config.connect_timeout == milliseconds(300));
  CHECK(config.max_connection_duration == minutes(5));
  CHECK(config.idle_timeout == seconds(7));
}

TEST_CASE("traffic_policy: HTTP's idle timeout wins over TCP's") {
  CHECK(with("{connectionPool: {tcp: {idleTimeout: 7s}, http: {idleTimeout: 9s}}}").idle_timeout ==
        seconds(9));
}

TEST_CASE("traffic_policy: outlier detection and the panic threshold that comes with it") {
  struct Row {
    const char* name;
    const char* outlier;
    std::uint32_t five, enforcing_five, gateway, enforcing_gateway, percent, panic;
  };
  const Row rows[] = {
      {"empty: five 5xx, ten percent, no panic", "{}", 5, 100, 5, 0, 10, 0},
      {"5xx of 0 is off", "{consecutive5xxErrors: 0}", 0, 0, 5, 0, 10, 0},
      {"gateway errors come beside the 5xx default", "{consecutiveGatewayErrors: 3}", 5, 100, 3,
       100, 10, 0},
      {"both", "{consecutive5xxErrors: 7, consecutiveGatewayErrors: 2}", 7, 100, 2, 100, 10, 0},
      {"gateway of 0 is off", "{consecutiveGatewayErrors: 0}", 5, 100, 0, 0, 10, 0},
      {"percentages", "{maxEjectionPercent: 100, minHealthPercent: 30}", 5, 100, 5, 0, 100, 30},
      {"a maximum of 0 is unset", "{maxEjectionPercent: 0}", 5, 100, 5, 0, 10, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const ClusterConfig config = with(std::string("{outlierDetection: ") + row.outlier + "}");
    REQUIRE(config.outlier.has_value());
    CHECK(config.outlier->consecutive_5xx == row.five);
    CHECK(config.outlier->enforcing_consecutive_5xx == row.enforcing_five);
    CHECK(config.outlier->consecutive_gateway_failure == row.gateway);
    CHECK(config.outlier->enforcing_consecutive_gateway_failure == row.enforcing_gateway);
    CHECK(config.outlier->max_ejection_percent == row.percent);
    CHECK(config.panic_threshold_percent == row.panic);
    CHECK(config.outlier->enforcing_success_rate == 0);
    CHECK(config.outlier->enforcing_failure_percentage == 0);
  }
}

TEST_CASE("traffic_policy: outlier times and local origin failures") {
  const ClusterConfig config = with(
      "{outlierDetection: {interval: 3s, baseEjectionTime: 8s, splitExternalLocalOriginErrors: "
      "true, consecutiveLocalOriginFailures: 4}}");
  CHECK(config.outlier->interval == seconds(3));
  CHECK(config.outlier->base_ejection_time == seconds(8));
  CHECK(config.outlier->split_external_local_origin_errors);
  CHECK(config.outlier->consecutive_local_origin_failure == 4);
  CHECK(config.outlier->enforcing_consecutive_local_origin_failure == 100);
}

TEST_CASE("traffic_policy: balancers") {
  using Kind = LoadBalancerKind;
  struct Row {
    const char* text;
    Kind kind;
  };
  const Row rows[] = {
      {"{simple: LEAST_REQUEST}", Kind::LeastRequest},
      {"{simple: LEAST_CONN}", Kind::LeastRequest},
      {"{simple: UNSPECIFIED}", Kind::LeastRequest},
      {"{simple: RANDOM}", Kind::Random},
      {"{simple: ROUND_ROBIN}", Kind::RoundRobin},
      {"{simple: PASSTHROUGH}", Kind::OriginalDestination},
      {"{consistentHash: {httpHeaderName: x}}", Kind::RingHash},
      {"{consistentHash: {httpHeaderName: x, maglev: {tableSize: 101}}}", Kind::Maglev},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(with(std::string("{loadBalancer: ") + row.text + "}").load_balancer.kind == row.kind);
  }
  CHECK(with("{loadBalancer: {consistentHash: {useSourceIp: true, minimumRingSize: 64}}}")
            .load_balancer.minimum_ring_size == 64);
  CHECK(with("{loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 101}}}}")
            .load_balancer.table_size == 101);
}

TEST_CASE("traffic_policy: only round robin and least request warm hosts up") {
  const auto window = [](const std::string& balancer) {
    return with("{loadBalancer: {simple: " + balancer +
                ", warmup: {duration: 30s, minimumPercent: 20, aggression: 2}}}")
        .load_balancer.slow_start;
  };
  CHECK(window("ROUND_ROBIN") == SlowStartConfig{seconds(30), 2.0, 20.0});
  CHECK(window("LEAST_REQUEST").window == seconds(30));
  CHECK(window("RANDOM").window == Duration{0});
}

TEST_CASE("traffic_policy: a retry budget without percent is 0.2 up to 1.29") {
  CHECK(with("{retryBudget: {}}").breaker.retry_budget->percent == doctest::Approx(0.2));
  CHECK(with("{retryBudget: {}}", PortProtocol::Http, "1.30").breaker.retry_budget->percent ==
        doctest::Approx(20));
  const ClusterConfig config = with("{retryBudget: {percent: 25, minRetryConcurrency: 7}}");
  CHECK(config.breaker.retry_budget->percent == doctest::Approx(25));
  CHECK(config.breaker.retry_budget->min_concurrency == 7);
}

TEST_CASE("traffic_policy: which protocol the upstream speaks") {
  const char* upgrade = "{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}";
  const char* client = "{connectionPool: {http: {useClientProtocol: true}}}";
  const char* streams = "{connectionPool: {http: {maxConcurrentStreams: 4}}}";
  const char* both =
      "{connectionPool: {http: {h2UpgradePolicy: UPGRADE, maxConcurrentStreams: 4}}}";
  CHECK(with(upgrade).protocol == UpstreamProtocol::Http2);
  CHECK(with(client).protocol == UpstreamProtocol::Http1);
  CHECK(with(streams, PortProtocol::Grpc).max_concurrent_streams == 4);
  CHECK(with(streams).max_concurrent_streams == 1024);
  // The limit is written before the upgrade, so an upgraded cluster has none (istio.md §1.2.3).
  CHECK(with(both).max_concurrent_streams == 1024);
}

TEST_CASE("traffic_policy: versions compare by number") {
  CHECK(version_at_least("1.30", 1, 30));
  CHECK(version_at_least("1.30.2", 1, 30));
  CHECK(!version_at_least("1.9", 1, 30));
  CHECK(version_at_least("2.0", 1, 30));
  CHECK(version_at_least("latest", 1, 30));
}

}  // namespace
}  // namespace mesh
