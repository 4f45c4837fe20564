// Request mirroring: which requests are copied, under which name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libmesh/policy/fault.h"

namespace mesh {

/// The stream's stable random word decides, the same that chose the weighted cluster: the two are
/// correlated (`envoy.md` §11.2). Source: source/common/router/router.cc (shouldShadow).
constexpr bool is_mirrored(Millionths share, std::uint64_t stable_random) {
  return happens(share, stable_random);
}

/// Authority of the copy: "-shadow" before the port.
/// Source: source/common/router/shadow_writer_impl.cc (shadowAppendedHost).
std::string shadow_authority(std::string_view authority);

}  // namespace mesh
