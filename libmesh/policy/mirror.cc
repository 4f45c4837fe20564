// Names of shadow requests.
#include "libmesh/policy/mirror.h"

namespace mesh {

std::string shadow_authority(std::string_view authority) {
  constexpr std::string_view suffix = "-shadow";
  const auto colon = authority.find(':');
  std::string out(authority.substr(0, colon));
  out += suffix;
  if (colon != std::string_view::npos) out += authority.substr(colon);
  return out;
}

}  // namespace mesh
