// The public handle of a run in progress.
#include "libmesh/engine/simulation.h"

#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

/// Expected arrivals of a segment until the end of the run.
double arrivals_until(const RateSegment& segment, Instant until) {
  if (segment.at >= until || segment.length.ns <= 0) return 0;
  return segment.arrivals(as_seconds(std::min(segment.length, elapsed(segment.at, until))));
}

/// Proxies check all hosts of their clusters from the start, whether traffic touches them or not.
std::uint64_t probe_bytes(const Plan& plan) {
  std::uint64_t bytes = 0;
  for (std::uint32_t w = 0; w < plan.workloads.size() && !plan.versions.empty(); ++w) {
    const auto& proxies = plan.versions.front().proxies;
    if (!proxies.contains(WorkloadId{w})) continue;
    for (const ClusterConfigId id : proxies[WorkloadId{w}].cluster_of) {
      if (!id.valid()) continue;
      const ClusterConfig& config = plan.cluster_configs[id];
      if (!config.health_check.checks()) continue;
      const std::uint64_t each = sizeof(ProxyCluster) + sizeof(SpecialCluster) +
                                 config.hosts.size() * (sizeof(Probe) + sizeof(HostCell) +
                                                        sizeof(OutlierCell) + sizeof(Ejection));
      bytes += plan.workloads[WorkloadId{w}].reserved * each;
    }
  }
  return bytes;
}

}  // namespace

std::uint64_t estimated_bytes(const Plan& plan) {
  // Rows that exist from the start; what traffic touches comes on top and is bounded by it. In
  // floating point, because absurd loads are refused by this very number.
  constexpr double in_flight = sizeof(Request) + sizeof(Attempt) + sizeof(Visit) + sizeof(Frame);
  constexpr double logged = 256;
  double bytes = 1u << 20;
  bytes += static_cast<double>(plan.endpoints.size()) *
           (sizeof(EndpointState) + sizeof(EndpointPlan) + 64);
  bytes += static_cast<double>(plan.workloads.size()) * 256;
  for (const ClusterConfig& config : plan.cluster_configs) {
    bytes +=
        static_cast<double>(config.hosts.size()) * (sizeof(HostPlan) + 2 * sizeof(std::uint32_t));
  }
  bytes += static_cast<double>(probe_bytes(plan));
  for (const LoadPlan& load : plan.loads) {
    double arrivals_per_s = 0, arrivals = 0;
    for (const RateSegment& s : load.rate) {
      if (s.at < plan.until) arrivals_per_s = std::max({arrivals_per_s, s.from_rps, s.to_rps});
      arrivals += arrivals_until(s, plan.until);
    }
    // One second of the largest rate in flight, and every user.
    bytes += std::min(arrivals_per_s, arrivals) * in_flight;
    bytes += static_cast<double>(load.users) * (sizeof(User) + sizeof(Request));
    if (plan.record.requests) bytes += arrivals * plan.record.sample * logged;
  }
  return static_cast<std::uint64_t>(std::min(bytes, 0x1p63));
}

Simulation::Simulation(std::shared_ptr<const Plan> plan, std::uint64_t seed) {
  const std::uint64_t needed = estimated_bytes(*plan);
  if (needed > plan->memory_limit_bytes)
    throw MemoryLimitExceeded{needed, plan->memory_limit_bytes};
  engine_ = std::make_unique<Engine>(std::move(plan), seed);
}

Simulation::Simulation(const Simulation& other)
    : engine_(std::make_unique<Engine>(*other.engine_)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(const Simulation& other) {
  if (this != &other) engine_ = std::make_unique<Engine>(*other.engine_);
  return *this;
}
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

bool Simulation::run_until(Instant until, const Progress& progress) {
  return engine_->run_until(until, progress);
}
std::uint64_t Simulation::run_events(std::uint64_t count, Instant until) {
  return engine_->run_events(count, until);
}
bool Simulation::idle() const {
  return engine_->world().requests.empty() && engine_->world().visits.empty();
}
Instant Simulation::now() const {
  return engine_->world().loop.now();
}
std::uint64_t Simulation::fingerprint() const {
  return engine_->world().loop.fingerprint();
}
std::uint64_t Simulation::events() const {
  return engine_->world().loop.handled();
}
const Plan& Simulation::plan() const {
  return engine_->plan();
}
bool Simulation::adopt(std::shared_ptr<const Plan> plan) {
  return engine_->adopt(std::move(plan));
}
std::shared_ptr<const RunRecord> Simulation::record() const {
  return engine_->record();
}

}  // namespace mesh
