// Keyed random draws: a draw is a pure function of (run seed, purpose, entity, index).
#pragma once

#include <cstdint>

namespace mesh {

/// What a draw decides. Adding a purpose never shifts the draws of another one.
enum class Purpose : std::uint64_t {
  Arrival,
  RequestMix,
  ThinkTime,
  StableRandom,  // Envoy's stream id: route fractions, weighted clusters, mirrors share it
  PriorityPick,  // first random() of a host selection
  HostPick,      // the following ones
  Backoff,
  FaultDelay,
  FaultAbort,
  ServiceTime,
  StepTime,
  ErrorChance,
  NetworkDelay,
  SidecarCost,
  EjectionEnforcement,
  EjectionJitter,
  BalancerSeed,
  Sampling,
  FaultTarget,
  Disturbance,           // swarm tests
  DownstreamConnection,  // its ephemeral port, as hashes see it
  Maintenance,           // runtime upstream.maintenance_mode
  RateLimit,             // fractions of a local rate limit: enabled, enforced
  Admission,             // admission control
  ConcurrencyJitter,     // until the next measurement of the least round trip
  HealthCheck,           // intervals of active health checks
  ZonePick,              // zone-aware routing
  GlobalRateLimit,       // fractions of a global one: enabled, enforced
  ExtAuthz,              // fraction of the requests that an authoriser sees
  Overload,              // share that an overloaded proxy refuses
  StreamTime,            // how long a body flows
  Patience,              // of a request in a queue
  CallBackoff,           // pause before an application, or a user, tries again
  Branch,                // which way a script goes, and whether it goes round again
  LinkFault,             // what a failure of the network does to a message
  Throttle,              // does a caller refuse its own call
};

/// SplitMix64 finaliser (Steele, Lea, Flood, OOPSLA 2014).
constexpr std::uint64_t scramble(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// Draw k of a sequence that is known by its seed alone, uniform in (0, 1): SplitMix64 started at
/// `seed`, 53 bits. Scenarios use it where two tools must draw the same numbers.
constexpr double seeded_uniform(std::uint64_t seed, std::uint64_t k) {
  return (static_cast<double>(scramble(seed + k * 0x9e3779b97f4a7c15u) >> 11) + 0.5) * 0x1.0p-53;
}

/// The words that belong to one key; a rejection sampler takes as many as it needs.
class Draw {
 public:
  constexpr explicit Draw(std::uint64_t key) : key_(key) {}
  /// The next uniform 64-bit word of this key.
  constexpr std::uint64_t word() { return scramble(key_ + 0xd1342543de82ef95u * used_++); }
  /// Uniform in the open interval (0, 1): 52 bits, because the half added to the largest of 53
  /// bits would round to 1.
  constexpr double uniform01() { return (static_cast<double>(word() >> 12) + 0.5) * 0x1.0p-52; }
  /// Uniform in 0 … n-1 by modulo, the form Envoy uses everywhere; n must not be 0.
  constexpr std::uint64_t modulo(std::uint64_t n) { return word() % n; }

 private:
  std::uint64_t key_;
  std::uint64_t used_ = 0;
};

/// The draws of one purpose and one entity, for those who want several.
class DrawStream {
 public:
  constexpr explicit DrawStream(std::uint64_t key) : key_(key) {}
  /// The golden ratio spreads neighbouring indices: with it, the first words of indices 0, 1, 2 …
  /// are SplitMix64's own sequence.
  constexpr Draw at(std::uint64_t index) const { return Draw(key_ + index * 0x9e3779b97f4a7c15u); }

 private:
  std::uint64_t key_;
};

/// All randomness of a run. Holds only the seed, so a copy of a world draws the same numbers.
class Draws {
 public:
  constexpr explicit Draws(std::uint64_t seed = 1) : seed_(scramble(seed)) {}
  /// `entity` must stay below 2^56.
  constexpr DrawStream stream(Purpose purpose, std::uint64_t entity) const {
    return DrawStream(scramble((seed_ ^ (static_cast<std::uint64_t>(purpose) << 56)) + entity));
  }
  constexpr Draw at(Purpose purpose, std::uint64_t entity, std::uint64_t index) const {
    return stream(purpose, entity).at(index);
  }

 private:
  std::uint64_t seed_;
};

}  // namespace mesh
