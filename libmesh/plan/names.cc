// Names of hosts and clusters as istiod forms and compares them.
#include "libmesh/plan/names.h"

#include <charconv>

namespace mesh {

std::string service_host(std::string_view name, std::string_view name_space) {
  std::string host(name);
  host.append(".").append(name_space).append(service_suffix);
  return host;
}

std::string resolve_short_name(std::string_view host, std::string_view name_space) {
  if (host.empty() || host == "*" || host.find('.') != std::string_view::npos) {
    return std::string(host);
  }
  return service_host(host, name_space);
}

std::string outbound_cluster(std::uint32_t port, std::string_view subset, std::string_view host) {
  std::string name = "outbound|" + std::to_string(port);
  name.append("|").append(subset).append("|").append(host);
  return name;
}

std::string inbound_cluster(std::uint32_t port) {
  return "inbound|" + std::to_string(port) + "||";
}

bool is_subset_of(std::string_view narrow, std::string_view wide) {
  if (!is_wildcard(wide)) return narrow == wide;
  const std::string_view suffix = wide.substr(1);
  const std::string_view rest = is_wildcard(narrow) ? narrow.substr(1) : narrow;
  return rest.size() >= suffix.size() && rest.substr(rest.size() - suffix.size()) == suffix;
}

namespace {

/// Position of the colon before a port of digits; npos when there is none.
std::size_t port_colon(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == authority.size()) {
    return std::string_view::npos;
  }
  for (const char c : authority.substr(colon + 1)) {
    if (c < '0' || c > '9') return std::string_view::npos;
  }
  return colon;
}

}  // namespace

std::string host_of_authority(std::string_view authority) {
  std::string host(authority.substr(0, port_colon(authority)));
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return host;
}

std::optional<std::uint32_t> port_of_authority(std::string_view authority) {
  const std::size_t colon = port_colon(authority);
  if (colon == std::string_view::npos) return std::nullopt;
  std::uint32_t port = 0;
  const char* end = authority.data() + authority.size();
  const auto [parsed, error] = std::from_chars(authority.data() + colon + 1, end, port);
  if (error != std::errc() || parsed != end || port > 65535) return std::nullopt;
  return port;
}

ObjectName split_dotted(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return {std::string(text), {}};
  std::string_view rest = text.substr(dot + 1);
  rest = rest.substr(0, rest.find('.'));
  return {std::string(text.substr(0, dot)), std::string(rest)};
}

ObjectName split_slashed(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(slash + 1)), std::string(text.substr(0, slash))};
}

}  // namespace mesh
