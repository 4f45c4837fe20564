// The configuration of a real Envoy that decides as the proxies of one workload do here.
#include "libmesh/export/envoy_bootstrap.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "libmesh/export/envoy_resources.h"

namespace mesh {
namespace {

using Json = nlohmann::ordered_json;

/// The kernel chooses the port.
Json any_port_of(const std::string& address) {
  return {{"socket_address", {{"address", address}, {"port_value", 0}}}};
}

/// One JSON object per request on standard output.
Json access_log() {
  Json fields;
  fields["start"] = "%START_TIME(%s.%6f)%";
  fields["id"] = "%REQ(X-RIG-ID)%";
  fields["method"] = "%REQ(:METHOD)%";
  fields["path"] = "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%";
  fields["authority"] = "%REQ(:AUTHORITY)%";
  fields["code"] = "%RESPONSE_CODE%";
  fields["flags"] = "%RESPONSE_FLAGS%";
  fields["details"] = "%RESPONSE_CODE_DETAILS%";
  fields["attempts"] = "%UPSTREAM_REQUEST_ATTEMPT_COUNT%";
  fields["cluster"] = "%UPSTREAM_CLUSTER_RAW%";
  fields["host"] = "%UPSTREAM_HOST%";
  fields["route"] = "%ROUTE_NAME%";
  fields["failure"] = "%UPSTREAM_TRANSPORT_FAILURE_REASON%";
  fields["ms"] = "%DURATION%";
  fields["us"] = "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%";
  Json config = typed_config("extensions.access_loggers.file.v3.FileAccessLog");
  config["path"] = "/dev/stdout";
  config["log_format"]["json_format"] = std::move(fields);
  return Json::array({{{"name", "envoy.access_loggers.file"}, {"typed_config", config}}});
}

Json filter(const char* name, Json config) {
  return {{"name", name}, {"typed_config", std::move(config)}};
}

Json http_filters() {
  return Json::array(
      {filter("envoy.filters.http.fault",
              typed_config("extensions.filters.http.fault.v3.HTTPFault")),
       filter("envoy.filters.http.cors", typed_config("extensions.filters.http.cors.v3.Cors")),
       filter("envoy.filters.http.router",
              typed_config("extensions.filters.http.router.v3.Router"))});
}

/// A listener whose only filter routes HTTP. Settings as in istiod's listeners.
/// Source: pilot/pkg/networking/core/listener_builder.go (buildHTTPConnectionManager).
Json http_listener(const std::string& name, const std::string& listen, Json route_config,
                   bool from_the_world) {
  Json manager =
      typed_config("extensions.filters.network.http_connection_manager.v3.HttpConnectionManager");
  manager["stat_prefix"] = name;
  manager["route_config"] = std::move(route_config);
  manager["http_filters"] = http_filters();
  manager["access_log"] = access_log();
  manager["use_remote_address"] = from_the_world;
  manager["stream_idle_timeout"] = "0s";
  manager["normalize_path"] = true;
  manager["path_with_escaped_slashes_action"] = "KEEP_UNCHANGED";
  manager["proxy_100_continue"] = true;
  manager["upgrade_configs"] = Json::array({{{"upgrade_type", "websocket"}}});
  Json chain{{"filters", Json::array({filter("envoy.filters.network.http_connection_manager",
                                             std::move(manager))})}};
  return {{"name", name},
          {"address", any_port_of(listen)},
          {"filter_chains", Json::array({std::move(chain)})}};
}

Json tcp_listener(const Plan& plan, const ListenerEntry& entry, const ClusterConfig& config,
                  const std::string& listen) {
  const std::string& cluster = plan.clusters[entry.cluster];
  Json proxy = typed_config("extensions.filters.network.tcp_proxy.v3.TcpProxy");
  proxy["stat_prefix"] = cluster;
  proxy["cluster"] = cluster;
  proxy["idle_timeout"] = seconds_json(config.idle_timeout);
  Json chain{
      {"filters", Json::array({filter("envoy.filters.network.tcp_proxy", std::move(proxy))})}};
  return {{"name", cluster},
          {"address", any_port_of(listen)},
          {"filter_chains", Json::array({std::move(chain)})}};
}

Json outbound_listener(const ProxyTables& tables, const ListenerEntry& entry,
                       const BootstrapOptions& options) {
  const bool gateway = tables.plan->workloads[tables.workload].is_gateway;
  Json table;
  table["name"] = fmt::format("{}{}", gateway ? "http." : "", entry.port);
  table["virtual_hosts"] = Json::array();
  for (const VirtualHostEntry& host : entry.virtual_hosts) {
    table["virtual_hosts"].push_back(virtual_host_json(*tables.plan, host));
  }
  table["validate_clusters"] = false;
  table["ignore_port_in_host_matching"] = true;
  table["max_direct_response_body_size_bytes"] = 1048576;
  return http_listener(fmt::format("outbound_0.0.0.0_{}", entry.port), options.listen,
                       std::move(table), gateway);
}

// ---- the receiving side -------------------------------------------------------------------------

std::string inbound_name(const InboundEntry& entry) {
  return fmt::format("inbound|{}||", entry.port);
}

/// Source: pilot/pkg/networking/core/listener_inbound.go, httproute.go
/// (BuildSidecarInboundHTTPRouteConfig).
Json inbound_listener(const InboundEntry& entry, const std::string& listen) {
  Json route;
  route["name"] = "default";
  route["match"]["prefix"] = "/";
  route["route"] = {
      {"cluster", inbound_name(entry)},
      {"timeout", "0s"},
      {"max_stream_duration", {{"max_stream_duration", "0s"}, {"grpc_timeout_header_max", "0s"}}},
      {"retry_policy", {{"retry_on", "reset-before-request"}, {"num_retries", 2}}}};
  Json host{{"name", fmt::format("inbound|http|{}", entry.service_port)},
            {"domains", {"*"}},
            {"routes", Json::array({std::move(route)})}};
  Json table{{"name", inbound_name(entry)},
             {"virtual_hosts", Json::array({std::move(host)})},
             {"validate_clusters", false}};
  return http_listener(fmt::format("inbound_0.0.0.0_{}", entry.port), listen, std::move(table),
                       false);
}

/// The application behind its own proxy.
Json inbound_cluster_json(const ProxyTables& tables, const InboundEntry& entry) {
  ClusterConfig config;
  if (entry.limits.valid()) config = tables.plan->cluster_configs[entry.limits];
  config.load_balancer.kind = LoadBalancerKind::RoundRobin;
  config.hosts.clear();
  config.localities.clear();
  config.hosts.push_back(
      {.endpoint = tables.plan->workloads[tables.workload].first_endpoint, .port = entry.port});
  if (!config.cluster.valid()) config.cluster = ClusterId{0};
  Json out = cluster_json(*tables.plan, config);
  out["name"] = inbound_name(entry);
  out["load_assignment"]["cluster_name"] = inbound_name(entry);
  return out;
}

// ---- the whole ----------------------------------------------------------------------------------

Json clusters_json(const ProxyTables& tables) {
  Json clusters = Json::array();
  for (const ClusterConfigId id : tables.clusters) {
    if (id.valid()) {
      clusters.push_back(cluster_json(*tables.plan, tables.plan->cluster_configs[id]));
    }
  }
  Json hole{{"name", "BlackHoleCluster"}, {"type", "STATIC"}, {"connect_timeout", "10s"}};
  Json through{{"name", "PassthroughCluster"},
               {"type", "ORIGINAL_DST"},
               {"connect_timeout", "10s"},
               {"lb_policy", "CLUSTER_PROVIDED"}};
  clusters.push_back(std::move(hole));
  clusters.push_back(std::move(through));
  for (const InboundEntry& entry : tables.inbound) {
    clusters.push_back(inbound_cluster_json(tables, entry));
  }
  return clusters;
}

Json listeners_json(const ProxyTables& tables, const BootstrapOptions& options) {
  Json listeners = Json::array();
  for (const ListenerEntry& entry : tables.listeners) {
    if (options.port != 0 && entry.port != options.port) continue;
    if (!entry.cluster.valid()) {
      listeners.push_back(outbound_listener(tables, entry, options));
    } else if (const ClusterConfigId id = tables.clusters[entry.cluster]; id.valid()) {
      listeners.push_back(
          tcp_listener(*tables.plan, entry, tables.plan->cluster_configs[id], options.listen));
    }
  }
  std::set<std::uint32_t> ports;  // two services may share a container port
  for (const InboundEntry& entry : tables.inbound) {
    if (ports.insert(entry.port).second) {
      listeners.push_back(inbound_listener(entry, options.listen));
    }
  }
  return listeners;
}

/// Source: tools/packaging/common/envoy_bootstrap.json (layered_runtime).
Json runtime() {
  Json settings{{"overload.global_downstream_max_connections", "2147483647"},
                {"envoy.reloadable_features.http_reject_path_with_fragment", false},
                {"re2.max_program_size.error_level", "32768"}};
  return {{"layers", Json::array({{{"name", "global config"}, {"static_layer", settings}},
                                  {{"name", "admin"}, {"admin_layer", Json::object()}}})}};
}

}  // namespace

std::string envoy_bootstrap(const ProxyTables& tables, const BootstrapOptions& options) {
  const Plan& plan = *tables.plan;
  const WorkloadPlan& workload = plan.workloads[tables.workload];
  Json out;
  out["node"] = {{"id", fmt::format("{}~{}.{}", workload.is_gateway ? "router" : "sidecar",
                                    workload.name, workload.name_space)},
                 {"cluster", fmt::format("{}.{}", workload.name, workload.name_space)}};
  out["admin"]["address"] = any_port_of(options.listen);
  out["layered_runtime"] = runtime();
  out["static_resources"] = {{"listeners", listeners_json(tables, options)},
                             {"clusters", clusters_json(tables)}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mesh
