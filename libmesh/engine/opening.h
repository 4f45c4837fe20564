// What opens a request.
#pragma once

#include "libmesh/engine/world.h"

namespace mesh {

/// Who waits for it, where it enters and what it asks for.
struct Opening {
  Origin kind{};
  Handle origin;
  std::uint64_t key = 0, root = 0, parent = ~std::uint64_t{0};
  LoadId load;
  EndpointId proxy;
  std::uint16_t worker = 0;
  TemplateId request;
  Duration timeout{0};
};

}  // namespace mesh
