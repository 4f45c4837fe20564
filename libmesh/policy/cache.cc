// A cache as groups of equally often used keys, each in the order of use.
#include "libmesh/policy/cache.h"

#include <algorithm>

namespace mesh {

CacheLookup Cache::look_up(const CacheConfig& config, std::uint64_t key, Instant now) {
  const std::uint32_t entry = places_.find(key);
  if (entry == KeyTable::absent) return CacheLookup::Miss;
  if (entries_[entry].expires <= now) {
    remove(entry);
    return CacheLookup::Expired;
  }
  if (config.policy == Eviction::Lru) {
    const std::uint32_t group = entries_[entry].group;
    if (groups_[group].back != entry) {
      // It is not the only one, so its group stays.
      unlink(entry);
      append(entry, group);
    }
  } else if (config.policy == Eviction::Lfu) {
    promote(entry);
  }
  return CacheLookup::Hit;
}

bool Cache::fill(const CacheConfig& config, std::uint64_t key, Instant expires) {
  const std::uint32_t present = places_.find(key);
  if (present != KeyTable::absent) {
    entries_[present].expires = expires;  // somebody else was faster
    return false;
  }
  if (config.entries == 0) return false;
  const bool full = size_ >= config.entries;
  if (full) remove(groups_[least_].front);
  std::uint32_t entry = free_entry_;
  if (entry == nil) {
    entry = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    free_entry_ = entries_[entry].next;
  }
  entries_[entry] = {.key = key, .expires = expires};
  const bool first_group = least_ != nil && groups_[least_].uses == 1;
  append(entry, first_group ? least_ : group_behind(nil, 1));
  places_.put(key, entry);
  ++size_;
  return full;
}

void Cache::clear() {
  places_.clear();
  entries_.clear();
  groups_.clear();
  free_entry_ = free_group_ = least_ = nil;
  size_ = 0;
}

void Cache::drop_lowest(std::uint32_t count) {
  std::vector<std::uint64_t> keys;
  for (std::uint32_t group = least_; group != nil; group = groups_[group].next) {
    for (std::uint32_t e = groups_[group].front; e != nil; e = entries_[e].next) {
      keys.push_back(entries_[e].key);
    }
  }
  std::sort(keys.begin(), keys.end());
  if (keys.size() > count) keys.resize(count);
  for (const std::uint64_t key : keys) remove(places_.find(key));
}

void Cache::append(std::uint32_t entry, std::uint32_t group) {
  Group& to = groups_[group];
  Entry& added = entries_[entry];
  added.group = group;
  added.prev = to.back;
  added.next = nil;
  if (to.back == nil) {
    to.front = entry;
  } else {
    entries_[to.back].next = entry;
  }
  to.back = entry;
}

/// Takes it out of its group, which goes when it was the last one.
void Cache::unlink(std::uint32_t entry) {
  const Entry gone = entries_[entry];
  Group& group = groups_[gone.group];
  if (gone.prev == nil) {
    group.front = gone.next;
  } else {
    entries_[gone.prev].next = gone.next;
  }
  if (gone.next == nil) {
    group.back = gone.prev;
  } else {
    entries_[gone.next].prev = gone.prev;
  }
  if (group.front != nil) return;
  if (group.prev == nil) {
    least_ = group.next;
  } else {
    groups_[group.prev].next = group.next;
  }
  if (group.next != nil) groups_[group.next].prev = group.prev;
  group.next = free_group_;
  free_group_ = gone.group;
}

void Cache::remove(std::uint32_t entry) {
  unlink(entry);
  places_.erase(entries_[entry].key);
  entries_[entry].next = free_entry_;
  free_entry_ = entry;
  --size_;
}

/// One use more: into the next group, which may have to be made.
void Cache::promote(std::uint32_t entry) {
  const std::uint32_t own = entries_[entry].group;
  const std::uint64_t uses = groups_[own].uses + 1;
  const std::uint32_t next = groups_[own].next;
  if (next == nil || groups_[next].uses != uses) {
    if (groups_[own].front == groups_[own].back) {
      groups_[own].uses = uses;  // alone: the group goes up with it
      return;
    }
    const std::uint32_t made = group_behind(own, uses);
    unlink(entry);
    return append(entry, made);
  }
  unlink(entry);
  append(entry, next);
}

/// A new group behind this one; nil: in front of all.
std::uint32_t Cache::group_behind(std::uint32_t group, std::uint64_t uses) {
  std::uint32_t made = free_group_;
  if (made == nil) {
    made = static_cast<std::uint32_t>(groups_.size());
    groups_.emplace_back();
  } else {
    free_group_ = groups_[made].next;
  }
  const std::uint32_t next = group == nil ? least_ : groups_[group].next;
  groups_[made] = {.uses = uses, .prev = group, .next = next};
  if (group == nil) {
    least_ = made;
  } else {
    groups_[group].next = made;
  }
  if (next != nil) groups_[next].prev = made;
  return made;
}

}  // namespace mesh
