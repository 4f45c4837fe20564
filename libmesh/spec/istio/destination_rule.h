// Istio DestinationRule as the user wrote it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/spec/resource.h"

namespace mesh::istio {

enum class SimpleLoadBalancer : std::uint8_t {
  Unspecified,
  LeastConn,
  Random,
  Passthrough,
  RoundRobin,
  LeastRequest,
};

struct HttpCookie {
  std::string name, path;
  std::optional<Duration> ttl;
  bool operator==(const HttpCookie&) const = default;
};
struct ConsistentHash {
  std::string http_header_name, http_query_parameter_name;
  std::optional<HttpCookie> http_cookie;
  bool use_source_ip = false;
  std::optional<std::uint64_t> minimum_ring_size, maglev_table_size;
  bool operator==(const ConsistentHash&) const = default;
};
struct Warmup {
  Duration duration{0};
  double minimum_percent = 10.0, aggression = 1.0;
  bool operator==(const Warmup&) const = default;
};
struct Distribute {
  std::string from;                                       // "region/zone/subzone", "*" = any
  std::vector<std::pair<std::string, std::uint32_t>> to;  // percent by locality
  bool operator==(const Distribute&) const = default;
};
struct Failover {
  std::string from, to;  // regions
  bool operator==(const Failover&) const = default;
};
struct LocalityLb {
  std::vector<Distribute> distribute;
  std::vector<Failover> failover;
  std::vector<std::string> failover_priority;  // labels, "label" or "label=value"
  std::optional<bool> enabled;                 // absent = true
  bool operator==(const LocalityLb&) const = default;
};
/// zoneAwareLbSetting.
struct ZoneAwareSetting {
  bool enabled = true;
  std::uint64_t min_cluster_size = 6;  // Envoy's default
  bool operator==(const ZoneAwareSetting&) const = default;
};

struct LoadBalancer {
  SimpleLoadBalancer simple = SimpleLoadBalancer::Unspecified;
  std::optional<ConsistentHash> consistent_hash;
  std::optional<Warmup> warmup;
  std::optional<LocalityLb> locality;
  std::optional<ZoneAwareSetting> zone_aware;
  Place place;
  bool operator==(const LoadBalancer&) const = default;
};

/// Zero and absent mean the same for the integer fields ("unset").
struct ConnectionPool {
  std::int64_t max_connections = 0;
  std::optional<Duration> connect_timeout, max_connection_duration, tcp_idle_timeout;
  std::int64_t http1_max_pending_requests = 0, http2_max_requests = 0;
  std::int64_t max_requests_per_connection = 0, max_retries = 0, max_concurrent_streams = 0;
  std::optional<Duration> http_idle_timeout;
  std::string h2_upgrade_policy;
  bool use_client_protocol = false;
  Place place;
  bool operator==(const ConnectionPool&) const = default;
};

struct OutlierDetection {
  std::optional<std::uint32_t> consecutive_5xx_errors, consecutive_gateway_errors;
  std::optional<std::uint32_t> consecutive_local_origin_failures;
  bool split_external_local_origin_errors = false;
  std::optional<Duration> interval, base_ejection_time;
  std::int32_t max_ejection_percent = 0, min_health_percent = 0;
  Place place;
  bool operator==(const OutlierDetection&) const = default;
};

struct RetryBudget {
  std::optional<double> percent;
  std::uint32_t min_retry_concurrency = 3;
  bool operator==(const RetryBudget&) const = default;
};

struct PolicyGroups {
  std::optional<LoadBalancer> load_balancer;
  std::optional<ConnectionPool> connection_pool;
  std::optional<OutlierDetection> outlier_detection;
  bool operator==(const PolicyGroups&) const = default;
};
struct PortPolicy {
  std::uint32_t port = 0;
  PolicyGroups groups;
  bool operator==(const PortPolicy&) const = default;
};
struct TrafficPolicy {
  PolicyGroups groups;
  std::vector<PortPolicy> port_level_settings;
  std::optional<RetryBudget> retry_budget;
  bool operator==(const TrafficPolicy&) const = default;
};
struct Subset {
  std::string name;
  Labels labels;
  std::optional<TrafficPolicy> traffic_policy;
  Place place;
  bool operator==(const Subset&) const = default;
};

struct DestinationRule {
  Metadata metadata;
  std::string host;
  std::optional<TrafficPolicy> traffic_policy;
  std::vector<Subset> subsets;
  std::vector<std::string> export_to;
  Labels workload_selector;
  Place place;
  bool operator==(const DestinationRule&) const = default;
};

}  // namespace mesh::istio
