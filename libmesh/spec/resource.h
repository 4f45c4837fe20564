// What every Kubernetes and Istio object has: identity and place.
#pragma once

#include <map>
#include <string>

#include "libmesh/spec/diagnostics.h"

namespace mesh {

using Labels = std::map<std::string, std::string>;

struct Metadata {
  std::string name;
  std::string name_space = "default";
  Labels labels;
  Labels annotations;
  std::string creation_timestamp;  // RFC 3339; empty sorts as oldest with name order
  bool operator==(const Metadata&) const = default;
};

}  // namespace mesh
