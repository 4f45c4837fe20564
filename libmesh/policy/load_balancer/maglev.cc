// Fills Maglev tables.
#include "libmesh/policy/load_balancer/maglev.h"

#include <algorithm>

#include "libmesh/base/hash.h"

namespace mesh {
namespace {

struct Builder {
  std::uint32_t host;
  std::uint64_t offset, skip;
  double weight;
  double target = 0.0;
  std::uint64_t next = 0;
};

std::vector<Builder> builders_of(const HashWeights& weights, std::uint64_t size) {
  std::vector<std::uint32_t> order(weights.hosts.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return weights.hosts[a].key < weights.hosts[b].key;
  });
  std::vector<Builder> builders;
  builders.reserve(order.size());
  for (const std::uint32_t i : order) {
    const HashedHost& host = weights.hosts[i];
    builders.push_back(
        {i, xxh64(host.key) % size, xxh64(host.key, 1) % (size - 1) + 1, host.weight});
  }
  return builders;
}

}  // namespace

bool is_maglev_table_size(std::uint64_t size) {
  if (size < 2 || size > 5'000'011) return false;
  for (std::uint64_t d = 2; d * d <= size; ++d) {
    if (size % d == 0) return false;
  }
  return true;
}

MaglevTable::MaglevTable(const HashWeights& weights, std::uint64_t size) {
  if (weights.hosts.empty()) return;
  std::vector<Builder> builders = builders_of(weights, size);
  places_.assign(size, no_host);
  std::uint64_t filled = 0;
  for (std::uint32_t round = 1; filled < size; ++round) {
    for (std::size_t i = 0; i < builders.size() && filled < size; ++i) {
      Builder& b = builders[i];
      if (round * b.weight < b.target) continue;
      b.target += weights.max;
      std::uint64_t place = (b.offset + b.skip * b.next) % size;
      while (places_[place] != no_host) place = (b.offset + b.skip * ++b.next) % size;
      places_[place] = b.host;
      ++b.next;
      ++filled;
    }
  }
}

std::uint32_t MaglevTable::pick(std::uint64_t hash, std::uint32_t attempt) const {
  if (places_.empty()) return no_host;
  if (attempt > 0) hash ^= ~std::uint64_t{0} - attempt + 1;
  return places_[hash % places_.size()];
}

}  // namespace mesh
