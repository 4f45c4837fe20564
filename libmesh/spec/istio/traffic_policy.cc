// Reads traffic policies: connection pools, outlier detection, the groups that ports override.
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// An integer of the API that may not be negative; 0 means unset.
Reader<std::int64_t> limit() {
  return integer<std::int64_t>(0, std::numeric_limits<std::int32_t>::max());
}

/// Whole percent.
Reader<std::int32_t> whole_percent() {
  Reader<std::int32_t> reader = integer<std::int32_t>();
  reader.shape.min = 0;
  reader.shape.max = 100;
  return {reader.shape, [reader](const YamlNode& node, const Reading& at, std::int32_t& out) {
            if (!reader.read(node, at, out)) return false;
            if (out >= 0 && out <= 100) return true;
            at.error(code::invalid_percentage, node,
                     "must lie between 0 and 100, got " + std::to_string(out));
            return false;
          }};
}

const Table<Anything>& keepalive_table() {
  static const Table<Anything> table(
      "TcpKeepalive", "Probes of idle connections.",
      {
          part("probes", integer<std::uint32_t>(0), "Probes before giving up."),
          part("time", istio_duration(), "Idle time before the first probe."),
          part("interval", istio_duration(), "Time between probes."),
      });
  return table;
}

const Table<Anything>& http2_keepalive_table() {
  static const Table<Anything> table("ConnectionKeepalive", "HTTP/2 pings.",
                                     {
                                         part("interval", istio_duration(), "Between pings."),
                                         part("timeout", istio_duration(), "For an answer."),
                                     });
  return table;
}

const Table<ConnectionPool>& tcp_table() {
  static const Table<ConnectionPool> table(
      "TCPSettings", "Limits of connections.",
      {
          simulated("maxConnections", &ConnectionPool::max_connections, limit(), "4294967295",
                    "Connections of one sidecar to all hosts together."),
          simulated("connectTimeout", &ConnectionPool::connect_timeout, istio_duration(), "10s",
                    "Limit of connecting."),
          simulated("maxConnectionDuration", &ConnectionPool::max_connection_duration,
                    istio_duration(), "none", "Age at which a connection is closed."),
          simulated("idleTimeout", &ConnectionPool::tcp_idle_timeout, duration(), "1h",
                    "Idle time after which a connection is closed; 0s = never."),
          no_effect("tcpKeepalive", object(keepalive_table), "Finds dead peers."),
      });
  return table;
}

const Table<ConnectionPool>& http_table() {
  static const Table<ConnectionPool> table(
      "HTTPSettings", "Limits of requests.",
      {
          simulated("http1MaxPendingRequests", &ConnectionPool::http1_max_pending_requests, limit(),
                    "4294967295", "Requests waiting for a connection."),
          simulated("http2MaxRequests", &ConnectionPool::http2_max_requests, limit(), "4294967295",
                    "Active requests, HTTP/1.1 too."),
          simulated("maxRequestsPerConnection", &ConnectionPool::max_requests_per_connection,
                    limit(), "0", "Requests before a connection is closed; 0 = any number."),
          simulated("maxRetries", &ConnectionPool::max_retries, limit(), "4294967295",
                    "Retries at the same time."),
          simulated("idleTimeout", &ConnectionPool::http_idle_timeout, istio_duration(), "1h",
                    "Idle time after which a connection is closed."),
          simulated("h2UpgradePolicy", &ConnectionPool::h2_upgrade_policy,
                    word({"DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"}), "DEFAULT",
                    "UPGRADE speaks HTTP/2 to the hosts."),
          simulated("useClientProtocol", &ConnectionPool::use_client_protocol, boolean(), "false",
                    "Speaks what the caller spoke."),
          simulated("maxConcurrentStreams", &ConnectionPool::max_concurrent_streams, limit(),
                    "2147483647", "Streams on one HTTP/2 connection."),
          no_effect("http2KeepAlive", object(http2_keepalive_table), "Finds dead peers (1.31)."),
      },
      [](const YamlNode& node, const Reading& at, ConnectionPool& pool) {
        if (pool.h2_upgrade_policy == "UPGRADE" && pool.use_client_protocol) {
          at.error(code::exclusive_fields, node,
                   "useClientProtocol and h2UpgradePolicy: UPGRADE exclude each other");
        }
      });
  return table;
}

