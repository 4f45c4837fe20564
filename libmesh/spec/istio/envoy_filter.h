// EnvoyFilter: patches of what istiod writes for Envoy, as far as a run can obey them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libmesh/policy/adaptive_concurrency.h"
#include "libmesh/policy/admission_control.h"
#include "libmesh/policy/fault.h"
#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/local_rate_limit.h"
#include "libmesh/policy/retry.h"
#include "libmesh/policy/zone_aware.h"
#include "libmesh/spec/istio/health_check_patch.h"
#include "libmesh/spec/istio/subset_patch.h"
#include "libmesh/spec/resource.h"

namespace mesh::istio {

/// Numbers that a patch may set: absent = as istiod wrote it.
using OptionalNumber = std::optional<std::uint32_t>;
using OptionalTime = std::optional<Duration>;

/// Envoy's outlier_detection, names as in api/envoy/config/cluster/v3/outlier_detection.proto.
struct OutlierPatch {
  OptionalTime interval, base_ejection_time, max_ejection_time, max_ejection_time_jitter;
  OptionalNumber max_ejection_percent;
  std::optional<bool> always_eject_one_host;
  bool split_external_local_origin_errors = false;
  OptionalNumber consecutive_5xx, enforcing_consecutive_5xx;
  OptionalNumber consecutive_gateway_failure, enforcing_consecutive_gateway_failure;
  OptionalNumber consecutive_local_origin_failure, enforcing_consecutive_local_origin_failure;
  OptionalNumber success_rate_minimum_hosts, success_rate_request_volume;
  OptionalNumber success_rate_stdev_factor;
  OptionalNumber enforcing_success_rate, enforcing_local_origin_success_rate;
  OptionalNumber failure_percentage_threshold, failure_percentage_minimum_hosts;
  OptionalNumber failure_percentage_request_volume;
  OptionalNumber enforcing_failure_percentage, enforcing_failure_percentage_local_origin;
  std::optional<bool> successful_active_health_check_uneject_host;
  Place place;
  bool operator==(const OutlierPatch&) const = default;
};

/// HttpProtocolOptions, or the cluster's own older fields of the same meaning.
struct HttpOptionsPatch {
  enum class Protocol : std::uint8_t { Unsaid, Http1, Http2, Downstream };
  Protocol protocol = Protocol::Unsaid;
  OptionalTime idle_timeout, max_connection_duration, max_stream_duration;
  OptionalNumber max_requests_per_connection, max_concurrent_streams;
  Place place;
  bool operator==(const HttpOptionsPatch&) const = default;
};

struct LoadBalancerPatch {
  std::optional<LoadBalancerKind> kind;
  OptionalNumber choices;
  std::optional<double> active_request_bias;
  std::optional<std::uint64_t> minimum_ring_size, maximum_ring_size, table_size;
  std::optional<HashFunction> hash_function;
  OptionalNumber hash_balance_percent;
  std::optional<SlowStartConfig> slow_start;
  std::optional<ClientSideWrrConfig> client_side_wrr;  // load_balancing_policy
  bool operator==(const LoadBalancerPatch&) const = default;
};

/// What MERGE of a CLUSTER may change.
struct ClusterPatch {
  OptionalTime connect_timeout;
  std::optional<OutlierPatch> outlier;
  std::optional<HttpOptionsPatch> http_options;   // typed_extension_protocol_options
  std::optional<HttpOptionsPatch> older_options;  // fields of the cluster itself
  LoadBalancerPatch load_balancer;
  std::optional<double> healthy_panic_threshold, preconnect_ratio;
  std::vector<HealthCheckPatch> health_checks;
  std::optional<SubsetPatch> subsets;
  std::optional<ZoneAwareConfig> zone_aware;
  bool ignore_health_on_host_removal = false, ignore_new_hosts_until_first_hc = false;
  bool operator==(const ClusterPatch&) const = default;
};

/// A fraction of the requests: Envoy's FractionalPercent in millionths.
using Fraction = std::optional<Millionths>;

/// One entry of a rate limit descriptor: key and value, the value may be any.
struct DescriptorEntry {
  std::string key, value;
  bool operator==(const DescriptorEntry&) const = default;
};
struct RateDescriptor {
  std::vector<DescriptorEntry> entries;
  TokenBucketConfig bucket;
  bool operator==(const RateDescriptor&) const = default;
};

/// envoy.filters.http.local_ratelimit. Without a bucket, or not enabled, it lets everything pass.
struct LocalRateLimit {
  std::uint16_t status = 429;
  std::optional<TokenBucketConfig> bucket;
  Fraction enabled, enforced;
  std::vector<RateDescriptor> descriptors;
  bool always_consume_default = true;
  bool operator==(const LocalRateLimit&) const = default;
};

/// One action of a route's rate_limits: what it adds to the descriptor.
struct RateAction {
  enum class Kind : std::uint8_t { GenericKey, RequestHeader };
  Kind kind = Kind::GenericKey;
  std::string key, value;  // of the entry
  std::string header;      // RequestHeader: its value is the entry's
  bool skip_if_absent = false;
  bool operator==(const RateAction&) const = default;
};
using RateLimitActions = std::vector<RateAction>;

/// The service that a filter asks about requests.
struct FilterService {
  std::string cluster;
  Duration timeout{0};  // 0 = the filter's
  bool operator==(const FilterService&) const = default;
};

/// envoy.filters.http.ext_authz.
struct ExtAuthz {
  FilterService service;
  std::string path_prefix;
  bool failure_mode_allow = false;
  std::uint16_t status_on_error = 403;
  Fraction enabled;  // absent = all
  bool operator==(const ExtAuthz&) const = default;
};

/// envoy.filters.http.ratelimit; what it says of a request are the actions of its route.
struct GlobalRateLimit {
  std::string domain;
  FilterService service;
  Duration timeout = milliseconds(20);
  bool failure_mode_deny = false;
  std::uint16_t status = 429, status_on_error = 500;
  bool without_header = false;  // x-envoy-ratelimited is not set
  Fraction enabled, enforced;   // absent = all
  bool operator==(const GlobalRateLimit&) const = default;
};

/// envoy.filters.http.fault: of routes whose VirtualService injects nothing.
struct FaultFilter {
  FaultPolicy policy;
  bool header_delay = false, header_abort = false;  // the values come with the request
  bool operator==(const FaultFilter&) const = default;
};

/// Fields of a route's retry policy. Lists are appended to istiod's.
struct RetryPatch {
  std::optional<std::string> retry_on;
  OptionalNumber num_retries;
  OptionalTime per_try_timeout, per_try_idle_timeout, backoff_base, backoff_max;
  std::vector<std::uint16_t> status_codes;
  std::vector<RetriableHeader> retriable_headers;
  std::vector<ResetHeaderName> reset_headers;
  OptionalTime reset_max_interval;
  OptionalNumber host_selection_attempts;
  bool previous_hosts = false;
  OptionalNumber previous_priorities_frequency;
  bool operator==(const RetryPatch&) const = default;
};

/// What MERGE of an HTTP_ROUTE or VIRTUAL_HOST may change.
struct RoutePatch {
  OptionalTime timeout;
  std::optional<RetryPatch> retry;
  bool hedge_on_per_try_timeout = false;
  std::optional<LocalRateLimit> rate_limit;  // typed_per_filter_config
  std::vector<RateLimitActions> rate_limits;
  bool operator==(const RoutePatch&) const = default;
};

enum class PatchContext : std::uint8_t { Any, SidecarInbound, SidecarOutbound, Gateway };

/// Which clusters, listeners or routes are meant; what is empty matches everything.
struct PatchMatch {
  PatchContext context = PatchContext::Any;
  std::string proxy_version;  // regular expression
  std::string cluster, service, subset;
  std::string listener;
  std::string route_configuration, gateway, virtual_host, route, route_action;
  std::uint32_t port = 0;
  bool operator==(const PatchMatch&) const = default;
};

/// Where a filter goes: in front of istiod's fault filter, or behind it.
enum class FilterPlace : std::uint8_t { BeforeFault, AfterFault };

struct EnvoyPatch {
  enum class Target : std::uint8_t { Cluster, HttpFilter, VirtualHost, HttpRoute };
  Target target = Target::Cluster;
  PatchMatch match;
  FilterPlace filter_place = FilterPlace::BeforeFault;
  std::variant<ClusterPatch, RoutePatch, LocalRateLimit, AdmissionControlConfig, GradientConfig,
               FaultFilter, ExtAuthz, GlobalRateLimit>
      value;
  Place place;
  bool operator==(const EnvoyPatch&) const = default;
};

struct EnvoyFilter {
  Metadata metadata;
  Labels workload_selector;
  std::int32_t priority = 0;
  std::vector<EnvoyPatch> patches;  // those that a run obeys; the others are reported
  Place place;
  bool operator==(const EnvoyFilter&) const = default;
};

}  // namespace mesh::istio
