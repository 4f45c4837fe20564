// What EnvoyFilters merge into clusters, with protobuf's rules for merging.
#include "libmesh/plan/cluster_patches.h"

#include "libmesh/plan/health_checks.h"
#include "libmesh/plan/subsets.h"

namespace mesh {
namespace {

/// Merges into one cluster and says what surprises.
class Merging {
 public:
  Merging(Draft& draft, const NamedPatch& patch, const EffectivePolicy& written,
          ClusterConfig& config)
      : draft_(draft), patch_(patch), written_(written), config_(config) {}

  void merge(const istio::ClusterPatch& from);

 private:
  void outlier(const istio::OutlierPatch& from);
  void consecutive(const istio::OutlierPatch& from, const istio::OutlierDetection* written,
                   OutlierConfig& to);
  void success_rate(const istio::OutlierPatch& from, OutlierConfig& to);
  void replace_http_options(const istio::HttpOptionsPatch& from);
  void older_http_options(const istio::HttpOptionsPatch& from);
  void load_balancer(const istio::LoadBalancerPatch& from);
  void panic_threshold(double percent);

  /// A number that istiod may have written.
  void number(istio::OptionalNumber from, bool written, const char* name, std::uint32_t& to) {
    if (!from) return;
    if (*from == 0 && written && to != 0) return keeps_written(name, to);
    to = *from;
  }
  void keeps_written(const char* name, std::uint32_t value) {
    draft_.warning(plan_code::merged_zero, patch_.spec->place, patch_.name,
                   std::string(name) + ": 0 changes nothing: merging a zero leaves the " +
                       std::to_string(value) + " of the DestinationRule",
                   "leave the field out of the DestinationRule, or set it there");
  }
  void refuse(const std::string& what) {
    draft_.error(plan_code::refused_by_envoy, patch_.spec->place, patch_.name,
                 what + ": Envoy refuses " + draft_.plan.clusters[config_.cluster]);
  }

