// Envoy's response flags, the vocabulary of outcomes shared by policy, engine and telemetry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mesh {

/// Source: envoy/stream_info/stream_info.h. The names are those of Envoy's access log.
enum class ResponseFlag : std::uint8_t {
  LH,
  UH,
  UT,
  LR,
  UR,
  UF,
  UC,
  UO,
  NR,
  DI,
  FI,
  RL,
  UAEX,
  RLSE,
  DC,
  URX,
  SI,
  IH,
  DPE,
  UMSDR,
  RFCF,
  NFCF,
  DT,
  UPE,
  NC,
  OM,
  DF,
  DO,
  DR,
  UDO,
};
inline constexpr std::size_t response_flag_count = 30;

std::string_view to_string(ResponseFlag flag);

/// Up to five flags in the order they were set, as Envoy prints them ("URX,UF").
class ResponseFlags {
 public:
  constexpr ResponseFlags() = default;
  /// Appends a flag unless it is present; a sixth is dropped (Envoy never sets so many).
  constexpr void set(ResponseFlag flag) {
    if (has(flag)) return;
    for (unsigned shift = 0; shift < 30; shift += 6) {
      if ((packed_ >> shift & 63u) == 0) {
        packed_ |= (static_cast<std::uint32_t>(flag) + 1u) << shift;
        return;
      }
    }
  }
  constexpr bool has(ResponseFlag flag) const {
    for (unsigned shift = 0; shift < 30; shift += 6) {
      if ((packed_ >> shift & 63u) == static_cast<std::uint32_t>(flag) + 1u) return true;
    }
    return false;
  }
  constexpr bool empty() const { return packed_ == 0; }
  constexpr std::uint32_t packed() const { return packed_; }
  static constexpr ResponseFlags from_packed(std::uint32_t p) {
    ResponseFlags f;
    f.packed_ = p;
    return f;
  }
  /// "UF,URX"; "-" when empty.
  std::string to_string() const;
  friend constexpr bool operator==(ResponseFlags, ResponseFlags) = default;

 private:
  std::uint32_t packed_ = 0;
};

}  // namespace mesh
