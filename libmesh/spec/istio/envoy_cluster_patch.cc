// Reads what an EnvoyFilter merges into clusters.
#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

Reader<std::uint32_t> number_up() {
  return integer<std::uint32_t>();
}

// ---- protocol options ---------------------------------------------------------------------------

struct Http2Form {
  OptionalNumber max_concurrent_streams;
};
const Table<Http2Form>& http2_table() {
  static const Table<Http2Form> table(
      "Http2ProtocolOptions", "HTTP/2 to the hosts.",
      {simulated("max_concurrent_streams", &Http2Form::max_concurrent_streams, number_up(), "1024",
                 "Streams at once on a connection.")});
  return table;
}

Reader<HttpOptionsPatch> http2_options() {
  Reader<Http2Form> form = message(http2_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, HttpOptionsPatch& out) {
            Http2Form read;
            if (!form.read(node, at, read)) return false;
            out.protocol = HttpOptionsPatch::Protocol::Http2;
            out.max_concurrent_streams = read.max_concurrent_streams;
            return true;
          }};
}

/// A field whose presence alone says the protocol.
Reader<HttpOptionsPatch> says(HttpOptionsPatch::Protocol protocol) {
  return {any().shape, [protocol](const YamlNode&, const Reading&, HttpOptionsPatch& out) {
            out.protocol = protocol;
            return true;
          }};
}

const Table<HttpOptionsPatch>& explicit_http_table() {
  static const Table<HttpOptionsPatch> table(
      "ExplicitHttpConfig", "One protocol to the hosts.",
      {simulated("http_protocol_options", itself, says(HttpOptionsPatch::Protocol::Http1), "",
                 "HTTP/1.1."),
       simulated("http2_protocol_options", itself, http2_options(), "", "HTTP/2.")});
  return table;
}

const Table<HttpOptionsPatch>& common_http_table() {
  static const Table<HttpOptionsPatch> table(
      "CommonHttpProtocolOptions", "Connections of every protocol.",
      {simulated("idle_timeout", &HttpOptionsPatch::idle_timeout, duration(), "1h",
                 "Of a connection without requests; 0s = none."),
       simulated("max_connection_duration", &HttpOptionsPatch::max_connection_duration, duration(),
                 "none", "Age at which a connection drains."),
       simulated("max_stream_duration", &HttpOptionsPatch::max_stream_duration, duration(), "none",
                 "Longest time of one upstream request."),
       simulated("max_requests_per_connection", &HttpOptionsPatch::max_requests_per_connection,
                 number_up(), "unlimited", "Requests until a connection closes.")});
  return table;
}

// ---- balancers ----------------------------------------------------------------------------------

const Table<SlowStartConfig>& slow_start_table() {
  static const Table<SlowStartConfig> table(
      "SlowStartConfig", "New hosts get less at first.",
      {simulated("slow_start_window", &SlowStartConfig::window, duration(), "0s", "How long."),
       simulated("aggression", &SlowStartConfig::aggression, runtime_double(), "1",
                 "Form of the growth."),
       simulated("min_weight_percent", &SlowStartConfig::min_weight_percent, percent_message(),
                 "10", "Weight at the start.")});
  return table;
}

const Table<LoadBalancerPatch>& round_robin_table() {
  static const Table<LoadBalancerPatch> table(
      "RoundRobinLbConfig", "Round robin.",
      {simulated("slow_start_config", &LoadBalancerPatch::slow_start, message(slow_start_table), "",
                 "Warm-up.")});
  return table;
}

const Table<LoadBalancerPatch>& least_request_table() {
  static const Table<LoadBalancerPatch> table(
      "LeastRequestLbConfig", "Least request.",
      {simulated("choice_count", &LoadBalancerPatch::choices, integer<std::uint32_t>(2), "2",
                 "Hosts that are compared."),
       simulated("active_request_bias", &LoadBalancerPatch::active_request_bias, runtime_double(),
                 "1", "Weight of active requests."),
       simulated("slow_start_config", &LoadBalancerPatch::slow_start, message(slow_start_table), "",
                 "Warm-up.")});
  return table;
}

