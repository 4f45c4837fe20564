// AuthorizationPolicies that ask an authoriser, as the proxies of a workload hold them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// Policies with action CUSTOM of the root namespace and of the workload's own that select it.
std::vector<const istio::AuthorizationPolicy*> custom_policies(const Registry& registry,
                                                               const ClientView& workload);

/// The filter in front of a request at a workload's proxy: one authoriser for all its policies, or
/// a refusal of whatever they are about when there is none, or more than one. Nothing when no
/// policy is about the request. `container_port` is where it arrives. Source:
/// pilot/pkg/security/authz/builder (builder.go, extauthz.go).
std::optional<FilterPlan> custom_authorization(Draft& draft, const Registry& registry,
                                               const ClientView& workload,
                                               std::uint32_t container_port,
                                               const RequestTemplate& request);

/// "exact", "prefix*", "*suffix", "*" for anything that is there.
/// Source: pilot/pkg/security/authz/matcher/string.go.
bool authorization_match(std::string_view pattern, std::string_view value);

}  // namespace mesh
