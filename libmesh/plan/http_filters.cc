// The HTTP filters that EnvoyFilters insert, as the requests of one template meet them.
#include "libmesh/plan/http_filters.h"

#include <algorithm>

#include "libmesh/policy/route_match.h"

namespace mesh {
namespace {

using Entries = std::vector<istio::DescriptorEntry>;

/// The descriptor that a route's actions make for a request; nothing when one of them cannot.
/// Source: source/common/router/router_ratelimit.cc (populateDescriptors).
std::optional<Entries> descriptor_of(const istio::RateLimitActions& actions,
                                     const RequestTemplate& request) {
  Entries entries;
  for (const istio::RateAction& action : actions) {
    if (action.kind == istio::RateAction::Kind::GenericKey) {
      if (!action.key.empty()) entries.push_back({action.key, action.value});
      continue;
    }
    const auto value = header_value(request.headers, action.header);
    if (value) {
      entries.push_back({action.key, *value});
    } else if (!action.skip_if_absent) {
      return std::nullopt;
    }
  }
  return entries.empty() ? std::nullopt : std::optional(std::move(entries));
}

/// Equal, entry by entry; an entry without value takes any.
bool fits(const istio::RateDescriptor& descriptor, const Entries& entries) {
  return std::equal(descriptor.entries.begin(), descriptor.entries.end(), entries.begin(),
                    entries.end(), [](const auto& wanted, const auto& found) {
                      return wanted.key == found.key &&
                             (wanted.value.empty() || wanted.value == found.value);
                    });
}

/// A bucket of its own for each value of an entry that takes any.
std::string name_of(const Entries& entries) {
  std::string text;
  for (const istio::DescriptorEntry& entry : entries) {
    text.append(" ").append(entry.key).append("=").append(entry.value);
  }
  return text;
}

RateLimitPlan rate_limit(Draft& draft, const istio::LocalRateLimit& from, const std::string& name,
                         const RouteOverrides& overrides, const RequestTemplate& request) {
  RateLimitPlan limit;
  limit.status = from.status;
  limit.enabled = from.enabled.value_or(Millionths{});
  limit.enforced = from.enforced.value_or(Millionths{});
  limit.always_consume_fallback = from.always_consume_default;
  if (from.bucket) limit.fallback = draft.intern(BucketPlan{name, *from.bucket});
  for (const istio::RateLimitActions* actions : overrides.actions) {
    const std::optional<Entries> entries = descriptor_of(*actions, request);
    if (!entries) continue;
    for (const istio::RateDescriptor& descriptor : from.descriptors) {
      if (!fits(descriptor, *entries)) continue;
      limit.matched.push_back(
          draft.intern(BucketPlan{name + name_of(*entries), descriptor.bucket}));
      break;
    }
  }
  std::stable_sort(limit.matched.begin(), limit.matched.end(), [&draft](BucketId a, BucketId b) {
    return fills_slower(draft.plan.buckets[a].config, draft.plan.buckets[b].config);
  });
  return limit;
}

/// Is there anything to do for it?
bool is_active(const RateLimitPlan& limit) {
  return limit.enabled.numerator > 0 && (limit.fallback.valid() || !limit.matched.empty());
}

std::string on_listener(const NamedPatch& patch, const RouteTable& listener) {
  const bool inbound = listener.side == istio::PatchContext::SidecarInbound;
  return patch.name + (inbound ? " on inbound port " : " on port ") + std::to_string(listener.port);
}

std::string on_route(const RouteOverrides& overrides, const RoutePlan& route) {
  return overrides.name + " on " + route.virtual_host + "/" + route.name + " " + route.place;
}

/// The filter of one patch; nothing where it lets everything pass.
std::optional<FilterPlan> filter_of(Draft& draft, const NamedPatch& patch,
                                    const RouteTable& listener, const RouteOverrides& overrides,
                                    const RoutePlan& route, TemplateId request) {
  const std::string name = on_listener(patch, listener);
  if (const auto* limit = std::get_if<istio::LocalRateLimit>(&patch.spec->value)) {
    const bool own = overrides.rate_limit != nullptr;
    const RateLimitPlan plan = rate_limit(draft, own ? *overrides.rate_limit : *limit,
                                          own ? on_route(overrides, route) : name, overrides,
                                          draft.plan.templates[request]);
    if (!is_active(plan)) return std::nullopt;
    return FilterPlan{FilterKind::RateLimit, draft.intern(plan)};
  }
  if (const auto* control = std::get_if<AdmissionControlConfig>(&patch.spec->value)) {
    return FilterPlan{FilterKind::AdmissionControl,
                      draft.intern(AdmissionControlPlan{name, *control})};
  }
  if (const auto* gradient = std::get_if<GradientConfig>(&patch.spec->value)) {
    return FilterPlan{FilterKind::AdaptiveConcurrency,
                      draft.intern(ConcurrencyPlan{name, *gradient})};
  }
  return std::nullopt;
}

}  // namespace

std::vector<NamedPatch> filters_on(const std::vector<NamedPatch>& patches,
                                   const RouteTable& listener) {
  std::vector<NamedPatch> found;
  for (const NamedPatch& patch : patches) {
    const istio::PatchMatch& match = patch.spec->match;
    const bool inbound = listener.side == istio::PatchContext::SidecarInbound;
    const std::uint32_t port = inbound ? listener.target_port : listener.port;
    const std::string name = inbound ? "virtualInbound" : "0.0.0.0_" + std::to_string(port);
    if (match.port != 0 && match.port != port) continue;
    if (!match.listener.empty() && match.listener != name) continue;
    found.push_back(patch);
  }
  return found;
}

FilterSetId plan_filters(Draft& draft, const std::vector<NamedPatch>& filters,
                         const RouteTable& listener, const RouteOverrides& overrides,
                         const RoutePlan& route, TemplateId request) {
  std::vector<FilterPlan> before, after;
  for (const NamedPatch& patch : filters) {
    const auto filter = filter_of(draft, patch, listener, overrides, route, request);
    if (!filter) continue;
    // What is inserted in front of all goes before what was inserted so earlier.
    if (patch.spec->filter_place == istio::FilterPlace::BeforeFault) {
      before.insert(before.begin(), *filter);
    } else {
      after.push_back(*filter);
    }
  }
  if (before.empty() && after.empty()) return FilterSetId::none();
  FilterSetPlan set{std::move(before), 0};
  set.before_fault = static_cast<std::uint32_t>(set.filters.size());
  set.filters.insert(set.filters.end(), after.begin(), after.end());
  return draft.intern(std::move(set));
}

}  // namespace mesh
