// Rules for names: DNS labels, domains, label keys and values, header names.
#pragma once

#include <string>
#include <string_view>

namespace mesh {

/// RFC 1123 label as Kubernetes takes it: lower case letters, digits and '-', at most 63.
bool is_dns_label(std::string_view name);
/// Labels joined by dots, at most 253 characters.
bool is_dns_subdomain(std::string_view name);
/// The same label as istiod takes it: upper case is allowed (pkg/config/labels/instance.go).
bool is_istio_dns_label(std::string_view name);

/// Why istiod refuses a domain name; empty when it does not. `wildcard` allows "*" and "*-" in
/// front of the first label (pkg/config/validation/agent/validation.go, ValidateWildcardDomain).
const char* domain_problem(std::string_view domain, bool wildcard);
/// Does the host `general` ("*.shop.io", "shop.io", "*") cover `special`?
bool host_matches(std::string_view general, std::string_view special);

bool is_ip_address(std::string_view text);
/// An address, or an address with a prefix length.
bool is_ip_subnet(std::string_view text);

/// "prefix.io/name" with the name at most 63 characters.
bool is_label_key(std::string_view key);
/// At most 63 letters, digits, '-', '_', '.'; empty is valid.
bool is_label_value(std::string_view value);

std::string lower_case(std::string_view text);
/// "host" or ":authority" in any case.
bool is_authority_header(std::string_view name);
/// RFC 9110 token.
bool is_header_name(std::string_view name);
/// Envoy's header value format: % is doubled or encloses a command (header_parser.cc).
bool is_header_format(std::string_view value);

}  // namespace mesh
