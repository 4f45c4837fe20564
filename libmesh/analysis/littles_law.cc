// Little's law per workload, from samples and histograms.
#include "libmesh/analysis/littles_law.h"

#include "libmesh/analysis/summary.h"

namespace mesh {

std::vector<LittleRow> littles_law(const RunRecord& record) {
  const std::size_t workloads = record.names.workloads.size();
  std::vector<std::uint64_t> present(workloads), samples(workloads);
  for (std::size_t i = 0; i < record.samples.at_ns.size(); ++i) {
    const std::uint32_t w = record.samples.workload[i];
    if (record.samples.at_ns[i] < record.info.warmup.ns || w >= workloads) continue;
    present[w] += record.samples.in_flight[i];
    samples[w] += 1;
  }
  const double seconds = measured_seconds(record) * record.info.runs;
  std::vector<LittleRow> rows;
  for (std::uint32_t w = 0; w < workloads; ++w) {
    const Histogram& queued = record.queue_time_by_workload[w];
    const Histogram& served = record.service_time_by_workload[w];
    if (samples[w] == 0 || served.count() == 0 || seconds <= 0) continue;
    const auto visits = static_cast<double>(served.count());
    rows.push_back({.workload = WorkloadId{w},
                    .present = static_cast<double>(present[w]) / static_cast<double>(samples[w]),
                    .arrivals_per_s = visits / seconds,
                    .time_s = (as_seconds(queued.sum()) + as_seconds(served.sum())) / visits});
  }
  return rows;
}

}  // namespace mesh