void check_outlier(const YamlNode& node, const Reading& at, OutlierDetection& outlier) {
  if (!outlier.split_external_local_origin_errors &&
      outlier.consecutive_local_origin_failures.value_or(0) > 0) {
    at.field("consecutiveLocalOriginFailures")
        .error(code::exclusive_fields, child_or_self(node, "consecutiveLocalOriginFailures"),
               "counts only with splitExternalLocalOriginErrors: true");
  }
  if (const YamlNode* old = node.find("consecutiveErrors"); old != nullptr) {
    at.field("consecutiveErrors")
        .warning(code::deprecated, *old, "consecutiveErrors is deprecated and has no effect",
                 "write consecutive5xxErrors or consecutiveGatewayErrors");
  }
}

/// At least one of the fields of a policy is written.
bool is_empty(const YamlNode& node, std::string_view besides) {
  for (const auto& [key, value] : node.entries) {
    if (key.scalar != besides && value.kind != YamlNode::Kind::Null) return false;
  }
  return true;
}

template <class T, class Groups>
std::vector<Field<T>> group_rows(Groups groups) {
  return {
      simulated(
          "loadBalancer", [groups](T& t) -> auto& { return groups(t).load_balancer; },
          object(load_balancer_table), "LEAST_REQUEST", "How a host is chosen."),
      simulated(
          "connectionPool", [groups](T& t) -> auto& { return groups(t).connection_pool; },
          object(connection_pool_table), "", "Limits of connections and requests."),
      simulated(
          "outlierDetection", [groups](T& t) -> auto& { return groups(t).outlier_detection; },
          object(outlier_detection_table), "none", "Sends failing hosts away for a time."),
      reported("tls", object(client_tls_table), "TLS to the hosts.")
          .meanwhile("connections succeed whatever their TLS"),
  };
}

const Table<PortPolicy>& port_policy_table() {
  static const Table<PortPolicy> table = [] {
    std::vector<Field<PortPolicy>> rows =
        group_rows<PortPolicy>([](PortPolicy& p) -> auto& { return p.groups; });
    rows.push_back(required("port", &PortPolicy::port, port_selector(), "The port."));
    return Table<PortPolicy>(
        "PortTrafficPolicy", "Replaces the whole policy for one port.", std::move(rows),
        [](const YamlNode& node, const Reading& at, PortPolicy&) {
          if (is_empty(node, "port")) {
            at.error(code::one_needed, node, "a port's policy needs a field besides port",
                     "loadBalancer, connectionPool, outlierDetection or tls");
          }
        });
  }();
  return table;
}

const Table<RetryBudget>& retry_budget_table() {
  static const Table<RetryBudget> table(
      "RetryBudget", "Limits retries to a share of the active requests.",
      {
          simulated("percent", &RetryBudget::percent, number(0, 100), "0.2 up to 1.29, then 20",
                    "Share in percent."),
          simulated("minRetryConcurrency", &RetryBudget::min_retry_concurrency,
                    integer<std::uint32_t>(), "3", "Retries that are always allowed."),
          reported("budgetInterval", istio_duration(), "Window of the share (1.31)."),
      });
  return table;
}

const Table<Anything>& tunnel_table() {
  static const Table<Anything> table(
      "TunnelSettings", "Tunnels TCP connections through HTTP.",
      {
          part("protocol", word({"CONNECT", "POST"}), "Method of the tunnel."),
          part("targetHost", text(), "Host behind the tunnel.").as_required(),
          part("targetPort", port_number(), "Port behind the tunnel.").as_required(),
      });
  return table;
}

