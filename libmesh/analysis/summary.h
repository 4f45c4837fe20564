// The figures of a run by load and by edge, as a summary table shows them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// Failed as the dashboards of Istio count it: no answer (code 0) or 5xx. A 404 of a request that
/// found no route is a success here; `outcomes` shows it.
constexpr bool is_failure(std::uint16_t code) {
  return code == 0 || code >= 500;
}

struct OutcomeCount {
  Outcome outcome;
  std::uint64_t count = 0;
  friend bool operator==(const OutcomeCount&, const OutcomeCount&) = default;
};

/// How some requests went. Rates are per second of one run, after the warm-up; times are 0 when
/// there was no request.
struct Traffic {
  std::uint64_t requests = 0, failures = 0;
  double rps = 0, goodput_rps = 0;  // all; those that did not fail
  double error_rate = 0;            // failures / requests, 0 … 1
  double p50_ms = 0, p90_ms = 0, p99_ms = 0, p999_ms = 0, mean_ms = 0, max_ms = 0;
  std::vector<OutcomeCount> outcomes;  // by code, then by flags
};

struct LoadSummary {
  LoadId load;
  Traffic traffic;
};

struct EdgeSummary {
  Edge edge;
  Traffic traffic;
  std::uint64_t attempts = 0;
  std::uint64_t retries = 0;    // attempts beyond one per request
  std::uint64_t ejections = 0;  // of the destination's pods by the source's proxies
};

/// What happened at a cache, pool, topic or limiter after the warm-up, by StoreEvent.
struct StoreSummary {
  StoreId store;
  std::array<std::uint64_t, store_event_count> counts{};

  std::uint64_t count(StoreEvent event) const { return counts[static_cast<std::size_t>(event)]; }
};

struct Summary {
  double measured_s = 0;  // of one run, after the warm-up
  std::uint32_t runs = 1;
  Traffic all_loads;
  std::vector<LoadSummary> loads;    // index = LoadId
  std::vector<EdgeSummary> edges;    // index = row of RunRecord::edges
  std::vector<StoreSummary> stores;  // index = StoreId
};

Summary summarize(const RunRecord& record);

/// Seconds of one run in which totals were counted.
double measured_seconds(const RunRecord& record);

/// Counts and times of several rows of `table` as one; `histograms` has the same rows.
Traffic traffic_of(const RunRecord& record, const OutcomeTable& table,
                   const std::vector<Histogram>& histograms,
                   const std::vector<std::uint32_t>& rows);

/// Attempts beyond one per request on some edges.
std::uint64_t retries_of(const RunRecord& record, const std::vector<std::uint32_t>& edges);

}  // namespace mesh
