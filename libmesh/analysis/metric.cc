// One number of a run by name: matching edges, picking the figure.
#include "libmesh/analysis/metric.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "libmesh/analysis/summary.h"

namespace mesh {

namespace {

constexpr std::array<std::string_view, 10> names = {
    "p50", "p90", "p99", "p999", "mean", "max", "error_rate", "rps", "goodput", "retries"};

bool is_any(std::string_view text) {
  return text.empty() || text == "*";
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_workload(const Names& n, WorkloadId id, std::string_view text) {
  if (!n.workloads.contains(id)) return false;
  const std::string& name = n.workloads[id];
  if (text == name) return true;
  if (n.workload_namespaces.contains(id) && text == name + "." + n.workload_namespaces[id]) {
    return true;
  }
  if (text == "ingress" && name == "istio-ingressgateway") return true;
  if (!n.versions.contains(id) || n.versions[id].empty()) return false;
  return name == std::string(text) + "-" + n.versions[id];
}

bool is_service(const Names& n, ServiceId id, std::string_view text) {
  if (!n.services.contains(id)) return false;
  const std::string& host = n.services[id];
  return host.starts_with(text) && (host.size() == text.size() || host[text.size()] == '.');
}

std::optional<Measure> pick(const Traffic& t, std::string_view metric) {
  if (metric == "p50") return Measure{t.p50_ms, "ms"};
  if (metric == "p90") return Measure{t.p90_ms, "ms"};
  if (metric == "p99") return Measure{t.p99_ms, "ms"};
  if (metric == "p999") return Measure{t.p999_ms, "ms"};
  if (metric == "mean") return Measure{t.mean_ms, "ms"};
  if (metric == "max") return Measure{t.max_ms, "ms"};
  if (metric == "error_rate") return Measure{t.error_rate, ""};
  if (metric == "rps") return Measure{t.rps, "1/s"};
  if (metric == "goodput") return Measure{t.goodput_rps, "1/s"};
  return std::nullopt;
}

std::vector<std::uint32_t> matching_loads(const RunRecord& record, std::string_view load) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < record.names.loads.size(); ++i) {
    if (load.empty() || record.names.loads[LoadId{i}] == load) rows.push_back(i);
  }
  return rows;
}

Measure retries(const RunRecord& record, const std::vector<std::uint32_t>& edges) {
  const auto count = static_cast<double>(retries_of(record, edges));
  return {count / static_cast<double>(record.info.runs), ""};
}

}  // namespace

std::span<const std::string_view> metric_names() {
  return names;
}

std::vector<std::uint32_t> matching_edges(const RunRecord& record, std::string_view edge) {
  const std::size_t arrow = edge.find("->");
  const std::string_view from = trimmed(edge.substr(0, arrow));
  const std::string_view to =
      arrow == std::string_view::npos ? std::string_view{} : trimmed(edge.substr(arrow + 2));
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < record.edges.size(); ++i) {
    const Edge& e = record.edges[i];
    if (!is_any(from) && !is_workload(record.names, e.source, from)) continue;
    if (!is_any(to) && !is_service(record.names, e.service, to) &&
        !is_workload(record.names, e.destination, to)) {
      continue;
    }
    rows.push_back(i);
  }
  return rows;
}

std::optional<Measure> evaluate(const RunRecord& record, std::string_view metric,
                                std::string_view edge, std::string_view load) {
  if (!edge.empty()) {
    const std::vector<std::uint32_t> rows = matching_edges(record, edge);
    if (rows.empty()) return std::nullopt;
    if (metric == "retries") return retries(record, rows);
    return pick(traffic_of(record, record.requests_by_edge, record.latency_by_edge, rows), metric);
  }
  if (metric == "retries" && load.empty()) {
    std::vector<std::uint32_t> all(record.edges.size());
    std::iota(all.begin(), all.end(), 0u);
    return retries(record, all);
  }
  const std::vector<std::uint32_t> rows = matching_loads(record, load);
  if (rows.empty()) return std::nullopt;
  return pick(traffic_of(record, record.requests_by_load, record.latency_by_load, rows), metric);
}

std::optional<Interval> evaluate_runs(std::span<const std::shared_ptr<const RunRecord>> runs,
                                      std::string_view metric, std::string_view edge,
                                      std::string_view load) {
  std::vector<double> values;
  for (const auto& run : runs) {
    const std::optional<Measure> measure = evaluate(*run, metric, edge, load);
    if (!measure) return std::nullopt;
    values.push_back(measure->value);
  }
  if (values.empty()) return std::nullopt;
  return mean_interval(values);
}

std::string edge_text(const RunRecord& record, const Edge& edge) {
  const Names& n = record.names;
  const auto workload = [&n](WorkloadId id) {
    return n.workloads.contains(id) ? n.workloads[id] : std::string("-");
  };
  const std::string service = n.services.contains(edge.service) ? n.services[edge.service] : "-";
  return workload(edge.source) + "->" + service + "->" + workload(edge.destination);
}

}  // namespace mesh
