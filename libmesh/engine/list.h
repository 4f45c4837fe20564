// The ends of an intrusive list of slots.
#pragma once

#include <cstdint>

#include "libmesh/engine/tried_hosts.h"

namespace mesh {

struct List {
  std::uint32_t front = nil, back = nil;
};

}  // namespace mesh
