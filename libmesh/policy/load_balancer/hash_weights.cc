// Normalisation in Envoy's order of operations, so that rings come out the same.
#include "libmesh/policy/load_balancer/hash_weights.h"

#include <algorithm>

namespace mesh {
namespace {

void add_share(HashWeights& out, const BalancerHost& host, std::uint32_t index, double share,
               std::uint64_t sum) {
  const double weight = host.weight * share / static_cast<double>(sum);
  out.hosts.push_back({host.key, index, weight});
  out.min = std::min(out.min, weight);
  out.max = std::max(out.max, weight);
}

}  // namespace

HashWeights normalize_weights(std::span<const BalancerHost> hosts) {
  HashWeights out;
  out.hosts.reserve(hosts.size());
  std::uint64_t sum = 0;
  for (const BalancerHost& host : hosts) sum += host.weight;
  for (std::uint32_t i = 0; i < hosts.size(); ++i) add_share(out, hosts[i], i, 1.0, sum);
  return out;
}

HashWeights normalize_weights(std::span<const BalancerHost> hosts,
                              std::span<const WeightedLocality> localities) {
  HashWeights out;
  std::uint64_t all = 0;
  for (const WeightedLocality& locality : localities) all += locality.weight;
  for (const WeightedLocality& locality : localities) {
    if (locality.weight == 0) continue;
    const double share = static_cast<double>(locality.weight) / static_cast<double>(all);
    std::uint64_t sum = 0;
    for (const std::uint32_t i : locality.members) sum += hosts[i].weight;
    for (const std::uint32_t i : locality.members) add_share(out, hosts[i], i, share, sum);
  }
  return out;
}

}  // namespace mesh
