// Traffic policies in Envoy's terms: balancer, limits, outlier detection of a cluster.
#include "libmesh/plan/traffic_policy.h"

#include <algorithm>
#include <charconv>

namespace mesh {
namespace {

/// Zero and absent mean "not limited".
std::uint32_t limit(std::int64_t value) {
  if (value <= 0) return unlimited;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(value, unlimited));
}

void apply_load_balancer(const istio::LoadBalancer& from, ClusterConfig& config) {
  LoadBalancerConfig& to = config.load_balancer;
  using Simple = istio::SimpleLoadBalancer;
  switch (from.simple) {
    case Simple::Unspecified:
    case Simple::LeastConn:
    case Simple::LeastRequest:
      to.kind = LoadBalancerKind::LeastRequest;
      break;
    case Simple::Random:
      to.kind = LoadBalancerKind::Random;
      break;
    case Simple::RoundRobin:
      to.kind = LoadBalancerKind::RoundRobin;
      break;
    case Simple::Passthrough:
      to.kind = LoadBalancerKind::OriginalDestination;
      break;
  }
  if (from.consistent_hash) {
    to.kind = from.consistent_hash->maglev_table_size ? LoadBalancerKind::Maglev
                                                      : LoadBalancerKind::RingHash;
    to.table_size = from.consistent_hash->maglev_table_size.value_or(to.table_size);
    to.minimum_ring_size = from.consistent_hash->minimum_ring_size.value_or(to.minimum_ring_size);
  }
  const bool warms_up =
      to.kind == LoadBalancerKind::RoundRobin || to.kind == LoadBalancerKind::LeastRequest;
  if (from.warmup && warms_up) {
    to.slow_start = {from.warmup->duration, from.warmup->aggression, from.warmup->minimum_percent};
  }
}

void apply_protocol(const istio::ConnectionPool& from, PortProtocol protocol,
                    ClusterConfig& config) {
  const bool was_http2 = config.protocol == UpstreamProtocol::Http2;
  if (from.max_concurrent_streams > 0 && was_http2) {
    config.max_concurrent_streams = limit(from.max_concurrent_streams);
  }
  if (!is_http(protocol)) return;
  // Clients of this model speak HTTP/1.1, so their protocol is no upgrade.
  if (from.use_client_protocol) {
    if (protocol == PortProtocol::Http) config.protocol = UpstreamProtocol::Http1;
  } else if (from.h2_upgrade_policy == "UPGRADE") {
    config.protocol = UpstreamProtocol::Http2;
  } else if (from.h2_upgrade_policy == "DO_NOT_UPGRADE" && protocol == PortProtocol::Http) {
    config.protocol = UpstreamProtocol::Http1;  // whatever the mesh says
  }
}

void apply_connection_pool(const istio::ConnectionPool& from, PortProtocol protocol,
                           ClusterConfig& config) {
  config.breaker.max_connections = limit(from.max_connections);
  config.breaker.max_pending_requests = limit(from.http1_max_pending_requests);
  config.breaker.max_requests = limit(from.http2_max_requests);
  config.breaker.max_retries = limit(from.max_retries);
  config.connect_timeout = from.connect_timeout.value_or(config.connect_timeout);
  config.max_connection_duration = from.max_connection_duration.value_or(Duration{0});
  if (from.tcp_idle_timeout) config.idle_timeout = *from.tcp_idle_timeout;
  if (from.http_idle_timeout && is_http(protocol)) config.idle_timeout = *from.http_idle_timeout;
  if (from.max_requests_per_connection > 0) {
    config.max_requests_per_connection = limit(from.max_requests_per_connection);
  }
  apply_protocol(from, protocol, config);
}

OutlierConfig outlier_config(const istio::OutlierDetection& from) {
  OutlierConfig to;
  to.interval = from.interval.value_or(to.interval);
  to.base_ejection_time = from.base_ejection_time.value_or(to.base_ejection_time);
  to.max_ejection_time = std::max(to.max_ejection_time, to.base_ejection_time);
  if (from.max_ejection_percent > 0) {
    to.max_ejection_percent = static_cast<std::uint32_t>(from.max_ejection_percent);
  }
  if (from.consecutive_5xx_errors) {
    to.enforcing_consecutive_5xx = *from.consecutive_5xx_errors > 0 ? 100 : 0;
    to.consecutive_5xx = *from.consecutive_5xx_errors;
  }
  to.enforcing_consecutive_gateway_failure = 0;
  if (from.consecutive_gateway_errors) {
    to.enforcing_consecutive_gateway_failure = *from.consecutive_gateway_errors > 0 ? 100 : 0;
    to.consecutive_gateway_failure = *from.consecutive_gateway_errors;
  }
  if (from.split_external_local_origin_errors) {
    to.split_external_local_origin_errors = true;
    if (from.consecutive_local_origin_failures) {
      const std::uint32_t failures = *from.consecutive_local_origin_failures;
      to.enforcing_consecutive_local_origin_failure = failures > 0 ? 100 : 0;
      to.consecutive_local_origin_failure = failures;
    }
  }
  to.enforcing_success_rate = 0;
  to.enforcing_local_origin_success_rate = 0;
  to.enforcing_failure_percentage = 0;
  to.enforcing_failure_percentage_local_origin = 0;
  return to;
}

RetryBudget retry_budget(const istio::RetryBudget& from, std::string_view istio_version) {
  RetryBudget to;
  // istio.md §0.1 fact 11: up to 1.29 an absent percent is written as 0.2 instead of 20.
  to.percent = from.percent.value_or(version_at_least(istio_version, 1, 30) ? 20.0 : 0.2);
  to.min_concurrency = from.min_retry_concurrency;
  return to;
}

}  // namespace

bool version_at_least(std::string_view version, int major, int minor) {
  int parts[2] = {0, 0};
  const char* at = version.data();
  const char* end = version.data() + version.size();
  for (int& part : parts) {
    const auto [next, error] = std::from_chars(at, end, part);
    if (error != std::errc()) return true;
    at = next == end ? next : next + 1;
  }
  return parts[0] != major ? parts[0] > major : parts[1] >= minor;
}

void apply_policy(const EffectivePolicy& policy, PortProtocol protocol,
                  std::string_view istio_version, ClusterConfig& config) {
  const istio::PolicyGroups& groups = policy.groups;
  if (groups.load_balancer) apply_load_balancer(*groups.load_balancer, config);
  if (groups.load_balancer && groups.load_balancer->zone_aware &&
      groups.load_balancer->zone_aware->enabled) {
    config.zone_aware = {.min_cluster_size = groups.load_balancer->zone_aware->min_cluster_size};
    config.locality_weighted = false;
  }
  if (groups.connection_pool) apply_connection_pool(*groups.connection_pool, protocol, config);
  if (policy.retry_budget) {
    config.breaker.retry_budget = retry_budget(*policy.retry_budget, istio_version);
  }
  if (!groups.outlier_detection) return;
  config.outlier = outlier_config(*groups.outlier_detection);
  config.panic_threshold_percent =
      static_cast<std::uint32_t>(std::max(groups.outlier_detection->min_health_percent, 0));
}

}  // namespace mesh
