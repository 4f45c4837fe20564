// The names of Envoy's response flags.
#include "libmesh/base/flags.h"

#include <array>

#include "libmesh/base/check.h"

namespace mesh {

std::string_view to_string(ResponseFlag flag) {
  static constexpr std::array<std::string_view, response_flag_count> names = {
      "LH",   "UH",   "UT",   "LR",   "UR", "UF",  "UC", "UO", "NR",  "DI",
      "FI",   "RL",   "UAEX", "RLSE", "DC", "URX", "SI", "IH", "DPE", "UMSDR",
      "RFCF", "NFCF", "DT",   "UPE",  "NC", "OM",  "DF", "DO", "DR",  "UDO"};
  const auto index = static_cast<std::size_t>(flag);
  MESH_CHECK(index < names.size());
  return names[index];
}

std::string ResponseFlags::to_string() const {
  if (empty()) return "-";
  std::string text;
  for (std::uint32_t rest = packed_; rest != 0; rest >>= 6) {
    if (!text.empty()) text += ',';
    text += mesh::to_string(static_cast<ResponseFlag>((rest & 63u) - 1));
  }
  return text;
}

}  // namespace mesh
