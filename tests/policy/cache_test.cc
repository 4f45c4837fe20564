// Caches against plain models of LRU, LFU, FIFO; expiry; wipes.
#include "libmesh/policy/cache.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace mesh {
namespace {

Instant at(std::int64_t s) {
  return Instant{} + seconds(s);
}

/// Every entry with all that any policy could ask for.
class ModelCache {
 public:
  explicit ModelCache(const CacheConfig& config) : config_(config) {}

  CacheLookup look_up(std::uint64_t key, Instant now) {
    const auto found = find(key);
    if (found == entries_.end()) return CacheLookup::Miss;
    if (found->expires <= now) {
      entries_.erase(found);
      return CacheLookup::Expired;
    }
    ++found->uses;
    found->used = ++clock_;
    return CacheLookup::Hit;
  }
  bool fill(std::uint64_t key, Instant expires) {
    const auto found = find(key);
    if (found != entries_.end()) {
      found->expires = expires;
      return false;
    }
    const bool full = entries_.size() >= config_.entries;
    if (full) entries_.erase(std::min_element(entries_.begin(), entries_.end(), before()));
    ++clock_;
    entries_.push_back({key, expires, 1, clock_, clock_});
    return full;
  }
  void drop_lowest(std::size_t count) {
    for (; count > 0 && !entries_.empty(); --count) {
      entries_.erase(
          std::min_element(entries_.begin(), entries_.end(),
                           [](const Entry& a, const Entry& b) { return a.key < b.key; }));
    }
  }
  bool holds(std::uint64_t key) { return find(key) != entries_.end(); }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t key;
    Instant expires;
    std::uint64_t uses, used, came;
  };
  std::vector<Entry>::iterator find(std::uint64_t key) {
    return std::find_if(entries_.begin(), entries_.end(),
                        [key](const Entry& e) { return e.key == key; });
  }
  /// Who goes first.
  bool (*before() const)(const Entry&, const Entry&) {
    if (config_.policy == Eviction::Lru) {
      return [](const Entry& a, const Entry& b) { return a.used < b.used; };
    }
    if (config_.policy == Eviction::Fifo) {
      return [](const Entry& a, const Entry& b) { return a.came < b.came; };
    }
    return [](const Entry& a, const Entry& b) {
      return a.uses != b.uses ? a.uses < b.uses : a.used < b.used;
    };
  }

  CacheConfig config_;
  std::vector<Entry> entries_;
  std::uint64_t clock_ = 0;
};

TEST_CASE("cache: keeps the keys that its policy says, whatever is asked for") {
  for (const Eviction policy : {Eviction::Lru, Eviction::Lfu, Eviction::Fifo}) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      CAPTURE(seed);
      std::mt19937_64 random(seed);
      const CacheConfig config{static_cast<std::uint32_t>(1 + random() % 20), policy};
      const std::uint64_t keys = 1 + random() % 60;
      Cache cache;
      ModelCache model(config);
      for (std::int64_t i = 0; i < 1500; ++i) {
        const std::uint64_t key = std::min(random() % keys, random() % keys);
        const CacheLookup found = cache.look_up(config, key, at(i));
        CHECK(found == model.look_up(key, at(i)));
        if (found != CacheLookup::Hit) {
          const Instant expires =
              random() % 3 == 0 ? at(i + static_cast<std::int64_t>(random() % 50)) : never;
          CHECK(cache.fill(config, key, expires) == model.fill(key, expires));
        }
        if (random() % 300 == 0) {
          const auto count = static_cast<std::uint32_t>(random() % 8);
          cache.drop_lowest(count);
          model.drop_lowest(count);
        }
        CHECK(cache.size() == model.size());
      }
      for (std::uint64_t key = 0; key < keys; ++key) CHECK(cache.holds(key) == model.holds(key));
      cache.clear();
      CHECK(cache.size() == 0);
      CHECK(cache.look_up(config, 0, at(0)) == CacheLookup::Miss);
      cache.fill(config, 0, never);
      CHECK(cache.look_up(config, 0, at(0)) == CacheLookup::Hit);
    }
  }
}

TEST_CASE("cache: an entry is good until the instant at which it expires") {
  const CacheConfig config{2};
  Cache cache;
  cache.fill(config, 1, at(10));
  CHECK(cache.look_up(config, 1, at(9)) == CacheLookup::Hit);
  CHECK(cache.look_up(config, 1, at(10)) == CacheLookup::Expired);
  CHECK(cache.look_up(config, 1, at(10)) == CacheLookup::Miss);
  cache.fill(config, 1, at(20));
  cache.fill(config, 1, at(30));  // a second fetch: good for longer
  CHECK(cache.look_up(config, 1, at(25)) == CacheLookup::Hit);
  CHECK(cache.size() == 1);
}

}  // namespace
}  // namespace mesh