  Draft& draft_;
  const NamedPatch& patch_;
  const EffectivePolicy& written_;
  ClusterConfig& config_;
};

void Merging::consecutive(const istio::OutlierPatch& from, const istio::OutlierDetection* written,
                          OutlierConfig& to) {
  const bool five = written != nullptr && written->consecutive_5xx_errors;
  number(from.consecutive_5xx, five, "consecutive_5xx", to.consecutive_5xx);
  number(from.enforcing_consecutive_5xx, five, "enforcing_consecutive_5xx",
         to.enforcing_consecutive_5xx);
  const bool gateway = written != nullptr && written->consecutive_gateway_errors;
  number(from.consecutive_gateway_failure, gateway, "consecutive_gateway_failure",
         to.consecutive_gateway_failure);
  number(from.enforcing_consecutive_gateway_failure, gateway,
         "enforcing_consecutive_gateway_failure", to.enforcing_consecutive_gateway_failure);
  const bool local = written != nullptr && written->split_external_local_origin_errors &&
                     written->consecutive_local_origin_failures;
  number(from.consecutive_local_origin_failure, local, "consecutive_local_origin_failure",
         to.consecutive_local_origin_failure);
  number(from.enforcing_consecutive_local_origin_failure, local,
         "enforcing_consecutive_local_origin_failure",
         to.enforcing_consecutive_local_origin_failure);
}

/// istiod writes a zero for one of these only, and a zero over a zero is one.
void Merging::success_rate(const istio::OutlierPatch& from, OutlierConfig& to) {
  const auto set = [this](istio::OptionalNumber value, std::uint32_t& into) {
    number(value, false, "", into);
  };
  set(from.success_rate_minimum_hosts, to.success_rate_minimum_hosts);
  set(from.success_rate_request_volume, to.success_rate_request_volume);
  set(from.success_rate_stdev_factor, to.success_rate_stdev_factor);
  set(from.enforcing_success_rate, to.enforcing_success_rate);
  set(from.enforcing_local_origin_success_rate, to.enforcing_local_origin_success_rate);
  set(from.failure_percentage_threshold, to.failure_percentage_threshold);
  set(from.failure_percentage_minimum_hosts, to.failure_percentage_minimum_hosts);
  set(from.failure_percentage_request_volume, to.failure_percentage_request_volume);
  set(from.enforcing_failure_percentage, to.enforcing_failure_percentage);
  set(from.enforcing_failure_percentage_local_origin, to.enforcing_failure_percentage_local_origin);
}

void Merging::outlier(const istio::OutlierPatch& from) {
  const auto& groups = written_.groups;
  const istio::OutlierDetection* written =
      groups.outlier_detection ? &*groups.outlier_detection : nullptr;
  if (!config_.outlier) config_.outlier.emplace();  // all of Envoy's defaults
  OutlierConfig& to = *config_.outlier;
  to.interval = from.interval.value_or(to.interval);
  to.base_ejection_time = from.base_ejection_time.value_or(to.base_ejection_time);
  to.max_ejection_time_jitter = from.max_ejection_time_jitter.value_or(to.max_ejection_time_jitter);
  to.max_ejection_time =
      from.max_ejection_time.value_or(std::max(to.max_ejection_time, to.base_ejection_time));
  if (to.max_ejection_time < to.base_ejection_time) {
    refuse("max_ejection_time is below base_ejection_time");
  }
  number(from.max_ejection_percent, written != nullptr && written->max_ejection_percent > 0,
         "max_ejection_percent", to.max_ejection_percent);
  to.always_eject_one_host = from.always_eject_one_host.value_or(to.always_eject_one_host);
  if (from.split_external_local_origin_errors && !to.split_external_local_origin_errors) {
    to.split_external_local_origin_errors = true;
    // istiod switches this one off only where it writes the split itself.
    to.enforcing_local_origin_success_rate = OutlierConfig{}.enforcing_local_origin_success_rate;
  }
  consecutive(from, written, to);
  success_rate(from, to);
}

/// An entry of a map is replaced as a whole.
void Merging::replace_http_options(const istio::HttpOptionsPatch& from) {
  if (config_.protocol == UpstreamProtocol::Tcp) return;
  using Protocol = istio::HttpOptionsPatch::Protocol;
  const ClusterConfig defaults;
  config_.idle_timeout = from.idle_timeout.value_or(defaults.idle_timeout);
  config_.max_connection_duration = from.max_connection_duration.value_or(Duration{0});
  config_.max_stream_duration = from.max_stream_duration.value_or(Duration{0});
  config_.max_requests_per_connection = from.max_requests_per_connection.value_or(0);
  config_.max_concurrent_streams =
      from.max_concurrent_streams.value_or(defaults.max_concurrent_streams);
  if (from.protocol == Protocol::Http1) config_.protocol = UpstreamProtocol::Http1;
  if (from.protocol == Protocol::Http2) config_.protocol = UpstreamProtocol::Http2;
}

/// The cluster's own fields count only where there are no HttpProtocolOptions; istiod writes those
/// for HTTP/2 and for every setting of connections.
void Merging::older_http_options(const istio::HttpOptionsPatch& from) {
  const ClusterConfig defaults;
  const bool has_options =
      config_.protocol != UpstreamProtocol::Http1 ||
      config_.idle_timeout != defaults.idle_timeout || config_.max_connection_duration.ns > 0 ||
      config_.max_requests_per_connection > 0 || config_.max_stream_duration.ns > 0;
  if (has_options) {
    draft_.warning(plan_code::merged_beside, patch_.spec->place, patch_.name,
                   "common_http_protocol_options, http2_protocol_options and "
                   "max_requests_per_connection of a cluster change nothing where istiod wrote "
                   "HttpProtocolOptions",
                   "write typed_extension_protocol_options");
    return;
  }
  config_.idle_timeout = from.idle_timeout.value_or(config_.idle_timeout);
  config_.max_connection_duration =
      from.max_connection_duration.value_or(config_.max_connection_duration);
  config_.max_stream_duration = from.max_stream_duration.value_or(config_.max_stream_duration);
  config_.max_requests_per_connection = from.max_requests_per_connection.value_or(0);
  if (from.protocol == istio::HttpOptionsPatch::Protocol::Http2) {
    config_.protocol = UpstreamProtocol::Http2;
    config_.max_concurrent_streams =
        from.max_concurrent_streams.value_or(defaults.max_concurrent_streams);
  }
}

void Merging::load_balancer(const istio::LoadBalancerPatch& from) {
  LoadBalancerConfig& to = config_.load_balancer;
  to.kind = from.kind.value_or(to.kind);
  to.choices = from.choices.value_or(to.choices);
  to.active_request_bias = from.active_request_bias.value_or(to.active_request_bias);
  to.minimum_ring_size = from.minimum_ring_size.value_or(to.minimum_ring_size);
  to.maximum_ring_size = from.maximum_ring_size.value_or(to.maximum_ring_size);
  to.table_size = from.table_size.value_or(to.table_size);
  to.hash_function = from.hash_function.value_or(to.hash_function);
  to.hash_balance_percent = from.hash_balance_percent.value_or(to.hash_balance_percent);
  to.slow_start = from.slow_start.value_or(to.slow_start);
  if (from.client_side_wrr) {  // in place of lb_policy and its settings
    to.kind = LoadBalancerKind::ClientSideWeightedRoundRobin;
    to.client_side_wrr = *from.client_side_wrr;
    to.slow_start = {};
  }
  if (to.minimum_ring_size > to.maximum_ring_size) {
    refuse("minimum_ring_size is above maximum_ring_size");
  }
}

/// The threshold is a message: a zero is one where istiod wrote none.
void Merging::panic_threshold(double percent) {
  const bool written = written_.groups.outlier_detection.has_value();
  std::uint32_t& to = config_.panic_threshold_percent;
  if (percent == 0 && written && to != 0) return keeps_written("healthy_panic_threshold", to);
  to = static_cast<std::uint32_t>(percent);
}

void Merging::merge(const istio::ClusterPatch& from) {
  config_.connect_timeout = from.connect_timeout.value_or(config_.connect_timeout);
  if (from.outlier) outlier(*from.outlier);
  if (from.http_options) replace_http_options(*from.http_options);
  if (from.older_options) older_http_options(*from.older_options);
  load_balancer(from.load_balancer);
  if (from.healthy_panic_threshold) panic_threshold(*from.healthy_panic_threshold);
  config_.preconnect_ratio = from.preconnect_ratio.value_or(config_.preconnect_ratio);
  merge_health_checks(draft_, patch_, from, config_);
  if (from.zone_aware && !config_.hosts.empty()) {  // one of the two forms of locality settings
    config_.zone_aware = *from.zone_aware;
    config_.locality_weighted = false;
    draft_.warning(code::surprising, patch_.spec->place, patch_.name,
                   "zone_aware_lb_config counts only where the bootstrap names a local cluster "
                   "(cluster_manager.local_cluster_name), which istiod's does not; the run takes "
                   "the pods of the caller's own service for it");
  }
  if (from.subsets) merge_subsets(draft_, patch_, *from.subsets, config_);
}

}  // namespace

bool is_meant(const istio::PatchMatch& match, const ClusterIdentity& cluster) {
  if (!match.cluster.empty()) return match.cluster == cluster.name;
  return (match.subset.empty() || match.subset == cluster.subset) &&
         (match.service.empty() || match.service == cluster.host) &&
         (match.port == 0 || match.port == cluster.port);
}

void apply_cluster_patch(Draft& draft, const NamedPatch& patch, const EffectivePolicy& written,
                         ClusterConfig& config) {
  Merging(draft, patch, written, config).merge(std::get<istio::ClusterPatch>(patch.spec->value));
}

}  // namespace mesh
