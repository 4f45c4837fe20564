// What a test wants to know of a run: how each request ended, and Envoy's counters.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "libmesh/telemetry/run_record.h"

namespace mesh::testing {

/// "200", "503 UO", "504 URX,UT": one per request, in order of creation.
inline std::vector<std::string> outcomes(const RunRecord& record) {
  const RequestTable& t = record.requests;
  std::vector<std::size_t> order(t.id.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return t.id[a] < t.id[b]; });
  std::vector<std::string> rows;
  for (const std::size_t i : order) {
    const ResponseFlags flags = ResponseFlags::from_packed(t.flags[i]);
    rows.push_back(std::to_string(t.code[i]) + (flags.empty() ? "" : " " + flags.to_string()));
  }
  return rows;
}

inline std::vector<std::string> times(std::size_t n, const std::string& outcome) {
  return std::vector<std::string>(n, outcome);
}

/// Milliseconds that request `id` took; -1 if it is not in the table.
inline double latency_ms(const RunRecord& record, std::uint64_t id) {
  const RequestTable& t = record.requests;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (t.id[i] == id) return static_cast<double>(t.ended_ns[i] - t.started_ns[i]) * 1e-6;
  }
  return -1;
}

/// Sum of a counter over all proxies.
inline std::uint64_t counter(const RunRecord& record, ClusterCounter which) {
  std::uint64_t sum = 0;
  for (const ClusterStats& s : record.stats) sum += s.counters[static_cast<std::size_t>(which)];
  return sum;
}

/// All counters and gauges that are not zero, by Envoy's names, summed over all proxies.
inline std::map<std::string, std::uint64_t> statistics(const RunRecord& record) {
  std::map<std::string, std::uint64_t> out;
  for (const ClusterStats& row : record.stats) {
    for (std::size_t i = 0; i < cluster_counter_count; ++i) {
      if (row.counters[i] == 0) continue;
      out[std::string(to_string(static_cast<ClusterCounter>(i)))] += row.counters[i];
    }
    for (const ClusterGauge& gauge : cluster_gauges) {
      if (row.*gauge.value > 0) out[std::string(gauge.name)] += row.*gauge.value;
    }
  }
  return out;
}

inline std::uint64_t counter(const RunRecord& record, ProxyCounter which) {
  std::uint64_t sum = 0;
  for (const ProxyStats& s : record.proxies) sum += s.counters[static_cast<std::size_t>(which)];
  return sum;
}

}  // namespace mesh::testing
