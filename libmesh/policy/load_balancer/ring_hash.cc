// Builds hash rings.
#include "libmesh/policy/load_balancer/ring_hash.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "libmesh/base/hash.h"
#include "libmesh/policy/load_balancer/murmur_hash.h"

namespace mesh {
namespace {

std::uint64_t entry_hash(std::string& buffer, std::size_t key_size, std::uint64_t i,
                         HashFunction function) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, i).ptr;
  buffer.resize(key_size);
  buffer.append(digits, end);
  return function == HashFunction::MurmurHash2 ? murmur_hash_2(buffer) : xxh64(buffer);
}

}  // namespace

HashRing::HashRing(const HashWeights& weights, std::uint64_t minimum_size,
                   std::uint64_t maximum_size, HashFunction function) {
  if (weights.hosts.empty()) return;
  // The least host gets a whole number of entries, unless the ring would grow too large.
  const double scale =
      std::min(std::ceil(weights.min * static_cast<double>(minimum_size)) / weights.min,
               static_cast<double>(maximum_size));
  entries_.reserve(static_cast<std::size_t>(std::ceil(scale)));

  // Running sums over all hosts, so that fractions are not lost host by host.
  double current = 0.0, target = 0.0;
  std::string buffer;
  for (std::uint32_t h = 0; h < weights.hosts.size(); ++h) {
    buffer.assign(weights.hosts[h].key).push_back('_');
    const std::size_t key_size = buffer.size();
    target += scale * weights.hosts[h].weight;
    for (std::uint64_t i = 0; current < target; ++i, current += 1.0) {
      entries_.push_back({entry_hash(buffer, key_size, i, function), h});
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const RingEntry& a, const RingEntry& b) { return a.hash < b.hash; });
}

std::uint32_t HashRing::pick(std::uint64_t hash, std::uint32_t attempt) const {
  if (entries_.empty()) return no_host;
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), hash,
                                   [](const RingEntry& e, std::uint64_t h) { return e.hash < h; });
  const std::size_t index =
      at == entries_.end() ? 0 : static_cast<std::size_t>(at - entries_.begin());
  return entries_[(index + attempt) % entries_.size()].host;
}

}  // namespace mesh
