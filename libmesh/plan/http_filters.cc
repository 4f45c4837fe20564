// The HTTP filters that EnvoyFilters insert, as the requests of one template meet them.
#include "libmesh/plan/http_filters.h"

#include <algorithm>

#include "libmesh/plan/filter_calls.h"
#include "libmesh/policy/route_match.h"

namespace mesh {
namespace {

using Entries = std::vector<istio::DescriptorEntry>;

/// The value of a header, those that begin with a colon among them.
std::optional<std::string> value_of(const RequestTemplate& request, const std::string& header) {
  if (header == ":path") return request.path;
  if (header == ":method") return request.method;
  if (header == ":authority") return request.authority;
  return header_value(request.headers, header);
}

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
    const auto value = value_of(request, action.header);
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

/// What the service is asked: its descriptors stand in headers, one each.
RequestTemplate rate_question(const istio::GlobalRateLimit& from,
                              const std::vector<Entries>& descriptors) {
  RequestTemplate question;
  const ClusterAddress to = address_of_cluster(from.service.cluster);
  question.method = "POST";
  question.path = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";
  question.port = to.port;
  question.authority = to.host + ":" + std::to_string(to.port);
  question.headers = {{"content-type", "application/grpc"}, {"x-ratelimit-domain", from.domain}};
  for (const Entries& entries : descriptors) {
    question.headers.emplace_back("x-ratelimit-descriptor", name_of(entries).substr(1));
  }
  return question;
}

/// Nothing when the actions of the route say nothing of the request: then nobody is asked.
std::optional<FilterPlan> global_rate_limit(Draft& draft, const istio::GlobalRateLimit& from,
                                            const std::string& name,
                                            const RouteOverrides& overrides, TemplateId request) {
  GlobalRateLimitPlan plan;
  plan.name = name;
  plan.enabled = from.enabled.value_or(plan.enabled);
  plan.enforced = from.enforced.value_or(plan.enforced);
  plan.failure_mode_deny = from.failure_mode_deny;
  plan.status = from.status;
  plan.status_on_error = from.status_on_error;
  std::vector<Entries> descriptors;
  for (const istio::RateLimitActions* actions : overrides.actions) {
    auto entries = descriptor_of(*actions, draft.plan.templates[request]);
    if (entries) descriptors.push_back(std::move(*entries));
  }
  if (descriptors.empty() || plan.enabled.numerator == 0) return std::nullopt;
  if (!from.without_header) {
    ResponsePlan refusal;
    refusal.envoy_ratelimited = true;
    refusal.headers = {{"x-envoy-ratelimited", "true"}};
    plan.response = draft.intern(refusal);
  }
  plan.call = filter_call(draft, "ratelimit", name, from.service.cluster, from.timeout,
                          rate_question(from, descriptors));
  draft.rate_questions.try_emplace(plan.call.request,
                                   Draft::RateQuestion{from.domain, std::move(descriptors)});
  return FilterPlan{FilterKind::GlobalRateLimit, draft.intern(plan)};
}

FilterPlan authoriser(Draft& draft, const istio::ExtAuthz& from, const std::string& name,
                      TemplateId request) {
  constexpr Duration default_timeout = milliseconds(200);  // ext_authz.proto, envoy.md §10
  ExtAuthzPlan plan;
  plan.name = name;
  plan.enabled = from.enabled.value_or(plan.enabled);
  plan.failure_mode_allow = from.failure_mode_allow;
  plan.status_on_error = from.status_on_error;
  const std::string& cluster = from.service.cluster;
  plan.call =
      filter_call(draft, "ext_authz", name, cluster,
                  from.service.timeout.ns > 0 ? from.service.timeout : default_timeout,
                  authorization_request(draft.plan.templates[request], cluster, from.path_prefix));
  return {FilterKind::ExtAuthz, draft.intern(plan)};
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
  if (const auto* authz = std::get_if<istio::ExtAuthz>(&patch.spec->value)) {
    if (authz->enabled && authz->enabled->numerator == 0) return std::nullopt;
    return authoriser(draft, *authz, name, request);
  }
  if (const auto* limit = std::get_if<istio::GlobalRateLimit>(&patch.spec->value)) {
    return global_rate_limit(draft, *limit, name, overrides, request);
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
                         const OwnFilters& own, const RoutePlan& route, TemplateId request) {
  std::vector<FilterPlan> before, after;
  if (own.authorization) before.push_back(*own.authorization);
  if (own.cors) after.push_back(*own.cors);
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
  if (own.overload) before.insert(before.begin(), *own.overload);
  if (before.empty() && after.empty()) return FilterSetId::none();
  FilterSetPlan set{std::move(before), 0};
  set.before_fault = static_cast<std::uint32_t>(set.filters.size());
  set.filters.insert(set.filters.end(), after.begin(), after.end());
  return draft.intern(std::move(set));
}

}  // namespace mesh
