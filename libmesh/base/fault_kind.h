// The closed set of failures that a scenario may ask for.
#pragma once

#include <cstdint>

namespace mesh {

enum class FaultKind : std::uint8_t {
  Crash,
  Slow,
  Delay,
  Errors,
  Hang,
  CpuSteal,
  Link,
  Dns,
  ResetConnections,
  CacheWipe,
  PurgeQueue,
  Shed,
};

/// Nothing of it lasts.
constexpr bool happens_at_once(FaultKind kind) {
  return kind == FaultKind::ResetConnections || kind == FaultKind::CacheWipe ||
         kind == FaultKind::PurgeQueue;
}

/// Concerns no request in service: it is over at once, or looked at by loads.
constexpr bool is_store_fault(FaultKind kind) {
  return kind == FaultKind::CacheWipe || kind == FaultKind::PurgeQueue || kind == FaultKind::Shed;
}

}  // namespace mesh