const Table<LoadBalancerPatch>& ring_hash_table() {
  using L = LoadBalancerPatch;
  constexpr std::int64_t ring_max = 8'388'608;  // Envoy refuses more
  static const Table<L> table(
      "RingHashLbConfig", "Ring hash.",
      {simulated("minimum_ring_size", &L::minimum_ring_size, integer<std::uint64_t>(0, ring_max),
                 "1024", "Least entries."),
       simulated("maximum_ring_size", &L::maximum_ring_size, integer<std::uint64_t>(0, ring_max),
                 "8388608", "Most entries."),
       simulated("hash_function", &L::hash_function,
                 one_of<HashFunction>({{"XX_HASH", HashFunction::XxHash},
                                       {"MURMUR_HASH_2", HashFunction::MurmurHash2}}),
                 "XX_HASH", "Of the keys.")});
  return table;
}

const Table<LoadBalancerPatch>& maglev_table() {
  static const Table<LoadBalancerPatch> table(
      "MaglevLbConfig", "Maglev.",
      {simulated("table_size", &LoadBalancerPatch::table_size, integer<std::uint64_t>(1, 5'000'011),
                 "65537", "A prime.")});
  return table;
}

const Table<LoadBalancerPatch>& consistent_table() {
  static const Table<LoadBalancerPatch> table(
      "ConsistentHashingLbConfig", "Bounded load of hash balancers.",
      {simulated("hash_balance_factor", &LoadBalancerPatch::hash_balance_percent,
                 integer<std::uint32_t>(100), "none",
                 "Most load of a host, percent of the mean.")});
  return table;
}

const Table<ClusterPatch>& preconnect_table() {
  static const Table<ClusterPatch> table(
      "PreconnectPolicy", "Connections ahead of requests.",
      {simulated("per_upstream_preconnect_ratio", &ClusterPatch::preconnect_ratio, number(1, 3),
                 "1", "Connections per request.")});
  return table;
}

const Table<ClusterPatch>& common_lb_table() {
  static const Table<ClusterPatch> table(
      "CommonLbConfig", "What holds for every balancer.",
      {simulated("healthy_panic_threshold", &ClusterPatch::healthy_panic_threshold,
                 percent_message(), "50", "Below it all hosts are used."),
       simulated("zone_aware_lb_config", &ClusterPatch::zone_aware,
                 message(zone_aware_config_table), "none", "Prefers the caller's zone."),
       simulated("ignore_new_hosts_until_first_hc", &ClusterPatch::ignore_new_hosts_until_first_hc,
                 boolean(), "false", "New hosts do not count before their first health check."),
       simulated(
           "consistent_hashing_lb_config", [](ClusterPatch& c) -> auto& { return c.load_balancer; },
           message(consistent_table), "", "Bounded load.")});
  return table;
}

// ---- breakers -----------------------------------------------------------------------------------

/// Protobuf appends to lists, and Envoy uses the first threshold of a priority: istiod's own
/// (pkg/proto/merge/merge.go, upstream_impl.cc ResourceManagers::load).
bool read_thresholds(const YamlNode& node, const Reading& at, Anything&) {
  at.warning(code::surprising, node,
             "changes nothing: istiod appends these thresholds to its own, and Envoy uses the "
             "first of a priority",
             "set the limits in a DestinationRule's connectionPool and retryBudget");
  return true;
}

const Table<Anything>& circuit_breakers_table() {
  static const Table<Anything> table(
      "CircuitBreakers", "Limits of connections and requests.",
      {part("thresholds", custom<Anything>({}, read_thresholds),
            "Without effect beside istiod's own."),
       reported("per_host_thresholds", any(), "Connections to single hosts.", Severity::Warning)});
  return table;
}

Reader<HttpOptionsPatch> typed_options() {
  Reader<HttpOptionsPatch> strict = message(http_options_table);
  const std::string name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  return {strict.shape,
          [strict, name](const YamlNode& node, const Reading& at, HttpOptionsPatch& out) {
            if (node.kind != YamlNode::Kind::Mapping) {
              at.wrong_type(node, "a mapping of extensions");
              return false;
            }
            bool found = false;
            for (const auto& [key, value] : node.entries) {
              if (key.scalar == name) {
                found = strict.read(typed_message(value).value, at.field(key.scalar), out);
                out.place = value.place;
              } else {
                at.field(key.scalar).warning(code::not_simulated, key, "is not simulated");
              }
            }
            return found;
          }};
}

