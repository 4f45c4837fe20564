// AuthorizationPolicies that ask an authoriser, as the proxies of a workload hold them.
#include "libmesh/plan/authorization.h"

#include <algorithm>
#include <set>

#include "libmesh/plan/filter_calls.h"
#include "libmesh/plan/names.h"
#include "libmesh/plan/workloads.h"
#include "libmesh/spec/name_rules.h"

namespace mesh {
namespace {

using Patterns = std::vector<std::string>;

bool any_fits(const Patterns& patterns, std::string_view value) {
  return std::any_of(patterns.begin(), patterns.end(), [value](const std::string& pattern) {
    return authorization_match(pattern, value);
  });
}

/// One of the values, if there are any, and none of the others.
bool fits(const Patterns& values, const Patterns& not_values, std::string_view value) {
  return (values.empty() || any_fits(values, value)) && !any_fits(not_values, value);
}

Patterns lower(Patterns texts) {
  for (std::string& text : texts) text = lower_case(text);
  return texts;
}

/// Hosts compare without case; the port of the request's need not be said.
bool fits_host(const istio::AuthorizedOperation& operation, const std::string& authority) {
  const std::string whole = lower_case(authority);
  const std::string host = host_of_authority(authority);
  const Patterns hosts = lower(operation.hosts), not_hosts = lower(operation.not_hosts);
  const bool wanted = hosts.empty() || any_fits(hosts, whole) || any_fits(hosts, host);
  return wanted && !any_fits(not_hosts, whole) && !any_fits(not_hosts, host);
}

bool fits(const istio::AuthorizedOperation& operation, std::uint32_t port,
          const RequestTemplate& request) {
  return fits_host(operation, request.authority) &&
         fits(operation.methods, operation.not_methods, request.method) &&
         fits(operation.paths, operation.not_paths, without_query(request.path)) &&
         fits(operation.ports, operation.not_ports, std::to_string(port));
}

bool fits(const istio::HeaderCondition& condition, const RequestTemplate& request) {
  if (condition.header.empty()) return true;  // a condition that is not simulated
  const auto value = header_value(request.headers, condition.header);
  if (!value) return condition.values.empty();
  return fits(condition.values, condition.not_values, *value);
}

bool is_about(const istio::AuthorizationRule& rule, std::uint32_t port,
              const RequestTemplate& request) {
  const bool to =
      rule.to.empty() || std::any_of(rule.to.begin(), rule.to.end(), [&](const auto& operation) {
        return fits(operation, port, request);
      });
  return to && std::all_of(rule.when.begin(), rule.when.end(),
                           [&](const auto& condition) { return fits(condition, request); });
}

/// The provider's cluster; its service may be written namespace/host. Empty when nobody knows it.
std::string cluster_of(const istio::AuthorizationProvider& provider, const Registry& registry) {
  const std::size_t slash = provider.service.find('/');
  const std::string host =
      slash == std::string::npos ? provider.service : provider.service.substr(slash + 1);
  const ServiceView* service = registry.service(host);
  if (service == nullptr || find_port(*service->spec, provider.port) == nullptr) return "";
  return outbound_cluster(provider.port, "", service->host);
}

const istio::AuthorizationProvider* provider_named(const Registry& registry,
                                                   const std::string& name) {
  for (const istio::AuthorizationProvider& provider : registry.mesh().providers) {
    if (provider.name == name && !provider.service.empty()) return &provider;
  }
  return nullptr;
}

std::string name_of(const istio::AuthorizationPolicy& policy) {
  return "AuthorizationPolicy " + policy.metadata.name_space + "/" + policy.metadata.name;
}

FilterPlan denied(Draft& draft, const istio::AuthorizationPolicy& policy, const std::string& why) {
  draft.warning(plan_code::no_authoriser, policy.place, name_of(policy),
                why + ": istiod writes a rule that refuses every request the policy is about",
                "name one of extensionProviders, whose service and port exist");
  return {FilterKind::Deny, 0};
}

}  // namespace

bool authorization_match(std::string_view pattern, std::string_view value) {
  if (pattern == "*") return !value.empty();
  if (pattern.starts_with('*')) return value.ends_with(pattern.substr(1));
  if (pattern.ends_with('*')) return value.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == value;
}

std::vector<const istio::AuthorizationPolicy*> custom_policies(const Registry& registry,
                                                               const ClientView& workload) {
  std::vector<const istio::AuthorizationPolicy*> found;
  for (const istio::AuthorizationPolicy& policy : registry.resources().authorization_policies) {
    const std::string& space = policy.metadata.name_space;
    if (!policy.custom || (space != root_namespace && space != workload.name_space)) continue;
    if (policy.selector.empty() ||
        (workload.labels != nullptr && labels_contain(*workload.labels, policy.selector))) {
      found.push_back(&policy);
    }
  }
  return found;
}

std::optional<FilterPlan> custom_authorization(Draft& draft, const Registry& registry,
                                               const ClientView& workload,
                                               std::uint32_t container_port,
                                               const RequestTemplate& request) {
  const std::vector<const istio::AuthorizationPolicy*> policies =
      custom_policies(registry, workload);
  const istio::AuthorizationPolicy* found = nullptr;
  std::set<std::string> providers;
  for (const istio::AuthorizationPolicy* policy : policies) {
    providers.insert(policy->provider);
    const bool about =
        std::any_of(policy->rules.begin(), policy->rules.end(),
                    [&](const auto& rule) { return is_about(rule, container_port, request); });
    if (about && found == nullptr) found = policy;
  }
  if (found == nullptr) return std::nullopt;
  if (providers.size() > 1) return denied(draft, *found, "a workload may have one provider only");
  const auto* provider = provider_named(registry, found->provider);
  if (provider == nullptr) {
    return denied(draft, *found, "there is no authoriser \"" + found->provider + "\"");
  }
  const std::string cluster = cluster_of(*provider, registry);
  if (cluster.empty()) {
    return denied(draft, *found, "nobody knows the service \"" + provider->service + "\"");
  }
  ExtAuthzPlan plan;
  plan.name = "provider " + provider->name;
  plan.failure_mode_allow = provider->fail_open;
  plan.status_on_error = provider->status_on_error;
  plan.call = filter_call(draft, "ext_authz", plan.name, cluster, provider->timeout,
                          authorization_request(request, cluster, provider->path_prefix));
  return FilterPlan{FilterKind::ExtAuthz, draft.intern(plan)};
}

}  // namespace mesh
