// What EnvoyFilters merge into virtual hosts and routes.
#include "libmesh/plan/route_patches.h"

#include <charconv>

#include "libmesh/policy/retry_on.h"
#include "libmesh/policy/route_match.h"

namespace mesh {
namespace {

/// Lists grow, other fields are replaced. Without a policy of istiod's Envoy's defaults hold.
void merge_retries(const istio::RetryPatch& from, std::optional<RetryPolicy>& policy) {
  if (!policy) policy.emplace();
  RetryPolicy& to = *policy;
  if (from.retry_on) {
    RetryOnList words = parse_retry_on(*from.retry_on);
    to.on = words.on;
    to.status_codes.insert(to.status_codes.end(), words.status_codes.begin(),
                           words.status_codes.end());
  }
  if (from.num_retries.value_or(0) > 0) to.num_retries = *from.num_retries;
  to.per_try_timeout = from.per_try_timeout.value_or(to.per_try_timeout);
  to.per_try_idle_timeout = from.per_try_idle_timeout.value_or(to.per_try_idle_timeout);
  if (from.backoff_base) {
    // Where istiod wrote a back-off it wrote the maximum, too, and that stays.
    const RetryPolicy defaults;
    const bool written = to.backoff_base != defaults.backoff_base;
    to.backoff_base = *from.backoff_base;
    if (!written) to.backoff_max = *from.backoff_base * 10;
  }
  to.backoff_max = from.backoff_max.value_or(to.backoff_max);
  to.status_codes.insert(to.status_codes.end(), from.status_codes.begin(), from.status_codes.end());
  to.headers.insert(to.headers.end(), from.retriable_headers.begin(), from.retriable_headers.end());
  to.reset_headers.insert(to.reset_headers.end(), from.reset_headers.begin(),
                          from.reset_headers.end());
  to.reset_max_interval = from.reset_max_interval.value_or(to.reset_max_interval);
  to.host_selection_attempts = from.host_selection_attempts.value_or(to.host_selection_attempts);
  to.previous_hosts = to.previous_hosts || from.previous_hosts;
}

void merge_route(const istio::RoutePatch& from, RoutePlan& route) {
  if (route.kind != RouteKind::Forward) return;
  route.timeout = from.timeout.value_or(route.timeout);
  if (from.retry) merge_retries(*from.retry, route.retry);
  if (from.hedge_on_per_try_timeout && route.retry) route.retry->hedge_on_per_try_timeout = true;
}

void note_overrides(const istio::RoutePatch& from, const std::string& name, RouteOverrides& to) {
  if (from.rate_limit) {
    to.rate_limit = &*from.rate_limit;
    to.name = name;
  }
  for (const istio::RateLimitActions& actions : from.rate_limits) to.actions.push_back(&actions);
}

/// "outbound" tables are called by their port, those of gateways http.<port>, inbound ones
/// inbound|<target port>||.
bool is_named(const std::string& name, const RouteTable& table) {
  switch (table.side) {
    case istio::PatchContext::Gateway:
      return name == "http." + std::to_string(table.port);
    case istio::PatchContext::SidecarInbound:
      return name == "inbound|" + std::to_string(table.target_port) + "||";
    case istio::PatchContext::SidecarOutbound:
    case istio::PatchContext::Any:
      return name == std::to_string(table.port);
  }
  return false;
}

bool does(const std::string& action, RouteKind kind) {
  if (action.empty() || action == "ANY") return true;
  switch (kind) {
    case RouteKind::Forward:
      return action == "ROUTE";
    case RouteKind::Redirect:
      return action == "REDIRECT";
    case RouteKind::DirectResponse:
      return action == "DIRECT_RESPONSE";
  }
  return false;
}

template <class I>
std::optional<I> number_in(const RequestTemplate& request, std::string_view header) {
  const auto text = header_value(request.headers, header);
  if (!text) return std::nullopt;
  I value = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

bool is_meant(const istio::EnvoyPatch& patch, const RouteTable& table, const RoutePlan& route) {
  const istio::PatchMatch& match = patch.match;
  const std::uint32_t port =
      table.side == istio::PatchContext::SidecarInbound ? table.target_port : table.port;
  if (match.port != 0 && match.port != port) return false;
  if (!match.route_configuration.empty() && !is_named(match.route_configuration, table)) {
    return false;
  }
  if (!match.virtual_host.empty() && match.virtual_host != route.virtual_host) return false;
  if (patch.target == istio::EnvoyPatch::Target::VirtualHost) return true;
  return (match.route.empty() || match.route == route.name) && does(match.route_action, route.kind);
}

RouteOverrides apply_route_patches(const std::vector<NamedPatch>& virtual_hosts,
                                   const std::vector<NamedPatch>& routes, const RouteTable& table,
                                   RoutePlan& route) {
  RouteOverrides of_host, of_route;
  std::optional<RetryPolicy> retries_of_host;
  for (const NamedPatch& patch : virtual_hosts) {
    if (!is_meant(*patch.spec, table, route)) continue;
    const auto& from = std::get<istio::RoutePatch>(patch.spec->value);
    if (from.retry) merge_retries(*from.retry, retries_of_host);
    note_overrides(from, patch.name, of_host);
  }
  for (const NamedPatch& patch : routes) {
    if (!is_meant(*patch.spec, table, route)) continue;
    const auto& from = std::get<istio::RoutePatch>(patch.spec->value);
    merge_route(from, route);
    note_overrides(from, patch.name, of_route);
  }
  // What stands at the route hides what stands at its virtual host.
  if (!route.retry && route.kind == RouteKind::Forward) route.retry = retries_of_host;
  if (of_route.rate_limit == nullptr) {
    of_route.rate_limit = of_host.rate_limit;
    of_route.name = of_host.name;
  }
  if (of_route.actions.empty()) of_route.actions = of_host.actions;
  return of_route;
}

void apply_fault_filter(const istio::FaultFilter& filter, const RequestTemplate& request,
                        RoutePlan& route) {
  if (route.fault != FaultPolicy{}) return;
  const FaultHeaders headers{
      .delay_ms = number_in<std::uint64_t>(request, "x-envoy-fault-delay-request"),
      .abort_code = number_in<std::uint64_t>(request, "x-envoy-fault-abort-request"),
      .delay_percentage =
          number_in<std::uint32_t>(request, "x-envoy-fault-delay-request-percentage"),
      .abort_percentage =
          number_in<std::uint32_t>(request, "x-envoy-fault-abort-request-percentage"),
      .abort_grpc_status = number_in<std::uint32_t>(request, "x-envoy-fault-abort-grpc-request")};
  const FaultPolicy asked = header_controlled(filter.policy, headers);
  route.fault = filter.policy;
  if (filter.header_delay) {
    route.fault.delay = asked.delay;
    route.fault.delay_share = asked.delay_share;
  }
  if (filter.header_abort) {
    route.fault.abort_code = asked.abort_code;
    route.fault.abort_grpc_status = asked.abort_grpc_status;
    route.fault.abort_share = asked.abort_share;
  }
}

}  // namespace mesh
