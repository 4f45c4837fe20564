// Filters that ask a service about a request and hold it back meanwhile.
#include "libmesh/engine/engine.h"
#include "libmesh/policy/filter_verdict.h"

namespace mesh {

bool Engine::passes_authoriser(std::uint32_t slot, const ExtAuthzPlan& authoriser) {
  const Request& request = world_.requests[slot];
  if (!falls_in(authoriser.enabled, Purpose::ExtAuthz, request, 0)) return true;
  ask(slot, authoriser.call);
  return false;
}

bool Engine::passes_global_limit(std::uint32_t slot, const GlobalRateLimitPlan& limit) {
  const Request& request = world_.requests[slot];
  if (!falls_in(limit.enabled, Purpose::GlobalRateLimit, request, 0)) return true;
  ask(slot, limit.call);
  return false;
}

/// The proxy looks at the pressure from time to time; in between the action stays as it is.
/// Source: source/common/http/conn_manager_impl.cc (decodeHeaders).
bool Engine::passes_overload(std::uint32_t slot, const OverloadPlan& overload) {
  const Request& request = world_.requests[slot];
  const Instant looked{now().ns - now().ns % overload.refresh.ns};
  double pressure = 0;
  for (const PressurePlan& step : overload.pressure) {
    if (step.at <= looked) pressure = step.value;
  }
  const double share = action_value(overload.trigger, pressure);
  if (share <= 0 || draws_.at(Purpose::Overload, request.key, 0).uniform01() >= share) return true;
  recorder_.count(request.proxy, ProxyCounter::downstream_rq_overload_close);
  reply_locally(slot, 503, Details::Overload);
  return false;
}

/// Preflights are answered; of other requests only the origin is counted.
/// Source: source/extensions/filters/http/cors/cors_filter.cc (decodeHeaders).
bool Engine::passes_cors(std::uint32_t slot, CorsPlan cors) {
  const EndpointId proxy = world_.requests[slot].proxy;
  const bool valid = cors == CorsPlan::OriginValid || cors == CorsPlan::Preflight;
  recorder_.count(proxy,
                  valid ? ProxyCounter::cors_origin_valid : ProxyCounter::cors_origin_invalid);
  if (cors == CorsPlan::OriginInvalid || cors == CorsPlan::OriginValid) return true;
  reply_locally(slot, 200, Details::CorsResponse);
  return false;
}

/// A request of the proxy's own, to the cluster past listeners and routes, without retries.
void Engine::ask(std::uint32_t slot, const FilterCallPlan& call) {
  world_.requests[slot].in_filter = true;
  const Request waiting = world_.requests[slot];
  const std::uint64_t nth = std::uint64_t{waiting.filters_passed} + 1;
  const std::uint32_t question =
      open_request({.kind = Origin::Filter,
                    .origin = world_.requests.handle(slot),
                    .key = scramble(waiting.key + (nth << 48) + 0x66696c746572u),
                    .root = waiting.root,
                    .parent = waiting.id,
                    .proxy = waiting.proxy,
                    .worker = waiting.worker,
                    .request = call.request});
  world_.requests[question].route = call.route;
  world_.requests[question].cluster = call.cluster;
  world_.filter_calls.of(slot) = world_.requests.handle(question);
  forward(question, nullptr);
}

/// The request goes on where it stood, unless the answer has ended it.
void Engine::filter_answered(std::uint32_t slot, std::uint16_t code) {
  Request& request = world_.requests[slot];
  if (!request.in_filter) return;  // it is over: the call was cancelled
  request.in_filter = false;
  const FilterSetPlan& set = plan_->filter_sets[plan_->routes[request.route].filters];
  const std::uint32_t at = request.filters_passed;
  const FilterPlan& filter = set.filters[at];
  const bool passes = filter.kind == FilterKind::ExtAuthz
                          ? authorised(slot, plan_->authorisers[filter.index], code)
                          : within_limit(slot, plan_->global_rate_limits[filter.index], code);
  if (!passes) return;
  ++request.filters_passed;
  if (at < set.before_fault) return begin_filters(slot);
  after_fault(slot);
}

/// `envoy.md` §10: a failed call refuses unless the filter fails open.
bool Engine::authorised(std::uint32_t slot, const ExtAuthzPlan& authoriser, std::uint16_t code) {
  Request& request = world_.requests[slot];
  switch (authorization_verdict(code)) {
    case FilterVerdict::Pass:
      recorder_.count(request.proxy, ProxyCounter::ext_authz_ok);
      return true;
    case FilterVerdict::Refuse:
      recorder_.count(request.proxy, ProxyCounter::ext_authz_denied);
      request.flags.set(ResponseFlag::UAEX);
      reply_locally(slot, code, Details::ExtAuthzDenied);
      return false;
    case FilterVerdict::Error:
      break;
  }
  recorder_.count(request.proxy, ProxyCounter::ext_authz_error);
  if (authoriser.failure_mode_allow) {
    recorder_.count(request.proxy, ProxyCounter::ext_authz_failure_mode_allowed);
    return true;
  }
  request.flags.set(ResponseFlag::UAEX);
  reply_locally(slot, authoriser.status_on_error, Details::ExtAuthzError);
  return false;
}

/// A failed call lets the request pass unless the filter fails closed.
bool Engine::within_limit(std::uint32_t slot, const GlobalRateLimitPlan& limit,
                          std::uint16_t code) {
  Request& request = world_.requests[slot];
  switch (rate_limit_verdict(code)) {
    case FilterVerdict::Pass:
      return true;
    case FilterVerdict::Refuse:
      if (!falls_in(limit.enforced, Purpose::GlobalRateLimit, request, 1)) return true;
      request.flags.set(ResponseFlag::RL);
      reply_locally(slot, limit.status, Details::RateLimited);
      return false;
    case FilterVerdict::Error:
      break;
  }
  if (!limit.failure_mode_deny) return true;
  request.flags.set(ResponseFlag::RLSE);
  reply_locally(slot, limit.status_on_error, Details::RateLimiterError);
  return false;
}

/// The request has gone: so does the call, as a reset of our own.
void Engine::cancel_filter_call(std::uint32_t slot) {
  world_.requests[slot].in_filter = false;
  const Handle call = world_.filter_calls.of(slot);
  if (world_.requests.alive(call)) on_downstream_gone(call.slot);
}

/// The caller of a receiving sidecar that refused reads x-envoy-ratelimited (`envoy.md` §2.2).
void Engine::tell_limited(const Request& request) {
  if (request.kind != Origin::Inbound || !world_.visits.alive(request.origin)) return;
  Attempt* attempt = world_.attempts.find(world_.visits[request.origin.slot].attempt);
  if (attempt == nullptr) return;
  const FilterSetPlan& set = plan_->filter_sets[plan_->routes[request.route].filters];
  attempt->response = plan_->global_rate_limits[set.filters[request.filters_passed].index].response;
}

/// Every limit counts the request, whether or not another one refuses it.
bool Engine::over_limit(const HandlerPlan& handler) {
  bool over = false;
  for (std::uint32_t l = handler.first_limit; l < handler.first_limit + handler.limits; ++l) {
    const ServiceLimitPlan& limit = plan_->limits[l];
    LimitCounter& counter = world_.limit_counters[limit.counter];
    const std::int64_t span = now().ns / limit.per.ns;
    if (counter.span != span) counter = {span, 0};
    over = ++counter.requests > limit.requests || over;
  }
  return over;
}

}  // namespace mesh
