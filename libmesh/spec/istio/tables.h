// Field tables of Istio's networking kinds, with the parts that they share.
#pragma once

#include <string>
#include <vector>

#include "libmesh/spec/field_table.h"
#include "libmesh/spec/istio/authorization_policy.h"
#include "libmesh/spec/istio/destination_rule.h"
#include "libmesh/spec/istio/envoy_filter.h"
#include "libmesh/spec/istio/gateway.h"
#include "libmesh/spec/istio/mesh_config.h"
#include "libmesh/spec/istio/service_entry.h"
#include "libmesh/spec/istio/virtual_service.h"

namespace mesh::istio {

const Table<VirtualService>& virtual_service_table();
const Table<DestinationRule>& destination_rule_table();
const Table<Gateway>& gateway_table();
const Table<ServiceEntry>& service_entry_table();
const Table<WorkloadEntry>& workload_entry_table();
const Table<EnvoyFilter>& envoy_filter_table();
const Table<AuthorizationPolicy>& authorization_policy_table();
/// Of a ConfigMap that is_mesh_config: other ConfigMaps are not Istio's.
const Table<MeshConfig>& mesh_config_table();
bool is_mesh_config(const YamlNode& document);
const Table<AuthorizationProvider>& extension_provider_table();

// ---- VirtualService ---------------------------------------------------------------------------

const Table<HttpMatch>& http_match_table();
Reader<HttpRoute> http_route();
const Table<Destination>& destination_table();
const Table<RouteDestination>& route_destination_table();
const Table<HeaderOperations>& headers_table();
const Table<Retries>& retries_table();
const Table<Fault>& fault_table();
const Table<Redirect>& redirect_table();
const Table<DirectResponse>& direct_response_table();
const Table<Rewrite>& rewrite_table();
const Table<CorsRule>& cors_table();
const Table<Anything>& tls_route_table();
/// sniHosts of TLS routes belong to the rule's hosts.
void check_sni_hosts(const Reading& at, const YamlNode& tls, const std::vector<std::string>& hosts);
const Table<Anything>& tcp_route_table();

/// Which forms of a StringMatch istiod takes differ by the field.
struct StringMatchRules {
  bool empty_prefix = false;  // uri
  bool star_regex = false;    // withoutHeaders: "*" is no regex but means "present"
};
Reader<StringMatch> string_match(StringMatchRules rules = {});
/// Why Istio refuses a regular expression; empty when it does not (RE2, at most 1024 characters).
std::string regex_problem(const std::string& regex);

/// Percent {value: 0, or 0.0001 … 100}, of faults.
Reader<double> fault_percent();
/// Percent {value: 0 … 100}, of mirrors.
Reader<double> mirror_percent();
/// {number: 1 … 65535}.
Reader<std::uint32_t> port_selector();
/// gateways: "mesh", "name", "namespace/name".
void check_gateway_names(const Reading& at, const YamlNode& list);
/// weight: not negative.
Reader<std::uint32_t> weight();
/// The sum of several weights is above zero.
void check_weights(const Reading& at, const YamlNode& list);
/// host of a destination or a rule.
void check_host(const Reading& at, const YamlNode& node, const std::string& host, bool lone_star);

// ---- DestinationRule --------------------------------------------------------------------------

const Table<TrafficPolicy>& traffic_policy_table();
const Table<PolicyGroups>& groups_table();
const Table<LoadBalancer>& load_balancer_table();
const Table<ConnectionPool>& connection_pool_table();
const Table<OutlierDetection>& outlier_detection_table();
const Table<Anything>& client_tls_table();
const Table<LocalityLb>& locality_table();
const Table<ZoneAwareSetting>& zone_aware_table();

// ---- Both -------------------------------------------------------------------------------------

/// exportTo: ".", "*" or namespaces, none twice.
void check_export_to(const Reading& at, const YamlNode& list, const std::string& name_space);

}  // namespace mesh::istio
