// A cache of keys: what it holds, and what it gives up when it is full.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/policy/key_table.h"

namespace mesh {

/// Who goes when the cache is full. Lfu: whoever was asked for least often since it came, of these
/// the one not asked for longest. Fifo: the oldest, whatever was asked for.
enum class Eviction : std::uint8_t { Lru, Lfu, Fifo };

struct CacheConfig {
  std::uint32_t entries = 1000;
  Eviction policy = Eviction::Lru;
  bool operator==(const CacheConfig&) const = default;
};

/// Which key is looked up: the only one, one by a law or from a list, or that of the lookup around.
enum class KeyKind : std::uint8_t { One, Zipf, Uniform, List, Same };
/// When what a miss has fetched enters the cache; InTime: if somebody still waits for the answer.
enum class CacheFill : std::uint8_t { Always, InTime, Never };

enum class CacheLookup : std::uint8_t { Hit, Miss, Expired };

/// Memory is asked for only while the cache is fuller than ever before. What has expired is noticed
/// when it is asked for, and takes a place until then, as in memcached.
class Cache {
 public:
  /// A hit makes the key younger, or more frequent; an expired key is removed.
  CacheLookup look_up(const CacheConfig& config, std::uint64_t key, Instant now);
  /// Puts the key in, perhaps in the place of another one; true when one had to go.
  bool fill(const CacheConfig& config, std::uint64_t key, Instant expires);
  void clear();
  /// Drops this many of the lowest keys: with Zipf's law those that are wanted most.
  void drop_lowest(std::uint32_t count);

  std::uint32_t size() const { return size_; }
  bool holds(std::uint64_t key) const { return places_.find(key) != KeyTable::absent; }

 private:
  static constexpr std::uint32_t nil = 0xffffffffu;

  struct Entry {
    std::uint64_t key = 0;
    Instant expires = never;
    std::uint32_t prev = nil, next = nil;  // of its group: the next one was asked for later
    std::uint32_t group = nil;
  };
  /// Those that were asked for equally often; Lru and Fifo have one group only.
  struct Group {
    std::uint64_t uses = 0;
    std::uint32_t front = nil, back = nil;
    std::uint32_t prev = nil, next = nil;  // groups by number of uses
  };

  void append(std::uint32_t entry, std::uint32_t group);
  void unlink(std::uint32_t entry);
  void remove(std::uint32_t entry);
  void promote(std::uint32_t entry);
  std::uint32_t group_behind(std::uint32_t group, std::uint64_t uses);

  KeyTable places_;
  std::vector<Entry> entries_;
  std::vector<Group> groups_;
  std::uint32_t free_entry_ = nil, free_group_ = nil;  // linked by next
  std::uint32_t least_ = nil;                          // the group with the fewest uses
  std::uint32_t size_ = 0;
};

}  // namespace mesh
