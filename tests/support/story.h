// A run as a few lines of text: what moved when its fingerprint did.
#pragma once

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "libmesh/analysis/summary.h"
#include "libmesh/base/hash.h"
#include "libmesh/experiment/verdict.h"
#include "tests/support/outcomes.h"

namespace mesh::testing {

inline std::string milliseconds_text(double ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1fms", ms);
  return text;
}

inline std::uint64_t attempts_of(const Summary& summary) {
  std::uint64_t sum = 0;
  for (const EdgeSummary& edge : summary.edges) sum += edge.attempts;
  return sum;
}
inline std::uint64_t hops_of(const Summary& summary) {
  std::uint64_t sum = 0;
  for (const EdgeSummary& edge : summary.edges) sum += edge.traffic.requests;
  return sum;
}

inline std::string edge_text(const RunRecord& record, const EdgeSummary& summary) {
  const Names& names = record.names;
  const Edge& edge = summary.edge;
  std::string text = names.workloads[edge.source] + " -> ";
  if (edge.destination.valid()) {
    text += names.workloads[edge.destination];
  } else {
    text += edge.service.valid() ? "no pod of " + names.services[edge.service] : "nowhere";
  }
  text += "   requests " + std::to_string(summary.traffic.requests);
  for (const OutcomeCount& o : summary.traffic.outcomes) {
    const ResponseFlags flags = o.outcome.flags;
    text += "   " + std::to_string(o.outcome.code) + (flags.empty() ? "" : " " + flags.to_string());
    text += " " + std::to_string(o.count);
  }
  text += "   p50 " + milliseconds_text(summary.traffic.p50_ms);
  return text + "   p99 " + milliseconds_text(summary.traffic.p99_ms);
}

/// The text of tests/golden/<story>.txt.
inline std::string story_text(const RunRecord& record,
                              const std::vector<ThresholdSpec>& thresholds) {
  const Summary summary = summarize(record);
  const Traffic& all = summary.all_loads;
  const std::uint64_t hops = hops_of(summary);
  char ratio[32];
  std::snprintf(
      ratio, sizeof ratio, "%.3f",
      hops == 0 ? 0.0 : static_cast<double>(attempts_of(summary)) / static_cast<double>(hops));
  const auto count = [&record](ClusterCounter c) { return std::to_string(counter(record, c)); };

  std::string text = "fingerprint   " + fingerprint_text(record.info.fingerprint) + "\n";
  text += "events        " + std::to_string(record.info.events) + "\n";
  text += "requests      " + std::to_string(all.requests) + "   ok " +
          std::to_string(all.requests - all.failures) + "   failed " +
          std::to_string(all.failures) + "   in-flight " +
          std::to_string(record.info.requests_in_flight) + "\n";
  text += std::string("attempts/req  ") + ratio + "   p50 " + milliseconds_text(all.p50_ms) +
          "   p99 " + milliseconds_text(all.p99_ms) + "\n";
  text += "ejections     " + count(ClusterCounter::ejections_enforced_total) +
          "   breaker overflows " + count(ClusterCounter::upstream_rq_pending_overflow) + "\n";
  std::vector<std::string> edges;
  for (const EdgeSummary& edge : summary.edges) edges.push_back(edge_text(record, edge));
  std::sort(edges.begin(), edges.end());
  for (const std::string& edge : edges) text += "edge          " + edge + "\n";
  for (const StoreSummary& store : summary.stores) {
    text += "store         " + record.names.stores[store.store];
    for (std::size_t e = 0; e < store_event_count; ++e) {
      if (store.counts[e] == 0) continue;
      text += "   " + std::string(to_string(static_cast<StoreEvent>(e))) + " " +
              std::to_string(store.counts[e]);
    }
    text += "\n";
  }
  for (const Verdict& verdict : judge(record, thresholds)) {
    text += "threshold     " + verdict.text + (verdict.ok ? "   kept\n" : "   missed\n");
  }
  return text;
}

}  // namespace mesh::testing
