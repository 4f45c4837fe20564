// Patches of clusters: Envoy's names and forms of values.
#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

using istio::ClusterPatch;
using testing::cluster_patch;
using testing::complaints;

ClusterPatch read(const std::string& value) {
  return std::get<ClusterPatch>(testing::patch_of(cluster_patch(value)).value);
}

TEST_CASE("envoy_cluster_patch: outlier detection, all fields") {
  const ClusterPatch patch = read(
      "{outlier_detection: {interval: 2s, base_ejection_time: 3s, max_ejection_time: 40s, "
      "max_ejection_time_jitter: 0.5s, max_ejection_percent: 60, always_eject_one_host: true, "
      "split_external_local_origin_errors: true, consecutive_5xx: 1, enforcing_consecutive_5xx: 2, "
      "consecutive_gateway_failure: 3, enforcing_consecutive_gateway_failure: 4, "
      "consecutive_local_origin_failure: 5, enforcing_consecutive_local_origin_failure: 6, "
      "success_rate_minimum_hosts: 7, success_rate_request_volume: 8, success_rate_stdev_factor: "
      "1200, enforcing_success_rate: 9, enforcing_local_origin_success_rate: 10, "
      "failure_percentage_threshold: 11, failure_percentage_minimum_hosts: 12, "
      "failure_percentage_request_volume: 13, enforcing_failure_percentage: 14, "
      "enforcing_failure_percentage_local_origin: 15}}");
  REQUIRE(patch.outlier.has_value());
  const istio::OutlierPatch& outlier = *patch.outlier;
  CHECK(outlier.interval == seconds(2));
  CHECK(outlier.base_ejection_time == seconds(3));
  CHECK(outlier.max_ejection_time == seconds(40));
  CHECK(outlier.max_ejection_time_jitter == milliseconds(500));
  CHECK(outlier.max_ejection_percent == 60);
  CHECK(outlier.always_eject_one_host == true);
  CHECK(outlier.split_external_local_origin_errors);
  CHECK(outlier.consecutive_5xx == 1);
  CHECK(outlier.enforcing_consecutive_5xx == 2);
  CHECK(outlier.consecutive_gateway_failure == 3);
  CHECK(outlier.enforcing_consecutive_gateway_failure == 4);
  CHECK(outlier.consecutive_local_origin_failure == 5);
  CHECK(outlier.enforcing_consecutive_local_origin_failure == 6);
  CHECK(outlier.success_rate_minimum_hosts == 7);
  CHECK(outlier.success_rate_request_volume == 8);
  CHECK(outlier.success_rate_stdev_factor == 1200);
  CHECK(outlier.enforcing_success_rate == 9);
  CHECK(outlier.enforcing_local_origin_success_rate == 10);
  CHECK(outlier.failure_percentage_threshold == 11);
  CHECK(outlier.failure_percentage_minimum_hosts == 12);
  CHECK(outlier.failure_percentage_request_volume == 13);
  CHECK(outlier.enforcing_failure_percentage == 14);
  CHECK(outlier.enforcing_failure_percentage_local_origin == 15);
}

TEST_CASE("envoy_cluster_patch: HttpProtocolOptions and the older fields") {
  const ClusterPatch patch = read(
      "{typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: "
      "{'@type': "
      "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, "
      "common_http_protocol_options: {idle_timeout: 9s, max_stream_duration: 2s, "
      "max_connection_duration: 60s, max_requests_per_connection: 7}, explicit_http_config: "
      "{http2_protocol_options: {max_concurrent_streams: 5}}}}}");
  REQUIRE(patch.http_options.has_value());
  CHECK(patch.http_options->protocol == istio::HttpOptionsPatch::Protocol::Http2);
  CHECK(patch.http_options->idle_timeout == seconds(9));
  CHECK(patch.http_options->max_stream_duration == seconds(2));
  CHECK(patch.http_options->max_connection_duration == seconds(60));
  CHECK(patch.http_options->max_requests_per_connection == 7);
  CHECK(patch.http_options->max_concurrent_streams == 5);
  const ClusterPatch older =
      read("{commonHttpProtocolOptions: {idleTimeout: 9s}, maxRequestsPerConnection: 3}");
  REQUIRE(older.older_options.has_value());
  CHECK(older.older_options->idle_timeout == seconds(9));
  CHECK(older.older_options->max_requests_per_connection == 3);
}

TEST_CASE("envoy_cluster_patch: balancers, panic threshold, connections ahead") {
  const ClusterPatch patch = read(
      "{connect_timeout: 0.25s, lb_policy: RING_HASH, ring_hash_lb_config: {minimum_ring_size: 64, "
      "maximum_ring_size: 128, hash_function: MURMUR_HASH_2}, common_lb_config: "
      "{healthy_panic_threshold: {value: 12.5}, consistent_hashing_lb_config: "
      "{hash_balance_factor: 150}}, preconnect_policy: {per_upstream_preconnect_ratio: 1.5}, "
      "least_request_lb_config: {choice_count: 4, active_request_bias: {default_value: 0.5}, "
      "slow_start_config: {slow_start_window: 30s, aggression: {default_value: 2}, "
      "min_weight_percent: {value: 20}}}}");
  CHECK(patch.connect_timeout == milliseconds(250));
  CHECK(patch.load_balancer.kind == LoadBalancerKind::RingHash);
  CHECK(patch.load_balancer.minimum_ring_size == 64);
  CHECK(patch.load_balancer.maximum_ring_size == 128);
  CHECK(patch.load_balancer.hash_function == HashFunction::MurmurHash2);
  CHECK(patch.load_balancer.hash_balance_percent == 150);
  CHECK(patch.load_balancer.choices == 4);
  CHECK(patch.load_balancer.active_request_bias == 0.5);
  CHECK(patch.load_balancer.slow_start == SlowStartConfig{seconds(30), 2.0, 20.0});
  CHECK(patch.healthy_panic_threshold == 12.5);
  CHECK(patch.preconnect_ratio == 1.5);
  CHECK(!read("{lb_policy: ROUND_ROBIN}").load_balancer.kind.has_value());  // 0 merges nothing
}

TEST_CASE("envoy_cluster_patch: what surprises or is refused") {
  const std::vector<testing::Row> rows = {
      {"thresholds are appended", "{circuit_breakers: {thresholds: [{max_connections: 1}]}}",
       "warning MS0304 spec.configPatches[0].patch.value.circuit_breakers.thresholds: changes "
       "nothing: istiod appends these thresholds to its own, and Envoy uses the first of a "
       "priority"},
      {"a field that no run obeys", "{dns_lookup_family: V4_ONLY}",
       "warning MS0301 spec.configPatches[0].patch.value.dns_lookup_family: is not simulated"},
      {"a percentage above 100", "{outlier_detection: {max_ejection_percent: 101}}",
       "error MS0108 spec.configPatches[0].patch.value.outlier_detection.max_ejection_percent: "
       "must be at most 100, got 101"},
      {"no interval", "{outlier_detection: {interval: 0s}}",
       "error MS0206 spec.configPatches[0].patch.value.outlier_detection.interval: must be above "
       "zero: Envoy refuses it"},
      {"no protocol",
       "{typed_extension_protocol_options: "
       "{envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {common_http_protocol_options: "
       "{idle_timeout: 9s}}}}",
       "error MS0204 spec.configPatches[0].patch.value.typed_extension_protocol_options"
       "[\"envoy.extensions.upstreams.http.v3.HttpProtocolOptions\"]: says no protocol: Envoy "
       "refuses "
       "the cluster"},
  };
  testing::check_rows(rows, cluster_patch);
}

}  // namespace
}  // namespace mesh
