// One run in progress: a value that can be paused, copied (a fork of history) and resumed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "libmesh/plan/plan.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

class Engine;

/// Called now and then with the share of the horizon that has passed (0 … 1) and the number of
/// events so far; returning false stops the run after the present event.
using Progress = std::function<bool(double share, std::uint64_t events)>;

class Simulation {
 public:
  /// Refuses (throws MemoryLimitExceeded) before allocating when the plan needs more memory than
  /// its memory_limit_bytes.
  Simulation(std::shared_ptr<const Plan> plan, std::uint64_t seed);
  Simulation(const Simulation&);  // a fork: both histories continue independently
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(const Simulation&);
  Simulation& operator=(Simulation&&) noexcept;
  ~Simulation();

  /// Handles every event up to and including `until` (at most the plan's own horizon for loads).
  /// False when `progress` stopped it.
  bool run_until(Instant until, const Progress& progress = {});
  /// At most `count` further events, none after `until`; returns how many were handled.
  std::uint64_t run_events(std::uint64_t count, Instant until = never);

  /// Nothing is under way: no request in a proxy, none in an application.
  bool idle() const;
  Instant now() const;
  std::uint64_t fingerprint() const;
  std::uint64_t events() const;
  const Plan& plan() const;

  /// Goes on under another plan that was compiled from the same scenario plus changes from now on;
  /// false (and nothing happens) when workloads, pods or services differ.
  bool adopt(std::shared_ptr<const Plan> plan);

  /// What has been recorded so far.
  std::shared_ptr<const RunRecord> record() const;

 private:
  std::unique_ptr<Engine> engine_;
};

/// Bytes that a run of this plan will need at least, before anything is allocated.
std::uint64_t estimated_bytes(const Plan& plan);

struct MemoryLimitExceeded {
  std::uint64_t needed = 0, limit = 0;
};

}  // namespace mesh
