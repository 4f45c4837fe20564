// Hosts that a request was sent to: one in a word, more in a table.
#pragma once

#include <cstdint>

#include "libmesh/base/id.h"
#include "libmesh/base/slot_map.h"

namespace mesh {

inline constexpr std::uint32_t nil = 0xffffffffu;

struct TriedHost {
  EndpointId host;
  std::uint32_t next = nil;
};

/// Hosts that a request was sent to, newest first. Most requests are sent once: a single host is
/// kept in the word itself, more are a list in the table that every call is given.
class TriedHosts {
 public:
  void add(SlotMap<TriedHost>& table, EndpointId host) {
    if (word_ == nil) {
      word_ = single | host.value;
      return;
    }
    if (is_single()) word_ = table.insert({EndpointId{word_ & ~single}, nil}).slot;
    word_ = table.insert({host, word_}).slot;
  }
  void clear(SlotMap<TriedHost>& table) {
    if (!is_single()) {
      for (std::uint32_t t = word_; t != nil;) {
        const std::uint32_t next = table[t].next;
        table.erase(t);
        t = next;
      }
    }
    word_ = nil;
  }
  /// Calls visit(host) until it answers false.
  template <class Visit>
  void each(const SlotMap<TriedHost>& table, Visit&& visit) const {
    if (is_single()) {
      visit(EndpointId{word_ & ~single});
      return;
    }
    for (std::uint32_t t = word_; t != nil; t = table[t].next) {
      if (!visit(table[t].host)) return;
    }
  }
  std::uint32_t size(const SlotMap<TriedHost>& table) const {
    std::uint32_t n = 0;
    each(table, [&n](EndpointId) {
      n += 1;
      return true;
    });
    return n;
  }

 private:
  static constexpr std::uint32_t single = 1u << 31;  // more endpoints than memory can hold
  bool is_single() const { return word_ != nil && (word_ & single) != 0; }

  std::uint32_t word_ = nil;
};

}  // namespace mesh
