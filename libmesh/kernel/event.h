// One pending event: 16 bytes that say when it happens, what it is, whom it is about.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

inline constexpr unsigned event_generation_bits = 24;
inline constexpr std::uint32_t event_generation_mask = (1u << event_generation_bits) - 1;

/// Plain data: copying pending events is a memcpy, printing one tells the whole story.
struct Event {
  std::uint64_t at = 0;    // nanoseconds since the run began
  std::uint64_t word = 0;  // kind (8 bits) | generation (24) | slot (32)

  /// `generation` is cut to 24 bits, as the slot maps count.
  static constexpr Event make(Instant at, std::uint8_t kind, std::uint32_t generation,
                              std::uint32_t slot) {
    return {static_cast<std::uint64_t>(at.ns),
            static_cast<std::uint64_t>(kind) << 56 |
                static_cast<std::uint64_t>(generation & event_generation_mask) << 32 | slot};
  }
  constexpr Instant time() const { return {static_cast<std::int64_t>(at)}; }
  constexpr std::uint8_t kind() const { return static_cast<std::uint8_t>(word >> 56); }
  constexpr std::uint32_t generation() const {
    return static_cast<std::uint32_t>(word >> 32) & event_generation_mask;
  }
  constexpr std::uint32_t slot() const { return static_cast<std::uint32_t>(word); }
  friend constexpr bool operator==(const Event&, const Event&) = default;
};
static_assert(sizeof(Event) == 16);

}  // namespace mesh