void check_options(const YamlNode& node, const Reading& at, HttpOptionsPatch& options) {
  if (options.protocol != HttpOptionsPatch::Protocol::Unsaid) return;
  at.error(code::one_needed, node, "says no protocol: Envoy refuses the cluster",
           "add explicit_http_config: {http_protocol_options: {}}");
}

}  // namespace

const Table<HttpOptionsPatch>& http_options_table() {
  using Protocol = HttpOptionsPatch::Protocol;
  static const Table<HttpOptionsPatch> table(
      "HttpProtocolOptions", "HTTP to the hosts; replaces what istiod wrote.",
      {simulated("common_http_protocol_options", itself, message(common_http_table), "",
                 "Connections of every protocol."),
       simulated("explicit_http_config", itself, message(explicit_http_table), "", "One protocol."),
       simulated("use_downstream_protocol_config", itself, says(Protocol::Downstream), "",
                 "The protocol of the caller."),
       reported("auto_config", any(), "The protocol that TLS agrees on.", Severity::Warning)},
      check_options);
  return table;
}

const Table<OutlierPatch>& outlier_patch_table() {
  using O = OutlierPatch;
  const auto count = [](const char* name, OptionalNumber O::*member, const char* normal,
                        const char* doc) {
    return simulated(name, member, number_up(), normal, doc);
  };
  const auto chance = [](const char* name, OptionalNumber O::*member, const char* normal) {
    return simulated(name, member, percent_up_to_100(), normal, "Chance that it is enforced.");
  };
  static const Table<O> table(
      "OutlierDetection", "Envoy's outlier detection.",
      {
          simulated("interval", &O::interval, positive_duration(), "10s", "Between sweeps."),
          simulated("base_ejection_time", &O::base_ejection_time, positive_duration(), "30s",
                    "Stay outside, times the number of ejections."),
          simulated("max_ejection_time", &O::max_ejection_time, positive_duration(), "300s",
                    "Longest stay."),
          simulated("max_ejection_time_jitter", &O::max_ejection_time_jitter, duration(), "0s",
                    "Added at random."),
          simulated("max_ejection_percent", &O::max_ejection_percent, percent_up_to_100(), "10",
                    "Share of the hosts that may be outside."),
          simulated("always_eject_one_host", &O::always_eject_one_host, boolean(), "false",
                    "The first ejection is not limited."),
          simulated("split_external_local_origin_errors", &O::split_external_local_origin_errors,
                    boolean(), "false", "Counts connect failures apart."),
          count("consecutive_5xx", &O::consecutive_5xx, "5", "5xx answers in a row."),
          chance("enforcing_consecutive_5xx", &O::enforcing_consecutive_5xx, "100"),
          count("consecutive_gateway_failure", &O::consecutive_gateway_failure, "5",
                "502, 503, 504 in a row."),
          chance("enforcing_consecutive_gateway_failure", &O::enforcing_consecutive_gateway_failure,
                 "0"),
          count("consecutive_local_origin_failure", &O::consecutive_local_origin_failure, "5",
                "Connect failures in a row, when split."),
          chance("enforcing_consecutive_local_origin_failure",
                 &O::enforcing_consecutive_local_origin_failure, "100"),
          count("success_rate_minimum_hosts", &O::success_rate_minimum_hosts, "5",
                "Hosts with enough requests."),
          count("success_rate_request_volume", &O::success_rate_request_volume, "100",
                "Requests of a host in an interval."),
          count("success_rate_stdev_factor", &O::success_rate_stdev_factor, "1900",
                "Thousandths of a standard deviation below the mean."),
          chance("enforcing_success_rate", &O::enforcing_success_rate, "0 from istiod"),
          chance("enforcing_local_origin_success_rate", &O::enforcing_local_origin_success_rate,
                 "100"),
          simulated("failure_percentage_threshold", &O::failure_percentage_threshold,
                    percent_up_to_100(), "85", "Failures of a host, percent."),
          count("failure_percentage_minimum_hosts", &O::failure_percentage_minimum_hosts, "5",
                "Hosts with enough requests."),
          count("failure_percentage_request_volume", &O::failure_percentage_request_volume, "50",
                "Requests of a host in an interval."),
          chance("enforcing_failure_percentage", &O::enforcing_failure_percentage, "0"),
          chance("enforcing_failure_percentage_local_origin",
                 &O::enforcing_failure_percentage_local_origin, "0"),
          simulated("successful_active_health_check_uneject_host",
                    &O::successful_active_health_check_uneject_host, boolean(), "true",
                    "A host that passes its health check is outside no longer."),
      });
  return table;
}

