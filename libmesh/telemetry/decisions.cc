// The names of what proxies decide by.
#include "libmesh/telemetry/decisions.h"

#include <array>

namespace mesh {

std::string_view to_string(PickedBy by) {
  static constexpr std::array<std::string_view, picked_by_count> names = {
      "own application", "round robin", "least request", "random", "ring hash", "Maglev", "other",
  };
  const auto index = static_cast<std::size_t>(by);
  return index < names.size() ? names[index] : "?";  // a record read from a file
}

}  // namespace mesh
