// Measures of a run in units of a mean service time of 10 ms, as reference values are given.
#pragma once

#include "libmesh/analysis/summary.h"
#include "tests/support/station.h"

// Times are in units of the mean service time, 10 ms here. Every row runs 16 replications with
// seeds derived from 7; a mean must lie within three standard errors of the known value, and a
// standard error must be below 5 % of it, 15 % where the tail is thin. `requests` is the length of
// one replication. A percentile is held by the share of the values above it, which has no bias in
// short runs; bins are up to 10 % wide, so half a percent is allowed for them.
namespace mesh::testing {

inline constexpr double unit_s = 0.01;
inline constexpr Duration unit = milliseconds(10);
inline constexpr double bins = 0.005, thin = 0.15;

inline Records runs_of(const std::shared_ptr<const Plan>& plan) {
  return replicate(plan, replication_seeds(7, 16));
}
inline Duration length_of(double requests, double arrivals_per_unit) {
  return nanoseconds(static_cast<std::int64_t>(requests / arrivals_per_unit * unit_s * 1e9));
}

inline Traffic loads(const RunRecord& record) {
  return summarize(record).all_loads;
}
inline double response(const RunRecord& record) {
  return loads(record).mean_ms / 10;
}
inline double failed(const RunRecord& record) {
  return loads(record).error_rate;
}
inline double answered(const RunRecord& record) {
  return loads(record).goodput_rps * unit_s;
}
inline double wait(const RunRecord& record) {
  return mean_wait_s(record) / unit_s;
}

/// Share of the values above `units`; those of one bin count as spread evenly.
inline double above(const Histogram& histogram, double units) {
  const double limit = units * unit_s * 1e9;
  double count = 0;
  for (std::uint32_t i = 0; i < histogram.bins().size(); ++i) {
    const auto low = static_cast<double>(Histogram::lower(histogram.first_bin() + i).ns);
    const auto high = static_cast<double>(Histogram::upper(histogram.first_bin() + i).ns);
    if (high <= limit) continue;
    const double part = low >= limit ? 1.0 : (high - limit) / (high - low);
    count += part * static_cast<double>(histogram.bins()[i]);
  }
  return count / static_cast<double>(histogram.count());
}
inline Measure slower_than(double units) {
  return [units](const RunRecord& record) { return above(record.latency_by_load[0], units); };
}
inline Measure waiting_longer_than(double units) {
  return [units](const RunRecord& record) {
    return above(record.queue_time_by_workload[Station::server.value], units);
  };
}

}  // namespace mesh::testing
