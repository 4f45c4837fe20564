// The figures of a run by load and by edge: folding the record's tables.
#include "libmesh/analysis/summary.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>

namespace mesh {

namespace {

/// Calls visit(i) for the entries of one row; tables are sorted by row.
template <class Visit>
void for_row(const OutcomeTable& table, std::uint32_t row, Visit&& visit) {
  const auto [begin, end] = std::equal_range(table.row.begin(), table.row.end(), row);
  for (auto it = begin; it != end; ++it) visit(static_cast<std::size_t>(it - table.row.begin()));
}

std::uint64_t count_of_row(const OutcomeTable& table, std::uint32_t row) {
  std::uint64_t sum = 0;
  for_row(table, row, [&](std::size_t i) { sum += table.count[i]; });
  return sum;
}

/// "outbound|9080|v1|reviews.default.svc.cluster.local" is a cluster of that service.
bool is_cluster_of(std::string_view cluster, std::string_view host) {
  return cluster.size() > host.size() && cluster.ends_with(host) &&
         cluster[cluster.size() - host.size() - 1] == '|';
}

bool is_ejection_on(const RunRecord& record, const Noted& event, const Edge& edge) {
  const Names& names = record.names;
  if (event.what != EventNote::Eject || event.at < record.info.warmup) return false;
  if (event.proxy_workload != edge.source || !edge.service.valid()) return false;
  if (!names.endpoint_workload.contains(event.endpoint)) return false;
  if (names.endpoint_workload[event.endpoint] != edge.destination) return false;
  return names.clusters.contains(event.cluster) &&
         is_cluster_of(names.clusters[event.cluster], names.services[edge.service]);
}

std::uint64_t ejections_on(const RunRecord& record, const std::vector<Noted>& ejections,
                           const Edge& edge) {
  return static_cast<std::uint64_t>(
      std::count_if(ejections.begin(), ejections.end(),
                    [&](const Noted& event) { return is_ejection_on(record, event, edge); }));
}

void add_outcomes(Traffic& traffic,
                  const std::map<std::tuple<std::uint16_t, std::uint32_t>, std::uint64_t>& counts) {
  for (const auto& [key, count] : counts) {
    const auto [code, flags] = key;
    traffic.outcomes.push_back({{code, ResponseFlags::from_packed(flags)}, count});
    traffic.requests += count;
    if (is_failure(code)) traffic.failures += count;
  }
}

void add_times(Traffic& traffic, const Histogram& latency) {
  traffic.p50_ms = as_milliseconds(latency.quantile(0.5));
  traffic.p90_ms = as_milliseconds(latency.quantile(0.9));
  traffic.p99_ms = as_milliseconds(latency.quantile(0.99));
  traffic.p999_ms = as_milliseconds(latency.quantile(0.999));
  traffic.max_ms = as_milliseconds(latency.max());
  if (latency.count() == 0) return;
  traffic.mean_ms = as_milliseconds(latency.sum()) / static_cast<double>(latency.count());
}

/// Buckets that begin after the warm-up.
std::vector<StoreSummary> stores_of(const RunRecord& record) {
  std::vector<StoreSummary> stores;
  for (std::uint32_t s = 0; s < record.names.stores.size(); ++s) stores.push_back({StoreId{s}, {}});
  const StoreSeries& t = record.stores;
  for (std::size_t i = 0; i < t.bucket.size(); ++i) {
    if (Instant{} + record.bucket * t.bucket[i] < record.info.warmup) continue;
    stores[t.store[i]].counts[t.event[i]] += t.count[i];
  }
  return stores;
}

}  // namespace

double measured_seconds(const RunRecord& record) {
  return std::max(0.0, as_seconds(elapsed(record.info.warmup, record.info.ended)));
}

Traffic traffic_of(const RunRecord& record, const OutcomeTable& table,
                   const std::vector<Histogram>& histograms,
                   const std::vector<std::uint32_t>& rows) {
  std::map<std::tuple<std::uint16_t, std::uint32_t>, std::uint64_t> counts;
  for (const std::uint32_t row : rows) {
    for_row(table, row, [&](std::size_t i) {
      const Outcome& outcome = record.outcomes[table.outcome[i]];
      counts[{outcome.code, outcome.flags.packed()}] += table.count[i];
    });
  }
  Histogram latency;
  for (const std::uint32_t row : rows) {
    if (row < histograms.size()) latency.merge(histograms[row]);
  }
  Traffic traffic;
  add_outcomes(traffic, counts);
  add_times(traffic, latency);
  const double seconds = measured_seconds(record) * record.info.runs;
  if (seconds > 0) {
    traffic.rps = static_cast<double>(traffic.requests) / seconds;
    traffic.goodput_rps = static_cast<double>(traffic.requests - traffic.failures) / seconds;
  }
  if (traffic.requests > 0) {
    traffic.error_rate =
        static_cast<double>(traffic.failures) / static_cast<double>(traffic.requests);
  }
  return traffic;
}

std::uint64_t retries_of(const RunRecord& record, const std::vector<std::uint32_t>& edges) {
  std::uint64_t retries = 0;
  for (const std::uint32_t row : edges) {  // requests that never had an attempt owe none
    const std::uint64_t attempts = count_of_row(record.attempts_by_edge, row);
    retries += attempts - std::min(attempts, count_of_row(record.requests_by_edge, row));
  }
  return retries;
}

Summary summarize(const RunRecord& record) {
  Summary summary;
  summary.measured_s = measured_seconds(record);
  summary.runs = record.info.runs;
  std::vector<std::uint32_t> all_loads(record.names.loads.size());
  std::iota(all_loads.begin(), all_loads.end(), 0u);
  summary.all_loads =
      traffic_of(record, record.requests_by_load, record.latency_by_load, all_loads);
  for (const std::uint32_t row : all_loads) {
    summary.loads.push_back(
        {LoadId{row}, traffic_of(record, record.requests_by_load, record.latency_by_load, {row})});
  }
  std::vector<Noted> ejections;
  for (const Noted& event : record.events) {
    if (event.what == EventNote::Eject) ejections.push_back(event);
  }
  for (std::uint32_t row = 0; row < record.edges.size(); ++row) {
    EdgeSummary edge;
    edge.edge = record.edges[row];
    edge.traffic = traffic_of(record, record.requests_by_edge, record.latency_by_edge, {row});
    edge.attempts = count_of_row(record.attempts_by_edge, row);
    edge.retries = retries_of(record, {row});
    edge.ejections = ejections_on(record, ejections, edge.edge);
    summary.edges.push_back(std::move(edge));
  }
  summary.stores = stores_of(record);
  return summary;
}

}  // namespace mesh