const Table<ClusterPatch>& cluster_patch_table() {
  using C = ClusterPatch;
  const auto balancer = [](C& c) -> auto& { return c.load_balancer; };
  const auto older = [](C& c) -> HttpOptionsPatch& {
    if (!c.older_options) c.older_options.emplace();
    return *c.older_options;
  };
  using Kind = LoadBalancerKind;
  static const Table<C> table(
      "Cluster", "What a patch may change of a cluster.",
      {
          simulated("connect_timeout", &C::connect_timeout, positive_duration(), "10s",
                    "Of one connection attempt."),
          simulated("outlier_detection", &C::outlier, message(outlier_patch_table), "none",
                    "Sends failing hosts away for a time."),
          simulated("health_checks", &C::health_checks, list(message(health_check_table)), "none",
                    "Asks the hosts whether they are well."),
          simulated("ignore_health_on_host_removal", &C::ignore_health_on_host_removal, boolean(),
                    "false", "Hosts that discovery removes go at once, however well they are."),
          part("circuit_breakers", message(circuit_breakers_table),
               "Limits of connections and requests."),
          simulated("typed_extension_protocol_options", &C::http_options, typed_options(), "",
                    "HTTP to the hosts; replaces what istiod wrote."),
          simulated("common_http_protocol_options", older, message(common_http_table), "",
                    "Older form; holds where istiod wrote no HttpProtocolOptions."),
          simulated("http2_protocol_options", older, http2_options(), "",
                    "Older form; holds where istiod wrote no HttpProtocolOptions."),
          simulated(
              "max_requests_per_connection",
              [older](C& c) -> auto& { return older(c).max_requests_per_connection; }, number_up(),
              "unlimited", "Older form of the field of that name."),
          simulated(
              "lb_policy", [balancer](C& c) -> auto& { return balancer(c).kind; },
              one_of<std::optional<Kind>>({{"ROUND_ROBIN", std::nullopt},  // 0: merges nothing
                                           {"LEAST_REQUEST", Kind::LeastRequest},
                                           {"RING_HASH", Kind::RingHash},
                                           {"RANDOM", Kind::Random},
                                           {"MAGLEV", Kind::Maglev}}),
              "istiod's", "How a host is chosen."),
          simulated("round_robin_lb_config", balancer, message(round_robin_table), "", "Details."),
          simulated("least_request_lb_config", balancer, message(least_request_table), "",
                    "Details."),
          simulated("ring_hash_lb_config", balancer, message(ring_hash_table), "", "Details."),
          simulated("maglev_lb_config", balancer, message(maglev_table), "", "Details."),
          simulated(
              "load_balancing_policy",
              [balancer](C& c) -> auto& { return balancer(c).client_side_wrr; }, balancing_policy(),
              "", "In place of lb_policy: weights from load reports."),
          simulated("lb_subset_config", &C::subsets, message(subset_patch_table), "none",
                    "Only hosts with the metadata that a route asks for."),
          simulated("common_lb_config", itself, message(common_lb_table), "", "Of all balancers."),
          simulated("preconnect_policy", itself, message(preconnect_table), "", "Connects early."),
          no_effect("per_connection_buffer_limit_bytes", any(), "Bytes are not buffered here."),
          no_effect("upstream_connection_options", any(), "Keep-alive probes."),
          no_effect("track_cluster_stats", any(), "Statistics."),
          no_effect("track_timeout_budgets", any(), "Statistics."),
          no_effect("alt_stat_name", any(), "Statistics."),
          no_effect("metadata", any(), "For extensions."),
          no_effect("transport_socket", any(), "Encryption."),
      });
  return table;
}

}  // namespace mesh::istio
