// Names of hosts and clusters as istiod forms and compares them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mesh {

/// The cluster domain that short names are completed with.
inline constexpr std::string_view service_suffix = ".svc.cluster.local";
/// Where Istio's mesh-wide resources live (MeshConfig rootNamespace).
inline constexpr std::string_view root_namespace = "istio-system";

/// "reviews.default.svc.cluster.local".
std::string service_host(std::string_view name, std::string_view name_space);

/// A host of an Istio resource: a name without a dot belongs to the resource's own namespace; any
/// other is taken as it is ("reviews.default" stays that). Source: istio.md §1.1.
std::string resolve_short_name(std::string_view host, std::string_view name_space);

/// "outbound|9080|v1|reviews.default.svc.cluster.local".
std::string outbound_cluster(std::uint32_t port, std::string_view subset, std::string_view host);
/// "inbound|9080||".
std::string inbound_cluster(std::uint32_t port);

constexpr bool is_wildcard(std::string_view host) {
  return !host.empty() && host.front() == '*';
}
/// Every host of `narrow` is one of `wide`; both may begin with '*'.
bool is_subset_of(std::string_view narrow, std::string_view wide);

/// The authority without ":port", in lower case: what virtual hosts are compared with.
std::string host_of_authority(std::string_view authority);
/// The port of "host:port", or nothing.
std::optional<std::uint32_t> port_of_authority(std::string_view authority);

/// A name that a person wrote for an object of a namespace: "cart", "cart.shop", "shop/cart".
struct ObjectName {
  std::string name, name_space;  // empty namespace: not said
};
ObjectName split_dotted(std::string_view text);   // name[.namespace[.svc…]]
ObjectName split_slashed(std::string_view text);  // [namespace/]name

}  // namespace mesh
