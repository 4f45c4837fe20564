// Round robin: hosts in turn, or by an EDF schedule when their weights differ.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_balancer/edf.h"
#include "libmesh/policy/load_balancer/hosts.h"

namespace mesh {

/// One cursor of one worker. Envoy keeps one per host source (healthy hosts, degraded, all, each
/// locality of a priority) and keeps it when the members change.
/// Source: source/extensions/load_balancing_policies/round_robin/round_robin_lb.h.
struct RoundRobinState {
  std::uint64_t next = 0;
  bool operator==(const RoundRobinState&) const = default;
};

/// All cursors of a balancer start at its random seed.
constexpr RoundRobinState round_robin_start(std::uint64_t seed) {
  return {seed};
}

/// hosts[index++ mod n]; `n` > 0.
constexpr std::uint32_t round_robin_pick(RoundRobinState& state, std::uint32_t n) {
  return static_cast<std::uint32_t>(state.next++ % n);
}

/// The whole balancer of one host source, slow start apart.
class RoundRobinBalancer {
 public:
  static constexpr std::string_view name = "ROUND_ROBIN";
  static constexpr LoadBalancerKind kind = LoadBalancerKind::RoundRobin;
  static constexpr bool weighted = true;

  /// New hosts or weights. The cursor starts at the seed once and is kept; a schedule is built
  /// anew, fast-forwarded by the seed.
  template <class Active>
  void rebuild(std::span<const BalancerHost> hosts, const LoadBalancerConfig&, std::uint64_t seed,
               Active&&) {
    if (!started_) cursor_ = round_robin_start(seed);
    started_ = true;
    weights_.clear();
    for (const BalancerHost& host : hosts) weights_.push_back(host.weight);
    schedule_ = weights_are_equal(hosts)
                    ? EdfSchedule{}
                    : EdfSchedule::fast_forward(static_cast<std::uint32_t>(hosts.size()), seed,
                                                WeightOf{weights_});
  }

  template <class Active, class WordSource>
  std::uint32_t pick(const Selection&, Active&&, WordSource&&) {
    if (weights_.empty()) return no_host;
    if (!schedule_.empty()) return schedule_.pick(WeightOf{weights_});
    return round_robin_pick(cursor_, static_cast<std::uint32_t>(weights_.size()));
  }

 private:
  struct WeightOf {
    const std::vector<std::uint32_t>& weights;
    double operator()(std::uint32_t i) const { return weights[i]; }
  };

  bool started_ = false;
  RoundRobinState cursor_;
  std::vector<std::uint32_t> weights_;
  EdfSchedule schedule_;
};

}  // namespace mesh
