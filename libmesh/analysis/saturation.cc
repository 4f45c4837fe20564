// Which workload is the bottleneck, from the samples.
#include "libmesh/analysis/saturation.h"

#include <algorithm>

namespace mesh {

namespace {

struct Sums {
  std::uint64_t samples = 0, busy = 0, queued = 0, capacity = 0;
  std::uint32_t peak_queued = 0;
  double peak_utilisation = 0;
};

double ratio(std::uint64_t a, std::uint64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

std::vector<Sums> sums_of(const RunRecord& record,
                          const IdVector<WorkloadId, std::uint32_t>& workers) {
  std::vector<Sums> sums(record.names.workloads.size());
  const WorkloadSamples& s = record.samples;
  for (std::size_t i = 0; i < s.at_ns.size(); ++i) {
    if (s.at_ns[i] < record.info.warmup.ns || s.workload[i] >= sums.size()) continue;
    const WorkloadId id{s.workload[i]};
    Sums& sum = sums[id.value];
    const std::uint64_t capacity =
        workers.contains(id) ? std::uint64_t{workers[id]} * s.replicas[i] : 0;
    sum.samples += 1;
    sum.busy += s.busy[i];
    sum.queued += s.queued[i];
    sum.capacity += capacity;
    sum.peak_queued = std::max(sum.peak_queued, s.queued[i]);
    sum.peak_utilisation = std::max(sum.peak_utilisation, ratio(s.busy[i], capacity));
  }
  return sums;
}

}  // namespace

IdVector<WorkloadId, std::uint32_t> workers_of(const Plan& plan) {
  IdVector<WorkloadId, std::uint32_t> workers;
  for (const WorkloadPlan& workload : plan.workloads) workers.add(workload.workers);
  return workers;
}

std::vector<Saturation> saturation(const RunRecord& record,
                                   const IdVector<WorkloadId, std::uint32_t>& workers) {
  const std::vector<Sums> sums = sums_of(record, workers);
  std::vector<Saturation> rows;
  for (std::uint32_t w = 0; w < sums.size(); ++w) {
    const Sums& sum = sums[w];
    if (sum.samples == 0) continue;
    const Histogram& waited = record.queue_time_by_workload[w];
    const double waited_ms = as_milliseconds(waited.sum());
    rows.push_back({.workload = WorkloadId{w},
                    .utilisation = ratio(sum.busy, sum.capacity),
                    .peak_utilisation = sum.peak_utilisation,
                    .mean_busy = ratio(sum.busy, sum.samples),
                    .mean_queued = ratio(sum.queued, sum.samples),
                    .peak_queued = static_cast<double>(sum.peak_queued),
                    .mean_queue_time_ms =
                        waited.count() == 0 ? 0 : waited_ms / static_cast<double>(waited.count()),
                    .overflowed = record.overflowed_by_workload[w]});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Saturation& a, const Saturation& b) {
    if (a.utilisation != b.utilisation) return a.utilisation > b.utilisation;
    return a.mean_queued > b.mean_queued;
  });
  return rows;
}

}  // namespace mesh
