// What a route hashes to choose a host: header, cookie, source address, query parameter.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libmesh/base/time.h"
#include "libmesh/policy/route_match.h"

namespace mesh {

enum class HashMethodKind : std::uint8_t { Header, Cookie, SourceIp, QueryParameter };

/// One entry of a route's hash_policy. Source: source/common/http/hash_policy.cc.
struct HashMethod {
  HashMethodKind kind = HashMethodKind::Header;
  std::string name{};             // of header, cookie or parameter
  std::optional<Duration> ttl{};  // Cookie: generate one when missing; 0 = session cookie
  std::string path{};             // Cookie: of the generated one
  bool terminal = false;          // once there is a hash, later entries do not count
  bool operator==(const HashMethod&) const = default;
};

/// One request as far as hashing looks at it.
struct HashInput {
  NamedValues headers{};
  std::string_view path{};            // :path with its query
  std::string_view source_ip{};       // without port; empty = not an IP connection
  std::string_view remote_address{};  // of the downstream connection, with port
  std::string_view local_address{};
};

/// A cookie that the response must set; the same for all streams of a connection.
struct GeneratedCookie {
  std::string name, value, path;
  Duration ttl{0};
};

struct HashResult {
  /// Nothing: the balancer takes a random word.
  std::optional<std::uint64_t> hash{};
  std::optional<GeneratedCookie> cookie{};
};

/// What a method hashes if the request has it: the header's value, a cookie, a parameter.
std::optional<std::string> hash_text(const HashMethod& method, const HashInput& input);

/// Hashes of all methods that find their key, each rotated into the next; xxHash64 each.
/// Source: the same file (HashPolicyImpl::generateHash).
HashResult route_hash(std::span<const HashMethod> methods, const HashInput& input);

/// Value of a generated cookie: sixteen hex digits of the hash of both addresses.
/// Source: source/common/router/router.cc (addDownstreamSetCookie).
std::string generated_cookie_value(std::string_view remote_address, std::string_view local_address);

/// "a=1; b=2", "b" → "2"; quotes around a value are dropped; empty when missing.
/// Source: source/common/http/utility.cc (parseCookieValue).
std::string_view cookie_value(std::string_view cookie_header, std::string_view name);

}  // namespace mesh
