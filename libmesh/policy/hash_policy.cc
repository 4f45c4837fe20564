// The hash of a request.
#include "libmesh/policy/hash_policy.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "libmesh/base/hash.h"

namespace mesh {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

/// Several values of one header are hashed in sorted order, one after the other.
std::optional<std::string> text_of_header(NamedValues headers, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [header, value] : headers) {
    if (same_name(header, name)) values.push_back(value);
  }
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  std::string joined;
  for (const std::string_view value : values) joined += value;
  return joined;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::string> text_of_cookie(NamedValues headers, std::string_view name) {
  for (const auto& [header, value] : headers) {
    if (!same_name(header, "cookie")) continue;
    const std::string_view found = cookie_value(value, name);
    if (!found.empty()) return std::string(found);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> evaluate(const HashMethod& method, const HashInput& input,
                                      std::optional<GeneratedCookie>& generated) {
  if (const auto text = hash_text(method, input)) return xxh64(*text);
  if (method.kind != HashMethodKind::Cookie || !method.ttl) return std::nullopt;
  generated = {method.name, generated_cookie_value(input.remote_address, input.local_address),
               method.path, *method.ttl};
  return xxh64(generated->value);
}

}  // namespace

std::optional<std::string> hash_text(const HashMethod& method, const HashInput& input) {
  switch (method.kind) {
    case HashMethodKind::Header:
      return text_of_header(input.headers, method.name);
    case HashMethodKind::Cookie:
      return text_of_cookie(input.headers, method.name);
    case HashMethodKind::SourceIp:
      if (input.source_ip.empty()) return std::nullopt;
      return std::string(input.source_ip);
    case HashMethodKind::QueryParameter:
      if (const auto value = query_value(input.path, method.name)) return std::string(*value);
      return std::nullopt;
  }
  return std::nullopt;
}

HashResult route_hash(std::span<const HashMethod> methods, const HashInput& input) {
  HashResult result;
  for (const HashMethod& method : methods) {
    if (const auto hash = evaluate(method, input, result.cookie)) {
      // Rotated, so that the same key twice does not cancel itself out.
      result.hash = (result.hash ? std::rotl(*result.hash, 1) : 0) ^ *hash;
    }
    if (method.terminal && result.hash) break;
  }
  return result;
}

std::string generated_cookie_value(std::string_view remote_address,
                                   std::string_view local_address) {
  std::string both(remote_address);
  both += local_address;
  std::uint64_t hash = xxh64(both);
  std::string hex(16, '0');
  for (std::size_t i = 16; i-- > 0; hash >>= 4) hex[i] = "0123456789abcdef"[hash & 15];
  return hex;
}

std::string_view cookie_value(std::string_view cookie_header, std::string_view name) {
  while (!cookie_header.empty()) {
    const auto end = cookie_header.find(';');
    const std::string_view pair = trimmed(cookie_header.substr(0, end));
    cookie_header =
        end == std::string_view::npos ? std::string_view{} : cookie_header.substr(end + 1);
    const auto sign = pair.find('=');
    if (sign == std::string_view::npos || pair.substr(0, sign) != name) continue;
    std::string_view value = pair.substr(sign + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return {};
}

}  // namespace mesh
