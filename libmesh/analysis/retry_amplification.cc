// How retries multiply work: layers of the call graph, sums of attempts.
#include "libmesh/analysis/retry_amplification.h"

#include <algorithm>
#include <map>
#include <utility>

namespace mesh {

namespace {

constexpr std::uint32_t unreached = 0xffffffffu;

std::vector<std::uint64_t> by_row(const OutcomeTable& table, std::size_t rows) {
  std::vector<std::uint64_t> sums(rows);
  for (std::size_t i = 0; i < table.row.size(); ++i) sums[table.row[i]] += table.count[i];
  return sums;
}

double factor(std::uint64_t attempts, std::uint64_t requests) {
  if (requests == 0) return 1;
  return std::max(1.0, static_cast<double>(attempts) / static_cast<double>(requests));
}

/// Breadth first from every workload that calls and is not called.
std::vector<std::uint32_t> distances(const RunRecord& record) {
  std::vector<std::uint32_t> distance(record.names.workloads.size(), unreached);
  std::vector<bool> called(distance.size());
  for (const Edge& e : record.edges) {
    if (e.destination.valid() && e.destination != e.source) called[e.destination.value] = true;
  }
  std::vector<std::uint32_t> front;
  const auto reach = [&](WorkloadId w, std::uint32_t at) {
    if (!w.valid() || distance[w.value] != unreached) return;
    distance[w.value] = at;
    front.push_back(w.value);
  };
  for (const Edge& e : record.edges) {
    if (e.source.valid() && !called[e.source.value]) reach(e.source, 0);
  }
  if (front.empty() && !record.edges.empty()) reach(record.edges.front().source, 0);
  std::vector<std::vector<WorkloadId>> called_by(distance.size());
  for (const Edge& e : record.edges) {
    if (e.source.valid()) called_by[e.source.value].push_back(e.destination);
  }
  for (std::size_t i = 0; i < front.size(); ++i) {
    const std::uint32_t from = front[i];
    for (const WorkloadId to : called_by[from]) reach(to, distance[from] + 1);
  }
  return distance;
}

}  // namespace

RetryAmplification retry_amplification(const RunRecord& record) {
  const std::vector<std::uint32_t> distance = distances(record);
  const auto requests = by_row(record.requests_by_edge, record.edges.size());
  const auto attempts = by_row(record.attempts_by_edge, record.edges.size());
  RetryAmplification result;
  for (std::size_t i = 0; i < record.edges.size(); ++i) {
    const Edge& e = record.edges[i];
    const std::uint32_t at = e.source.valid() ? distance[e.source.value] : unreached;
    result.edges.push_back(
        {e, at == unreached ? 0 : at, requests[i], attempts[i], factor(attempts[i], requests[i])});
  }
  // Requests that never had an attempt (no route, no host) would hide retries: count per service.
  std::map<std::uint32_t, std::map<std::pair<WorkloadId, ServiceId>, EdgeAmplification>> sums;
  for (const EdgeAmplification& e : result.edges) {
    if (!e.edge.service.valid()) continue;
    EdgeAmplification& sum = sums[e.layer][{e.edge.source, e.edge.service}];
    sum.requests += e.requests;
    sum.attempts += e.attempts;
  }
  double cumulative = 1;
  for (const auto& [layer, services] : sums) {
    LayerAmplification row;
    row.layer = layer;
    for (const auto& entry : services) {
      row.requests += entry.second.requests;
      row.attempts += std::max(entry.second.attempts, entry.second.requests);
    }
    row.factor = factor(row.attempts, row.requests);
    row.cumulative = cumulative *= row.factor;
    result.layers.push_back(row);
  }
  return result;
}

}  // namespace mesh
