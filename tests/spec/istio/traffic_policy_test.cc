// Connection pools, outlier detection, port policies.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::complaints;
using testing::read_text;
using testing::with_policy;

istio::TrafficPolicy policy(const std::string& text) {
  const auto result = read_text(with_policy(text));
  CHECK_EQ(complaints(result.problems), "");
  return result.resources.destination_rules.at(0).traffic_policy.value();
}

TEST_CASE("traffic_policy: connection pools are kept") {
  const auto pool = policy(R"(connectionPool:
  tcp:
    maxConnections: 1
    connectTimeout: 30ms
    maxConnectionDuration: 1h
    idleTimeout: 0s
    tcpKeepalive: {probes: 3, time: 7200s, interval: 75s}
  http:
    http1MaxPendingRequests: 2
    http2MaxRequests: 3
    maxRequestsPerConnection: 4
    maxRetries: 5
    idleTimeout: 6s
    h2UpgradePolicy: UPGRADE
    useClientProtocol: false
    maxConcurrentStreams: 7)")
                        .groups.connection_pool;
  REQUIRE(pool);
  CHECK(pool->max_connections == 1);
  CHECK(pool->connect_timeout == milliseconds(30));
  CHECK(pool->max_connection_duration == hours(1));
  CHECK(pool->tcp_idle_timeout == Duration{0});
  CHECK(pool->http1_max_pending_requests == 2);
  CHECK(pool->http2_max_requests == 3);
  CHECK(pool->max_requests_per_connection == 4);
  CHECK(pool->max_retries == 5);
  CHECK(pool->http_idle_timeout == seconds(6));
  CHECK(pool->h2_upgrade_policy == "UPGRADE");
  CHECK(pool->max_concurrent_streams == 7);
}

TEST_CASE("traffic_policy: outlier detection is kept") {
  const auto outlier = policy(R"(outlierDetection:
  consecutive5xxErrors: 0
  consecutiveGatewayErrors: 7
  splitExternalLocalOriginErrors: true
  consecutiveLocalOriginFailures: 2
  interval: 1s
  baseEjectionTime: 3m
  maxEjectionPercent: 100
  minHealthPercent: 50)")
                           .groups.outlier_detection;
  REQUIRE(outlier);
  CHECK(outlier->consecutive_5xx_errors == 0u);
  CHECK(outlier->consecutive_gateway_errors == 7u);
  CHECK(outlier->split_external_local_origin_errors);
  CHECK(outlier->consecutive_local_origin_failures == 2u);
  CHECK(outlier->interval == seconds(1));
  CHECK(outlier->base_ejection_time == minutes(3));
  CHECK(outlier->max_ejection_percent == 100);
  CHECK(outlier->min_health_percent == 50);
  CHECK_FALSE(policy("outlierDetection: {}").groups.outlier_detection->consecutive_5xx_errors);
}

TEST_CASE("traffic_policy: ports and the retry budget are kept") {
  const auto p = policy(R"(portLevelSettings:
- port: {number: 80}
  connectionPool: {tcp: {maxConnections: 9}}
retryBudget: {percent: 12.5, minRetryConcurrency: 1})");
  REQUIRE(p.port_level_settings.size() == 1);
  CHECK(p.port_level_settings[0].port == 80);
  CHECK(p.port_level_settings[0].groups.connection_pool->max_connections == 9);
  CHECK(p.retry_budget == istio::RetryBudget{12.5, 1});
  CHECK(policy("retryBudget: {}").retry_budget == istio::RetryBudget{std::nullopt, 3});
}

TEST_CASE("traffic_policy: what istiod refuses or what surprises") {
  const std::string path = "spec.trafficPolicy";
  const std::string http = path + ".connectionPool.http";
  const std::string outlier = path + ".outlierDetection";
  check_rows(
      {
          {"empty", "{}", "error MS0204 " + path + ": a traffic policy needs at least one field"},
          {"an empty pool", "connectionPool: {}",
           "error MS0204 " + path + ".connectionPool: a connection pool needs tcp or http"},
          {"a negative limit", "connectionPool: {http: {http2MaxRequests: -1}}",
           "error MS0108 " + http + ".http2MaxRequests: must be at least 0, got -1"},
          {"a limit above 32 bits", "connectionPool: {http: {maxRetries: 2147483648}}",
           "error MS0108 " + http + ".maxRetries: must be at most 2147483647, got 2147483648"},
          {"a limit at the wrong level", "connectionPool: {maxConnections: 1}",
           "error MS0104 " + path +
               ".connectionPool.maxConnections: ConnectionPoolSettings has no field of this name"},
          {"upgrade and the caller's protocol",
           "connectionPool: {http: {h2UpgradePolicy: UPGRADE, useClientProtocol: true}}",
           "error MS0203 " + http +
               ": useClientProtocol and h2UpgradePolicy: UPGRADE exclude each other"},
          {"an idle timeout of zero for HTTP", "connectionPool: {http: {idleTimeout: 0s}}",
           "error MS0206 " + http + ".idleTimeout: must be at least 1ms, got 0s"},
          {"an interval of zero", "outlierDetection: {interval: 0s}",
           "error MS0206 " + outlier + ".interval: must be at least 1ms, got 0s"},
          {"more than 100 percent", "outlierDetection: {maxEjectionPercent: 101}",
           "error MS0207 " + outlier + ".maxEjectionPercent: must lie between 0 and 100, got 101"},
          {"less than nothing", "outlierDetection: {minHealthPercent: -1}",
           "error MS0207 " + outlier + ".minHealthPercent: must lie between 0 and 100, got -1"},
          {"a percent sign", "outlierDetection: {maxEjectionPercent: 50%}",
           "error MS0103 " + outlier +
               ".maxEjectionPercent: expected a whole number, found the text \"50%\""},
          {"local failures that are not split",
           "outlierDetection: {consecutiveLocalOriginFailures: 3}",
           "error MS0203 " + outlier +
               ".consecutiveLocalOriginFailures: counts only with "
               "splitExternalLocalOriginErrors: true"},
          {"the old field", "outlierDetection: {consecutiveErrors: 3}",
           "warning MS0305 " + outlier +
               ".consecutiveErrors: consecutiveErrors is deprecated and has no effect"},
          {"Envoy's spelling", "outlierDetection: {consecutive5xx: 3}",
           "error MS0104 " + outlier +
               ".consecutive5xx: OutlierDetection has no field of this "
               "name"},
          {"a port alone", "portLevelSettings: [{port: {number: 80}}]",
           "error MS0204 " + path +
               ".portLevelSettings[0]: a port's policy needs a field besides port"},
          {"a policy without port", "portLevelSettings: [{outlierDetection: {}}]",
           "error MS0105 " + path + ".portLevelSettings[0]: port is required"},
          {"a budget above 100", "retryBudget: {percent: 120}",
           "error MS0108 " + path + ".retryBudget.percent: must be at most 100, got 120"},
      },
      with_policy);
}

TEST_CASE("traffic_policy: what is not simulated is named once") {
  CHECK_EQ(complaints(with_policy("tls: {mode: ISTIO_MUTUAL, sni: x}"), Severity::Info),
           "info MS0301 spec.trafficPolicy.tls: is not simulated yet: connections succeed whatever "
           "their TLS");
  CHECK_EQ(complaints(with_policy("tunnel: {protocol: CONNECT, targetHost: a, targetPort: 1}")),
           "warning MS0301 spec.trafficPolicy.tunnel: is not simulated yet");
  CHECK_EQ(complaints(with_policy("proxyProtocol: {version: V1}"), Severity::Info), "");
}

}  // namespace
}  // namespace mesh
