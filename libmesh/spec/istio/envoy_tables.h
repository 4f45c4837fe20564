// Field tables of Envoy's own messages, as far as EnvoyFilters may set them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libmesh/spec/field_table.h"
#include "libmesh/spec/istio/envoy_filter.h"

namespace mesh::istio {

// ---- messages -----------------------------------------------------------------------------------

/// The mapping with its keys in snake case and without the fields that `table` does not have: they
/// are reported as not simulated, since Envoy's messages have many more than a run can obey.
YamlNode known_fields(const YamlNode& node, const Reading& at, const TableInfo& table);

/// One of Envoy's messages.
template <class T>
Reader<T> message(const Table<T>& (*table)()) {
  Reader<T> strict = object(table);
  return {strict.shape, [strict, table](const YamlNode& node, const Reading& at, T& out) {
            return strict.read(known_fields(node, at, table().info()), at, out);
          }};
}
/// What stands in a google.protobuf.Any, a TypedStruct among them.
struct TypedMessage {
  std::string type;  // last part of the URL: "LocalRateLimit"
  YamlNode value;
};
TypedMessage typed_message(const YamlNode& node);

/// A duration above zero.
Reader<Duration> positive_duration();
/// A whole percentage that Envoy takes.
Reader<std::uint32_t> percent_up_to_100();
/// {value: 12.5}: Envoy's Percent and the like, in percent.
Reader<double> percent_message();
/// {default_value: 1.5, runtime_key: …}.
Reader<double> runtime_double();
/// RuntimeFractionalPercent in millionths.
Reader<Millionths> runtime_fraction();
/// FractionalPercent in millionths.
Reader<Millionths> fraction();

// ---- patches ------------------------------------------------------------------------------------

const Table<ClusterPatch>& cluster_patch_table();
const Table<OutlierPatch>& outlier_patch_table();
const Table<HealthCheckPatch>& health_check_table();
const Table<SubsetPatch>& subset_patch_table();
const Table<ZoneAwareConfig>& zone_aware_config_table();
const Table<HttpOptionsPatch>& http_options_table();
/// What of load_balancing_policy a run obeys.
Reader<std::optional<ClientSideWrrConfig>> balancing_policy();
const Table<ClientSideWrrConfig>& client_side_wrr_table();

const Table<LocalRateLimit>& local_rate_limit_table();
const Table<AdmissionControlConfig>& admission_control_table();
const Table<GradientConfig>& adaptive_concurrency_table();
const Table<FaultFilter>& fault_filter_table();
const Table<ExtAuthz>& ext_authz_table();
const Table<GlobalRateLimit>& global_rate_limit_table();

const Table<RoutePatch>& route_patch_table();
const Table<RoutePatch>& virtual_host_patch_table();

}  // namespace mesh::istio
