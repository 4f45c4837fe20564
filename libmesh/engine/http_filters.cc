// Filters in front of the router that may refuse a request: rate limit, admission, concurrency.
#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

/// Of a filter's state in one proxy; `part` tells workers apart.
std::uint64_t cell_key(EndpointId proxy, std::uint32_t filter, std::uint32_t part = 0) {
  return static_cast<std::uint64_t>(proxy.value) << 32 | std::uint64_t{filter} << 8 | part;
}

}  // namespace

/// True when one of the filters on this side of the fault filter has answered, or waits. Those that
/// the request has passed are behind it.
bool Engine::stopped_by_filters(std::uint32_t slot, bool before_fault) {
  const FilterSetId id = plan_->routes[world_.requests[slot].route].filters;
  if (!id.valid()) return false;
  const FilterSetPlan& set = plan_->filter_sets[id];
  const std::size_t end = before_fault ? set.before_fault : set.filters.size();
  while (world_.requests[slot].filters_passed < end) {
    if (!passes(slot, set.filters[world_.requests[slot].filters_passed])) return true;
    ++world_.requests[slot].filters_passed;
  }
  return false;
}

bool Engine::passes(std::uint32_t slot, const FilterPlan& filter) {
  switch (filter.kind) {
    case FilterKind::RateLimit:
      return passes_rate_limit(slot, plan_->rate_limits[filter.index]);
    case FilterKind::AdmissionControl:
      return passes_admission(slot, filter.index);
    case FilterKind::AdaptiveConcurrency:
      return passes_concurrency(slot, filter.index);
    case FilterKind::ExtAuthz:
      return passes_authoriser(slot, plan_->authorisers[filter.index]);
    case FilterKind::GlobalRateLimit:
      return passes_global_limit(slot, plan_->global_rate_limits[filter.index]);
    case FilterKind::Deny:
      reply_locally(slot, 403, Details::RbacDenied);
      return false;
    case FilterKind::Cors:
      return passes_cors(slot, static_cast<CorsPlan>(filter.index));
    case FilterKind::Overload:
      return passes_overload(slot, plan_->overloads[filter.index]);
  }
  return true;
}

/// Is the request one of the share? Nothing is drawn where it is everybody.
bool Engine::falls_in(Millionths share, Purpose purpose, const Request& request,
                      std::uint64_t index) const {
  return happens_always(share) || happens(share, draws_.at(purpose, request.key, index).word());
}

/// `envoy.md` §10: the buckets are the proxy's, whichever worker asks.
bool Engine::passes_rate_limit(std::uint32_t slot, const RateLimitPlan& limit) {
  Request& request = world_.requests[slot];
  if (!falls_in(limit.enabled, Purpose::RateLimit, request, 0)) return true;
  if (takes_tokens(request.proxy, limit)) return true;
  if (!falls_in(limit.enforced, Purpose::RateLimit, request, 1)) return true;
  request.flags.set(ResponseFlag::RL);
  reply_locally(slot, limit.status, Details::LocalRateLimited);
  return false;
}

bool Engine::takes_tokens(EndpointId proxy, const RateLimitPlan& limit) {
  const auto take = [&](BucketId id) {
    return consume(plan_->buckets[id].config, world_.buckets.of(cell_key(proxy, id.value)), now());
  };
  for (const BucketId id : limit.matched) {
    if (!take(id)) return false;  // what was taken before stays taken
  }
  const bool counts = limit.matched.empty() || limit.always_consume_fallback;
  return !counts || !limit.fallback.valid() || take(limit.fallback);
}

/// Every worker looks back on its own requests.
bool Engine::passes_admission(std::uint32_t slot, std::uint32_t filter) {
  Request& request = world_.requests[slot];
  AdmissionWindow& window = world_.admissions.of(cell_key(request.proxy, filter, request.worker));
  const std::uint64_t random = draws_.at(Purpose::Admission, request.key, filter).word();
  if (!rejects(plan_->admission_controls[filter].config, window, now(), random)) return true;
  reply_locally(slot, 503, Details::AdmissionDenied);
  return false;
}

bool Engine::passes_concurrency(std::uint32_t slot, std::uint32_t filter) {
  Request& request = world_.requests[slot];
  if (concurrency_of(request.proxy, filter).controller.admit()) return true;
  reply_locally(slot, 503, Details::ConcurrencyLimited);
  return false;
}

/// The controller begins to measure with its first request.
ConcurrencyCell& Engine::concurrency_of(EndpointId proxy, std::uint32_t filter) {
  const auto make = [&] {
    return ConcurrencyCell{GradientController(plan_->concurrency_limits[filter].config, now())};
  };
  return world_.concurrency[world_.concurrency.find_or_add(cell_key(proxy, filter), make)];
}

/// The request is over: the filters that let it pass learn what came of it.
void Engine::leave_filters(const Request& request, std::uint16_t code) {
  const FilterSetPlan& set = plan_->filter_sets[plan_->routes[request.route].filters];
  for (std::size_t i = 0; i < request.filters_passed; ++i) {
    const std::uint32_t filter = set.filters[i].index;
    switch (set.filters[i].kind) {
      case FilterKind::RateLimit:
      case FilterKind::ExtAuthz:
      case FilterKind::GlobalRateLimit:
      case FilterKind::Deny:
      case FilterKind::Cors:
      case FilterKind::Overload:
        break;
      case FilterKind::AdmissionControl:
        if (code == 0) break;  // nothing was sent to the caller
        world_.admissions.of(cell_key(request.proxy, filter, request.worker))
            .record(plan_->admission_controls[filter].config, now(), is_http_success(code));
        break;
      case FilterKind::AdaptiveConcurrency:
        leave_concurrency(request, filter, code);
        break;
    }
  }
}

void Engine::leave_concurrency(const Request& request, std::uint32_t filter, std::uint16_t code) {
  ConcurrencyCell& cell = concurrency_of(request.proxy, filter);
  if (code == 0) return cell.controller.cancel();
  const GradientConfig& config = plan_->concurrency_limits[filter].config;
  const std::uint64_t random = draws_.at(Purpose::ConcurrencyJitter, request.key, filter).word();
  const auto measure_in = cell.controller.complete(config, request.started, now(), random);
  if (!measure_in) return;
  // The least round trip is known: from now on the limit moves, until it is measured again.
  ++cell.measures;
  push(now() + *measure_in, EventKind::ConcurrencyMeasure, request.proxy.value, filter);
  ++cell.updates;
  push(now() + config.concurrency_update_interval, EventKind::ConcurrencyUpdate,
       request.proxy.value, filter);
}

void Engine::on_concurrency_measure(EndpointId proxy, std::uint32_t filter) {
  ConcurrencyCell& cell = concurrency_of(proxy, filter);
  if (--cell.measures > 0) return;
  cell.controller.on_measure(plan_->concurrency_limits[filter].config, now());
}

/// While the least round trip is measured the timer stands still (gradient_controller.cc).
void Engine::on_concurrency_update(EndpointId proxy, std::uint32_t filter) {
  ConcurrencyCell& cell = concurrency_of(proxy, filter);
  if (--cell.updates > 0 || cell.controller.measuring()) return;
  const GradientConfig& config = plan_->concurrency_limits[filter].config;
  if (cell.controller.on_update(config)) return cell.controller.on_measure(config, now());
  ++cell.updates;
  push(now() + config.concurrency_update_interval, EventKind::ConcurrencyUpdate, proxy.value,
       filter);
}

}  // namespace mesh
