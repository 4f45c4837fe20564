// Dense numbers for small keys in order of first appearance.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/base/rng.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// Open addressing with linear probing at half load. The hash decides where a key is looked up and
/// nothing else: the table is never iterated, `keys()` is in order of first appearance.
template <class Key, class Hash>
class Intern {
 public:
  std::uint32_t number(const Key& key) {
    if (last_ < keys_.size() && keys_[last_] == key) return last_;
    if (2 * keys_.size() >= places_.size()) grow();
    std::uint32_t& place = places_[place_of(key)];
    if (place != free) return last_ = place;
    last_ = place = static_cast<std::uint32_t>(keys_.size());
    keys_.push_back(key);
    return last_;
  }
  /// The number of a key that is known; beyond keys().size() when it is not.
  std::uint32_t find(const Key& key) const {
    return places_.empty() ? free : places_[place_of(key)];
  }
  const std::vector<Key>& keys() const { return keys_; }

 private:
  static constexpr std::uint32_t free = 0xffffffffu;

  /// Where the key's number is, or would go.
  std::size_t place_of(const Key& key) const {
    std::size_t place = Hash{}(key) & (places_.size() - 1);
    while (places_[place] != free && !(keys_[places_[place]] == key)) {
      place = (place + 1) & (places_.size() - 1);
    }
    return place;
  }
  void grow() {
    places_.assign(places_.empty() ? 16 : 2 * places_.size(), free);
    for (std::uint32_t i = 0; i < keys_.size(); ++i) {
      places_[place_of(keys_[i])] = i;
    }
  }

  std::vector<Key> keys_;
  std::vector<std::uint32_t> places_;
  std::uint32_t last_ = 0;
};

struct EdgeHash {
  std::uint64_t operator()(const Edge& e) const {
    const std::uint64_t ends = std::uint64_t{e.source.value} << 32 | e.destination.value;
    return scramble(ends ^ scramble(e.service.value));
  }
};
struct EndpointHash {
  std::uint64_t operator()(EndpointId e) const { return scramble(e.value); }
};
struct OutcomeHash {
  std::uint64_t operator()(const Outcome& o) const {
    return scramble(std::uint64_t{o.code} << 32 | o.flags.packed());
  }
};

}  // namespace mesh
