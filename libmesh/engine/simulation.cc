// The public handle of a run in progress.
#include "libmesh/engine/simulation.h"

#include "libmesh/engine/engine.h"

namespace mesh {

std::uint64_t estimated_bytes(const Plan& plan) {
  // Rows that exist from the start; what traffic touches comes on top and is bounded by it.
  std::uint64_t bytes = 1u << 20;
  bytes += plan.endpoints.size() * (sizeof(EndpointState) + sizeof(EndpointPlan) + 64);
  bytes += plan.workloads.size() * 256;
  for (const ClusterConfig& config : plan.cluster_configs) {
    bytes += config.hosts.size() * (sizeof(HostPlan) + 2 * sizeof(std::uint32_t));
  }
  for (const LoadPlan& load : plan.loads) {
    double arrivals_per_s = 0;
    for (const RateSegment& s : load.rate) {
      arrivals_per_s = std::max({arrivals_per_s, s.from_rps, s.to_rps});
    }
    // One second of the largest rate in flight, and every user.
    bytes += static_cast<std::uint64_t>(arrivals_per_s) *
             (sizeof(Request) + sizeof(Attempt) + sizeof(Visit) + sizeof(Frame));
    bytes += static_cast<std::uint64_t>(load.users) * (sizeof(User) + sizeof(Request));
    if (!plan.record.requests) continue;
    for (const RateSegment& s : load.rate) {
      const double arrivals = as_seconds(s.length) * 0.5 * (s.from_rps + s.to_rps);
      bytes += static_cast<std::uint64_t>(arrivals * plan.record.sample * 256.0);
    }
  }
  return bytes;
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
