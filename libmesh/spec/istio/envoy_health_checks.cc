// Reads health_checks of an EnvoyFilter's clusters.
#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

using Patch = HealthCheckPatch;

/// Envoy takes ranges inside 100 … 599 (http_status_checker.cc).
void check_range(const YamlNode& node, const Reading& at, StatusRangePatch& range) {
  if (range.start >= 100 && range.end <= 600 && range.start < range.end) return;
  at.error(code::out_of_range, node,
           "must be within 100 and 600 with start below end: Envoy refuses it",
           "end is not part of the range: {start: 200, end: 201} is 200 alone");
}

const Table<StatusRangePatch>& range_table() {
  static const Table<StatusRangePatch> table(
      "Int64Range", "Numbers from start up to, not including, end.",
      {simulated("start", &StatusRangePatch::start, integer<std::uint32_t>(), "0", "The first."),
       simulated("end", &StatusRangePatch::end, integer<std::uint32_t>(), "0", "Behind the last.")},
      check_range);
  return table;
}

/// RequestMethod; CONNECT is refused (health_check.proto).
Reader<std::string> method() {
  return one_of<std::string>({{"GET", "GET"},
                              {"HEAD", "HEAD"},
                              {"POST", "POST"},
                              {"PUT", "PUT"},
                              {"DELETE", "DELETE"},
                              {"OPTIONS", "OPTIONS"},
                              {"TRACE", "TRACE"},
                              {"PATCH", "PATCH"}});
}

const Table<Patch>& http_table() {
  static const Table<Patch> table(
      "HttpHealthCheck", "A request.",
      {simulated("host", &Patch::host, text(), "the cluster's name", "Its :authority."),
       required("path", &Patch::path, text(), "Its path."),
       simulated("method", &Patch::method, method(), "GET", "Its method."),
       simulated("expected_statuses", &Patch::expected, list(message(range_table)), "200",
                 "Statuses of hosts that are well."),
       simulated("retriable_statuses", &Patch::retriable, list(message(range_table)), "none",
                 "Statuses that count towards unhealthy_threshold in place of failing at once.")});
  return table;
}

const Table<Anything>& tcp_table() {
  static const Table<Anything> table(
      "TcpHealthCheck", "A connection.",
      {reported("send", any(), "Bytes to send.", Severity::Warning)
           .meanwhile("a connection is enough"),
       reported("receive", any(), "Bytes to wait for.", Severity::Warning)
           .meanwhile("a connection is enough")});
  return table;
}

/// A field that also says the kind.
Reader<Patch> http() {
  Reader<Patch> form = message(http_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, Patch& out) {
            out.kind = Patch::Kind::Http;
            return form.read(node, at, out);
          }};
}
Reader<Patch> tcp() {
  Reader<Anything> form = message(tcp_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, Patch& out) {
            Anything nothing;
            out.kind = Patch::Kind::Tcp;
            return form.read(node, at, nothing);
          }};
}
Reader<Patch> other() {
  return {any().shape, [](const YamlNode&, const Reading&, Patch& out) {
            out.kind = Patch::Kind::Other;
            return true;
          }};
}

/// What surprises most: nothing is checked in the first minute.
void check_health_check(const YamlNode& node, const Reading& at, Patch& check) {
  if (check.kind == Patch::Kind::Unsaid) {
    at.error(code::one_needed, node, "says no kind of check: Envoy refuses the cluster",
             "add http_health_check: {path: /healthz} or tcp_health_check: {}");
  }
  if (node.find("no_traffic_interval") != nullptr || node.find("noTrafficInterval") != nullptr) {
    return;
  }
  if (check.timing.interval >= check.timing.no_traffic_interval) return;
  at.warning(code::surprising, node,
             "the first check is at once and the second 60 s later, unless the proxy has opened a "
             "connection to the cluster by then: no_traffic_interval holds until that",
             "set no_traffic_interval beside interval");
}

}  // namespace

const Table<Patch>& health_check_table() {
  const auto time = [](const char* name, Duration HealthCheckConfig::*member, Reader<Duration> read,
                       const char* normal, const char* doc) {
    return simulated(
        name, [member](Patch& p) -> auto& { return p.timing.*member; }, read, normal, doc);
  };
  const auto count = [](const char* name, std::uint32_t HealthCheckConfig::*member) {
    return [name, member](const char* normal, const char* doc) {
      return simulated(
          name, [member](Patch& p) -> auto& { return p.timing.*member; }, integer<std::uint32_t>(),
          normal, doc);
    };
  };
  using H = HealthCheckConfig;
  static const Table<Patch> table(
      "HealthCheck", "Asks each host now and then whether it is well.",
      {
          time("timeout", &H::timeout, positive_duration(), "", "Of one check.").as_required(),
          time("interval", &H::interval, positive_duration(), "", "From the end of a check on.")
              .as_required(),
          count("unhealthy_threshold", &H::unhealthy_threshold)("", "Failures in a row.")
              .as_required(),
          count("healthy_threshold", &H::healthy_threshold)("", "Successes in a row.")
              .as_required(),
          time("no_traffic_interval", &H::no_traffic_interval, positive_duration(), "60s",
               "In place of interval until the cluster has had a connection."),
          time("no_traffic_healthy_interval", &H::no_traffic_healthy_interval, positive_duration(),
               "no_traffic_interval", "The same after a success."),
          time("unhealthy_interval", &H::unhealthy_interval, positive_duration(), "interval",
               "Of a host that has failed."),
          time("unhealthy_edge_interval", &H::unhealthy_edge_interval, positive_duration(),
               "unhealthy_interval", "Of a host that is about to fail."),
          time("healthy_edge_interval", &H::healthy_edge_interval, positive_duration(), "interval",
               "Of a host that is about to return."),
          time("initial_jitter", &H::initial_jitter, duration(), "0s",
               "Longest wait for the first check."),
          time("interval_jitter", &H::interval_jitter, duration(), "0s", "Added at random."),
          count("interval_jitter_percent", &H::interval_jitter_percent)("0",
                                                                        "The same, in percent."),
          simulated("reuse_connection", &Patch::reuse_connection, boolean(), "true",
                    "One connection for all checks of a host."),
          simulated("http_health_check", itself, http(), "", "Asks by HTTP."),
          simulated("tcp_health_check", itself, tcp(), "", "Only connects."),
          reported("grpc_health_check", itself, other(), "Asks by gRPC.", Severity::Warning)
              .meanwhile("nobody asks"),
          reported("custom_health_check", itself, other(), "An extension asks.", Severity::Warning)
              .meanwhile("nobody asks"),
          no_effect("event_log_path", any(), "A log."),
          no_effect("event_logger", any(), "A log."),
          no_effect("always_log_health_check_failures", any(), "A log."),
          no_effect("always_log_health_check_success", any(), "A log."),
          no_effect("tls_options", any(), "Encryption."),
          no_effect("transport_socket_match_criteria", any(), "Encryption."),
      },
      check_health_check);
  return table;
}

}  // namespace mesh::istio
