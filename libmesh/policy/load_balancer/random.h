// Random balancer: every host with equal chance, weights ignored.
#pragma once

#include <cstdint>
#include <string_view>

namespace mesh {

/// `random` is the word that also chose the priority: Envoy draws once for both, so priority and
/// host are correlated. `n` > 0.
/// Source: source/extensions/load_balancing_policies/random/random_lb.cc (peekOrChoose).
constexpr std::uint32_t random_pick(std::uint32_t n, std::uint64_t random) {
  return static_cast<std::uint32_t>(random % n);
}

struct RandomBalancer {
  static constexpr std::string_view name = "RANDOM";
  static constexpr bool weighted = false;
};

}  // namespace mesh
