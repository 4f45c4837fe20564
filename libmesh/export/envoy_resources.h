// Clusters and route configurations in Envoy's v3 JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "libmesh/plan/proxy_tables.h"

namespace mesh {

/// "0.350s", as protobuf writes durations in JSON.
std::string seconds_json(Duration duration);
/// {"@type": …} with the full name of a message, e.g. "config.route.v3.Route".
nlohmann::ordered_json typed_config(std::string_view message);

/// CDS and EDS: one cluster with the pods that exist at the start.
nlohmann::ordered_json cluster_json(const Plan& plan, const ClusterConfig& config);
/// health_checks of a cluster that has some.
nlohmann::ordered_json health_checks_json(const Plan& plan, const HealthCheckPlan& check);
/// RDS: one virtual host.
nlohmann::ordered_json virtual_host_json(const Plan& plan, const VirtualHostEntry& host);
nlohmann::ordered_json retry_policy_json(const RetryPolicy& policy);

}  // namespace mesh
