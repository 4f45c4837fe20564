// The one list of balancers; parser, docs, contract test and bindings read it.
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_balancer/least_request.h"
#include "libmesh/policy/load_balancer/maglev.h"
#include "libmesh/policy/load_balancer/random.h"
#include "libmesh/policy/load_balancer/ring_hash.h"
#include "libmesh/policy/load_balancer/round_robin.h"

namespace mesh {

/// The balancer of one host source. Every alternative has
///   name, kind                                   what the configuration calls it
///   weighted                                     whether weights matter
///   rebuild(hosts, config, seed, active)         new members, weights or health
///   pick(selection, active, next_word) -> index  `no_host` when there are no hosts
/// where `active(i)` counts the active requests of host i, `next_word()` draws 64 random bits.
using LoadBalancer = std::variant<RoundRobinBalancer, LeastRequestBalancer, RandomBalancer,
                                  RingHashBalancer, MaglevBalancer>;

/// Calls `visit(std::type_identity<B>)` for every balancer B of the list.
template <class Visit>
constexpr void for_each_balancer(Visit&& visit) {
  const auto each = [&]<class... B>(std::variant<B...>*) { (visit(std::type_identity<B>{}), ...); };
  each(static_cast<LoadBalancer*>(nullptr));
}

/// "LEAST_REQUEST" → its kind; the names of Envoy's LbPolicy.
constexpr std::optional<LoadBalancerKind> balancer_named(std::string_view name) {
  std::optional<LoadBalancerKind> found;
  for_each_balancer([&]<class B>(std::type_identity<B>) {
    if (B::name == name) found = B::kind;
  });
  return found;
}

/// A fresh balancer of this kind; nothing for kinds that need no list of hosts.
inline std::optional<LoadBalancer> make_balancer(LoadBalancerKind kind) {
  std::optional<LoadBalancer> made;
  for_each_balancer([&]<class B>(std::type_identity<B>) {
    if (B::kind == kind) made.emplace(B{});
  });
  return made;
}

}  // namespace mesh