const Table<Anything>& proxy_protocol_table() {
  static const Table<Anything> table("ProxyProtocol", "Tells the hosts who calls.",
                                     {part("version", word({"V1", "V2"}), "Version.")});
  return table;
}

}  // namespace

const Table<ConnectionPool>& connection_pool_table() {
  static const Table<ConnectionPool> table(
      "ConnectionPoolSettings", "Limits of connections and requests.",
      {
          simulated("tcp", itself, object(tcp_table), "", "Connections."),
          simulated("http", itself, object(http_table), "", "Requests."),
      },
      [](const YamlNode& node, const Reading& at, ConnectionPool&) {
        if (is_empty(node, "")) {
          at.error(code::one_needed, node, "a connection pool needs tcp or http");
        }
      });
  return table;
}

const Table<OutlierDetection>& outlier_detection_table() {
  using Outlier = OutlierDetection;
  static const Table<Outlier> table(
      "OutlierDetection", "Sends failing hosts away for a time.",
      {
          simulated("consecutive5xxErrors", &Outlier::consecutive_5xx_errors,
                    integer<std::uint32_t>(), "5", "5xx answers in a row; 0 = off."),
          simulated("consecutiveGatewayErrors", &Outlier::consecutive_gateway_errors,
                    integer<std::uint32_t>(), "0", "502, 503, 504 in a row; 0 = off."),
          simulated("splitExternalLocalOriginErrors", &Outlier::split_external_local_origin_errors,
                    boolean(), "false", "Counts connect failures apart."),
          simulated("consecutiveLocalOriginFailures", &Outlier::consecutive_local_origin_failures,
                    integer<std::uint32_t>(), "5", "Connect failures in a row, when split."),
          simulated("interval", &Outlier::interval, istio_duration(), "10s",
                    "Time between the sweeps that let hosts return."),
          simulated("baseEjectionTime", &Outlier::base_ejection_time, istio_duration(), "30s",
                    "Stay outside, times the number of ejections."),
          simulated("maxEjectionPercent", &Outlier::max_ejection_percent, whole_percent(), "10",
                    "Share of the hosts that may be outside."),
          simulated("minHealthPercent", &Outlier::min_health_percent, whole_percent(), "0",
                    "Below this share of healthy hosts all are used."),
          no_effect("consecutiveErrors", integer<std::int32_t>(), "Deprecated; Istio ignores it."),
          reported("outlierDetectionHttpErrorCodes", list(integer<std::uint32_t>()),
                   "Codes that count as errors (1.31).", Severity::Warning),
      },
      check_outlier);
  return table;
}

const Table<TrafficPolicy>& traffic_policy_table() {
  static const Table<TrafficPolicy> table = [] {
    std::vector<Field<TrafficPolicy>> rows =
        group_rows<TrafficPolicy>([](TrafficPolicy& p) -> auto& { return p.groups; });
    rows.push_back(simulated("portLevelSettings", &TrafficPolicy::port_level_settings,
                             list(object(port_policy_table)), "",
                             "Policies of single ports; each replaces the rest."));
    rows.push_back(simulated("retryBudget", &TrafficPolicy::retry_budget,
                             object(retry_budget_table), "none",
                             "Limits retries to a share of the active requests."));
    rows.push_back(
        reported("tunnel", object(tunnel_table), "Tunnels TCP through HTTP.", Severity::Warning));
    rows.push_back(no_effect("proxyProtocol", object(proxy_protocol_table), "Tells who calls."));
    return Table<TrafficPolicy>(
        "TrafficPolicy", "How a service is called.", std::move(rows),
        [](const YamlNode& node, const Reading& at, TrafficPolicy&) {
          if (is_empty(node, "")) {
            at.error(code::one_needed, node, "a traffic policy needs at least one field");
          }
          if (node.find("tunnel") != nullptr && node.find("proxyProtocol") != nullptr) {
            at.error(code::exclusive_fields, node, "tunnel and proxyProtocol exclude each other");
          }
        });
  }();
  return table;
}

}  // namespace mesh::istio
