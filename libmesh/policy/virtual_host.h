// Which virtual host answers for an authority.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mesh {

/// One domain of a virtual host: exact, "*.suffix", "prefix.*" or "*".
struct Domain {
  std::string text;
  std::uint32_t virtual_host = 0;
};

/// Domains ordered for look-up: exact (case folded) before the longest suffix wildcard before the
/// longest prefix wildcard before "*". A wildcard stands for at least one character.
/// Source: source/common/router/config_impl.cc (RouteMatcher::findVirtualHost).
class VirtualHosts {
 public:
  VirtualHosts() = default;
  explicit VirtualHosts(std::span<const Domain> domains);

  /// The virtual host of this authority, in any case; nothing when none matches: 404 NR.
  std::optional<std::uint32_t> find(std::string_view authority) const;

 private:
  struct Pattern {
    std::string text;  // without the star
    std::uint32_t virtual_host;
  };
  std::vector<Pattern> exact_;     // by text
  std::vector<Pattern> suffixes_;  // longest first
  std::vector<Pattern> prefixes_;  // longest first
  std::optional<std::uint32_t> any_;
};

}  // namespace mesh
