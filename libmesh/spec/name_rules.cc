// Rules for names: DNS labels, domains, label keys and values, header names.
#include "libmesh/spec/name_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace mesh {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_alphanumeric(char c) {
  return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";
constexpr std::size_t label_length = 63;
constexpr std::size_t subdomain_length = 253;
constexpr std::size_t domain_length = 255;

/// The part before `separator`, taken off with it.
std::string_view take_part(std::string_view& text, char separator, bool& more) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  more = end != std::string_view::npos;
  text.remove_prefix(more ? end + 1 : text.size());
  return part;
}

bool is_wildcard_label(std::string_view label) {
  if (label.size() > label_length) return false;
  if (label == "*") return true;
  if (label.starts_with("*-"))
    label.remove_prefix(2);
  else if (label.starts_with('*'))
    label.remove_prefix(1);
  return is_istio_dns_label(label);
}

const char* labels_problem(std::string_view domain) {
  const std::size_t last_dot = domain.rfind('.');
  const std::string_view top =
      last_dot == std::string_view::npos ? domain : domain.substr(last_dot + 1);
  if (!top.empty() && std::all_of(top.begin(), top.end(), is_digit)) {
    return "its last part is all digits";
  }
  bool more = true;
  while (more) {
    const std::string_view label = take_part(domain, '.', more);
    if (!more && label.empty()) return nullptr;  // "istio.io." ends with a dot
    if (!is_istio_dns_label(label)) return "a part of it is not a DNS label";
  }
  return nullptr;
}

}  // namespace

bool is_dns_label(std::string_view name) {
  return is_istio_dns_label(name) && std::all_of(name.begin(), name.end(), [](char c) {
           return is_digit(c) || is_lower(c) || c == '-';
         });
}

bool is_dns_subdomain(std::string_view name) {
  if (name.empty() || name.size() > subdomain_length) return false;
  bool more = true;
  while (more) {
    const std::string_view label = take_part(name, '.', more);
    // A subdomain's labels may be longer than 63 in Kubernetes; only the whole is bounded.
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    const bool allowed = std::all_of(label.begin(), label.end(),
                                     [](char c) { return is_digit(c) || is_lower(c) || c == '-'; });
    if (!allowed) return false;
  }
  return true;
}

bool is_istio_dns_label(std::string_view name) {
  return !name.empty() && name.size() <= label_length && is_alphanumeric(name.front()) &&
         is_alphanumeric(name.back()) && std::all_of(name.begin(), name.end(), [](char c) {
           return is_alphanumeric(c) || c == '-';
         });
}

const char* domain_problem(std::string_view domain, bool wildcard) {
  if (domain.empty()) return "it is empty";
  if (domain.size() > domain_length) return "it is longer than 255 characters";
  if (!wildcard) return labels_problem(domain);
  bool more = false;
  const std::string_view first = take_part(domain, '.', more);
  if (!is_wildcard_label(first)) {
    return first.find('*') == std::string_view::npos ? "a part of it is not a DNS label"
                                                     : "a wildcard may only stand in front";
  }
  return more ? labels_problem(domain) : nullptr;
}

bool host_matches(std::string_view general, std::string_view special) {
  if (!general.starts_with('*')) return general == special;
  const std::string_view suffix = general.substr(1);
  if (special.starts_with('*')) special.remove_prefix(1);
  return special.size() >= suffix.size() && special.ends_with(suffix);
}

bool is_ip_address(std::string_view text) {
  const std::string address(text);
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, address.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, address.c_str(), bytes) == 1;
}

bool is_ip_subnet(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_ip_address(text);
  const std::string_view address = text.substr(0, slash);
  const std::string_view length = text.substr(slash + 1);
  unsigned bits = 0;
  const auto result = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (result.ec != std::errc() || result.ptr != length.data() + length.size()) return false;
  const unsigned most = address.find(':') == std::string_view::npos ? 32 : 128;
  return bits <= most && is_ip_address(address);
}

bool is_label_value(std::string_view value) {
  if (value.empty()) return true;
  return value.size() <= label_length && is_alphanumeric(value.front()) &&
         is_alphanumeric(value.back()) && std::all_of(value.begin(), value.end(), [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_label_key(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash != std::string_view::npos) {
    if (!is_dns_subdomain(lower_case(key.substr(0, slash)))) return false;
    key.remove_prefix(slash + 1);
  }
  return !key.empty() && is_label_value(key);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

bool is_authority_header(std::string_view name) {
  const std::string lower = lower_case(name);
  return lower == "host" || lower == ":authority";
}

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_alphanumeric(c) || token_marks.find(c) != std::string_view::npos;
  });
}

bool is_header_format(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
    if (value[i] != '%') continue;
    if (i + 1 < value.size() && value[i + 1] == '%') {
      ++i;
      continue;
    }
    // %COMMAND% or %COMMAND(arguments)%: arguments may hold quoted percent signs.
    const std::size_t parenthesis = value.find_first_of("(%", i + 1);
    if (parenthesis == std::string_view::npos) return false;
    if (value[parenthesis] == '%') {
      i = parenthesis;
      continue;
    }
    std::size_t end = value.find(')', parenthesis);
    if (end == std::string_view::npos) return false;
    end = value.find_first_not_of(' ', end + 1);
    if (end == std::string_view::npos || value[end] != '%') return false;
    i = end;
  }
  return true;
}

}  // namespace mesh
