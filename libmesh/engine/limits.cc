// The run until an instant, and what ends it before: somebody's wish, or growth without end.
#include "libmesh/engine/engine.h"

namespace mesh {
namespace {

/// "83.2": whole tenths are enough for a person.
std::string plain_seconds(Instant at) {
  const std::int64_t tenths = at.ns / 100'000'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

bool Engine::run_until(Instant until, const Progress& progress) {
  // Looks fall on the same events however the run is cut into parts.
  constexpr std::uint64_t events_between_looks = 1u << 14;
  until_ = std::max(until_, until);
  while (ended_by_ != EndedBy::Limit) {
    const std::uint64_t count = events_between_looks - world_.loop.handled() % events_between_looks;
    if (world_.loop.run_some(until, count, *this) < count) return true;
    if (beyond_limits()) ended_by_ = EndedBy::Limit;
    if (!progress) continue;
    const double share =
        until.ns > 0 ? static_cast<double>(now().ns) / static_cast<double>(until.ns) : 1.0;
    if (!progress(share, world_.loop.handled())) {
      ended_by_ = EndedBy::Interrupt;
      return false;
    }
  }
  return true;
}

/// Has something grown, or gone round, without end?
bool Engine::beyond_limits() {
  constexpr std::uint32_t looks_at_one_instant = 256;  // four million events
  world_.looks_without_time = now() == world_.looked_at ? world_.looks_without_time + 1 : 0;
  world_.looked_at = now();
  return world_.looks_without_time >= looks_at_one_instant ||
         world_.requests.size() + world_.visits.size() > plan_->max_in_flight;
}

/// What a person needs to know of it.
std::string Engine::what_grew() const {
  const std::string at = " at " + plain_seconds(now()) + " s";
  if (world_.requests.size() + world_.visits.size() <= plan_->max_in_flight) {
    return "no time passes" + at +
           ": requests follow each other without end, since neither network, proxies, think nor "
           "service times take any";
  }
  WorkloadId fullest{0};
  for (std::uint32_t w = 0; w < world_.workloads.size(); ++w) {
    const WorkloadId id{w};
    if (world_.workloads[id].in_flight > world_.workloads[fullest].in_flight) fullest = id;
  }
  const WorkloadState& most = world_.workloads[fullest];
  return "more than run.maxInFlight = " + std::to_string(plan_->max_in_flight) +
         " requests under way" + at + ": " + std::to_string(world_.requests.size()) +
         " in proxies, " + std::to_string(world_.visits.size()) + " in applications, most in " +
         plan_->workloads[fullest].name + " (" + std::to_string(most.in_flight) + ", of which " +
         std::to_string(most.queued) + " wait in its queue)";
}

}  // namespace mesh
