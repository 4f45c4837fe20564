// Random balancer: every host with equal chance, weights ignored.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_balancer/hosts.h"

namespace mesh {

/// `random` is the word that also chose the priority: Envoy draws once for both, so priority and
/// host are correlated. `n` > 0.
/// Source: source/extensions/load_balancing_policies/random/random_lb.cc (peekOrChoose).
constexpr std::uint32_t random_pick(std::uint32_t n, std::uint64_t random) {
  return static_cast<std::uint32_t>(random % n);
}

struct RandomBalancer {
  static constexpr std::string_view name = "RANDOM";
  static constexpr LoadBalancerKind kind = LoadBalancerKind::Random;
  static constexpr bool weighted = false;

  std::uint32_t hosts = 0;

  template <class Active>
  void rebuild(std::span<const BalancerHost> to, const LoadBalancerConfig&, std::uint64_t,
               Active&&) {
    hosts = static_cast<std::uint32_t>(to.size());
  }
  template <class Active, class WordSource>
  std::uint32_t pick(const Selection&, Active&&, WordSource&& next_word) {
    return hosts == 0 ? no_host : random_pick(hosts, next_word());
  }
};

}  // namespace mesh
