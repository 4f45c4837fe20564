// What the answer of a service means that a filter has asked about a request.
#pragma once

#include <cstdint>

namespace mesh {

enum class FilterVerdict : std::uint8_t { Pass, Refuse, Error };

/// Of an authoriser: 200 lets pass, a server's error or none at all decides nothing, everything
/// else refuses with that status.
/// Source: source/extensions/filters/common/ext_authz/ext_authz_http_impl.cc (toResponse).
constexpr FilterVerdict authorization_verdict(std::uint16_t code) {
  if (code == 200) return FilterVerdict::Pass;
  return code == 0 || code >= 500 ? FilterVerdict::Error : FilterVerdict::Refuse;
}

/// Of a rate limit service: OK, OVER_LIMIT (said here as 429), or a failed call.
/// Source: source/extensions/filters/common/ratelimit/ratelimit_impl.cc (onSuccess, onFailure).
constexpr FilterVerdict rate_limit_verdict(std::uint16_t code) {
  if (code == 429) return FilterVerdict::Refuse;
  return code == 200 ? FilterVerdict::Pass : FilterVerdict::Error;
}

}  // namespace mesh
