// A table of things that come and go: a handle to a thing that has gone is recognised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "libmesh/base/check.h"

namespace mesh {

/// Where a thing lives and which of the slot's successive tenants it is.
struct Handle {
  std::uint32_t slot = 0xffffffffu;
  std::uint32_t generation = 0;  // 24 bits, as events carry it
  static constexpr Handle none() { return {}; }
  constexpr bool valid() const { return slot != 0xffffffffu; }
  friend constexpr bool operator==(Handle, Handle) = default;
};

/// Slots are reused last freed first, so equal histories give equal handles. A reference to an
/// element lives until the next insert or emplace, which may move the table. `alignment` 64 gives
/// each slot cache lines of its own: for tables of which any element may be wanted next.
template <class T, std::size_t alignment = 1>
class SlotMap {
 public:
  /// A default element, made in its place: hot paths fill it in there instead of copying it in.
  Handle add() {
    size_ += 1;
    if (free_ == none) {
      entries_.push_back({T{}, live, none});
      return {static_cast<std::uint32_t>(entries_.size() - 1), 0};
    }
    const std::uint32_t slot = free_;
    Entry& entry = entries_[slot];
    free_ = entry.next_free;
    entry.value = T{};
    entry.state |= live;
    return {slot, entry.state & generation_mask};
  }
  template <class... Args>
  Handle emplace(Args&&... args) {
    return insert(T{std::forward<Args>(args)...});
  }
  Handle insert(T value) {
    const Handle made = add();
    entries_[made.slot].value = std::move(value);
    return made;
  }

  /// Ends the tenancy: every handle to it is stale from here on. The value stays in place until
  /// the slot is reused.
  void erase(std::uint32_t slot) {
    MESH_CHECK(slot < entries_.size());
    Entry& entry = entries_[slot];
    MESH_CHECK((entry.state & live) != 0);
    entry.state = (entry.state + 1) & generation_mask;
    entry.next_free = free_;
    free_ = slot;
    size_ -= 1;
  }

  T& operator[](std::uint32_t slot) { return entries_[slot].value; }
  const T& operator[](std::uint32_t slot) const { return entries_[slot].value; }

  /// The present generation of a slot, live or not.
  std::uint32_t generation(std::uint32_t slot) const {
    return entries_[slot].state & generation_mask;
  }
  Handle handle(std::uint32_t slot) const { return {slot, generation(slot)}; }
  bool live_at(std::uint32_t slot) const {
    return slot < entries_.size() && (entries_[slot].state & live) != 0;
  }
  bool alive(std::uint32_t slot, std::uint32_t generation) const {
    return slot < entries_.size() && entries_[slot].state == (generation | live);
  }
  bool alive(Handle h) const { return alive(h.slot, h.generation); }
  T* find(Handle h) { return alive(h) ? &entries_[h.slot].value : nullptr; }
  const T* find(Handle h) const { return alive(h) ? &entries_[h.slot].value : nullptr; }

  /// Live elements.
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Slots ever used; live ones are among 0 … slot_count() - 1.
  std::size_t slot_count() const { return entries_.size(); }
  void reserve(std::size_t slots) { entries_.reserve(slots); }

  /// Calls visit(slot, element) for every live element in slot order. `visit` may erase it.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
      if ((entries_[slot].state & live) != 0) visit(slot, entries_[slot].value);
    }
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
      if ((entries_[slot].state & live) != 0) visit(slot, entries_[slot].value);
    }
  }

 private:
  static constexpr std::uint32_t none = 0xffffffffu;
  static constexpr std::uint32_t generation_mask = (1u << 24) - 1;
  static constexpr std::uint32_t live = 1u << 31;

  struct alignas(alignment > alignof(T) ? alignment : alignof(T)) alignas(std::uint32_t) Entry {
    T value;
    std::uint32_t state;  // live flag | generation
    std::uint32_t next_free;
  };

  std::vector<Entry> entries_;
  std::uint32_t free_ = none;
  std::size_t size_ = 0;
};

}  // namespace mesh
