// Least request: the emptier of N random choices, or an EDF schedule when weights differ.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "libmesh/base/math.h"
#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_balancer/edf.h"
#include "libmesh/policy/load_balancer/hosts.h"

namespace mesh {

/// Which of `choices` hosts, drawn with replacement, has the fewest active requests; the first one
/// wins ties. `active(i)` is the count of host i (streams on connections, shared by the proxy's
/// workers; queued requests do not count), `next_word()` one uniform 64-bit word.
/// `n` > 0, `choices` > 0.
/// Source: source/extensions/load_balancing_policies/least_request/least_request_lb.cc
/// (unweightedHostPickNChoices).
template <class Active, class WordSource>
constexpr std::uint32_t least_request_pick(std::uint32_t n, std::uint32_t choices, Active&& active,
                                           WordSource&& next_word) {
  auto best = static_cast<std::uint32_t>(next_word() % n);
  for (std::uint32_t choice = 1; choice < choices; ++choice) {
    const auto rival = static_cast<std::uint32_t>(next_word() % n);
    if (active(rival) < active(best)) best = rival;
  }
  return best;
}

/// The minimum over all hosts; among k tied ones each with chance 1/k by reservoir sampling, one
/// word per tie met. Source: the same file (unweightedHostPickFullScan).
template <class Active, class WordSource>
constexpr std::uint32_t least_request_full_scan(std::uint32_t n, Active&& active,
                                                WordSource&& next_word) {
  std::uint32_t best = 0;
  std::uint64_t tied = 1;
  for (std::uint32_t i = 1; i < n; ++i) {
    if (active(i) < active(best)) {
      best = i;
      tied = 1;
    } else if (active(i) == active(best)) {
      if (next_word() % ++tied == 0) best = i;
    }
  }
  return best;
}

/// Weight of a host in the schedule of unequal weights: weight / (active + 1)^bias, evaluated when
/// the host is put (back) into the schedule. Source: the same file (hostWeight).
inline double least_request_weight(double weight, std::uint64_t active, double bias) {
  const double load = static_cast<double>(active) + 1.0;
  if (bias == 1.0) return weight / load;
  if (bias == 0.0) return weight;
  return weight / pow(load, bias);
}

/// The whole balancer of one host source, slow start apart.
class LeastRequestBalancer {
 public:
  static constexpr std::string_view name = "LEAST_REQUEST";
  static constexpr LoadBalancerKind kind = LoadBalancerKind::LeastRequest;
  static constexpr bool weighted = true;

  template <class Active>
  void rebuild(std::span<const BalancerHost> hosts, const LoadBalancerConfig& config,
               std::uint64_t seed, Active&& active) {
    choices_ = config.choices;
    bias_ = config.active_request_bias;
    weights_.clear();
    for (const BalancerHost& host : hosts) weights_.push_back(host.weight);
    schedule_ = weights_are_equal(hosts)
                    ? EdfSchedule{}
                    : EdfSchedule::fast_forward(static_cast<std::uint32_t>(hosts.size()), seed,
                                                weight_of(active));
  }

  template <class Active, class WordSource>
  std::uint32_t pick(const Selection&, Active&& active, WordSource&& next_word) {
    if (weights_.empty()) return no_host;
    if (!schedule_.empty()) return schedule_.pick(weight_of(active));
    return least_request_pick(static_cast<std::uint32_t>(weights_.size()), choices_, active,
                              next_word);
  }

 private:
  template <class Active>
  auto weight_of(Active& active) const {
    return [this, &active](std::uint32_t i) {
      return least_request_weight(weights_[i], active(i), bias_);
    };
  }

  std::uint32_t choices_ = 2;
  double bias_ = 1.0;
  std::vector<std::uint32_t> weights_;
  EdfSchedule schedule_;
};

}  // namespace mesh
