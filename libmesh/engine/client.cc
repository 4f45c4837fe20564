// Load generators: open arrivals along a rate curve, closed users with think time.
#include <cmath>

#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

/// The x at which RateSegment::arrivals reaches `rest`; the form without cancellation of the
/// quadratic formula.
double inverse_area(const RateSegment& s, double rest) {
  if (s.from_rps == s.to_rps && s.from_rps > 0) return rest / s.from_rps;
  const double length = as_seconds(s.length);
  const double slope = length > 0 ? (s.to_rps - s.from_rps) / length : 0.0;
  const double root = s.from_rps * s.from_rps + 2.0 * slope * rest;
  const double denominator = s.from_rps + std::sqrt(root > 0 ? root : 0.0);
  return denominator > 0 ? 2.0 * rest / denominator : length;
}

}  // namespace

void Engine::start_loads() {
  for (std::uint32_t l = 0; l < plan_->loads.size(); ++l) {
    const LoadPlan& load = plan_->loads[LoadId{l}];
    if (!load.closed) {
      schedule_arrival(LoadId{l});
      continue;
    }
    for (std::uint32_t u = 0; u < load.users; ++u) {
      const Instant at = load.start + load.stagger * u;
      if (at >= load.stop) break;
      const auto slot = static_cast<std::uint32_t>(world_.users.size());
      world_.users.push_back({.load = LoadId{l}, .number = u, .due = at});
      push(at, EventKind::UserDue, slot);
    }
  }
}

// Arrival k is due when the integral of the rate reaches a target: k for constant arrivals, a sum
// of k + 1 standard exponentials for a Poisson process (time change of a unit-rate process).
void Engine::schedule_arrival(LoadId id) {
  const LoadPlan& load = plan_->loads[id];
  LoadState& state = world_.loads[id];
  if (!load.fixed.empty()) {
    if (state.arrivals < load.fixed.size()) {
      push(std::max(load.fixed[state.arrivals].at, now()), EventKind::ArrivalDue, id.value);
    }
    return;
  }
  if (load.gaps != 0) {
    const Distribution& gaps = plan_->distributions[load.gaps];
    const Draw draw = draws_.at(Purpose::Arrival, id.value, state.arrivals);
    state.target += static_cast<double>(gaps.sample(draw, state.arrivals).ns) / gaps.mean_ns();
  } else if (load.poisson) {
    Draw draw = draws_.at(Purpose::Arrival, id.value, state.arrivals);
    state.target += standard_exponential(draw);
  } else {
    state.target = static_cast<double>(state.arrivals);
  }
  while (state.segment < load.rate.size()) {
    const RateSegment& segment = load.rate[state.segment];
    if (state.whole < 0) state.whole = segment.arrivals(as_seconds(segment.length));
    if (state.target - state.passed < state.whole) {
      const double x = inverse_area(segment, state.target - state.passed);
      const Instant at = segment.at + Duration{static_cast<std::int64_t>(x * 1e9 + 0.5)};
      push(std::max(at, now()), EventKind::ArrivalDue, id.value);
      return;
    }
    state.passed += state.whole;
    state.whole = -1;
    ++state.segment;
  }
}

void Engine::on_arrival(LoadId id) {
  const std::uint64_t number = world_.loads[id].arrivals++;
  schedule_arrival(id);
  const std::uint32_t retry = plan_->loads[id].retry;
  if (retry == no_retry) return send(id, number, Origin::Load, {});
  bring_tokens(id, retry);
  send(id, number, Origin::User, {add_user(id, number), 0});
}

void Engine::on_user(std::uint32_t slot) {
  User& user = world_.users[slot];
  const LoadPlan& load = plan_->loads[user.load];
  if (now() >= load.stop) return;
  if (load.per_user > 0 && user.sent >= load.per_user) return;
  ++user.sent;
  if (!load.catch_up) user.due = now();
  const std::uint64_t number = world_.loads[user.load].arrivals++;
  user.asked = number;
  user.retries = 0;
  user.pause = {};
  if (load.retry != no_retry) bring_tokens(user.load, load.retry);
  send(user.load, number, Origin::User, {slot, 0});
}

void Engine::send(LoadId id, std::uint64_t number, Origin kind, Handle origin) {
  const LoadPlan& load = plan_->loads[id];
  const WorkloadPlan& entry = plan_->workloads[load.entry];
  const std::uint32_t pods = std::max(world_.workloads[load.entry].replicas, 1u);
  std::uint64_t key = load_key(id, number);
  const bool is_fixed = !load.fixed.empty();
  TemplateId asked = is_fixed ? load.fixed[number].request : load.requests.front().request;
  if (!is_fixed && load.requests.size() > 1) {
    const double u = draws_.at(Purpose::RequestMix, key, 0).uniform01();
    std::size_t pick = 0;
    while (u > load.requests[pick].cumulative_share) ++pick;
    asked = load.requests[pick].request;
  }
  // Another try asks for the same; all that happens to it is drawn anew.
  const std::uint32_t retries = kind == Origin::User ? world_.users[origin.slot].retries : 0;
  if (retries > 0) key = scramble(key + (static_cast<std::uint64_t>(retries) << 32));
  // Connections of the generator are used in turn over the pods; the kernel spreads them over the
  // workers by hashing (`envoy.md` §14).
  const std::uint64_t in_turn = kind == Origin::User ? world_.users[origin.slot].number : number;
  const std::uint64_t connection = load.connections > 0 ? in_turn % load.connections : in_turn;
  const std::uint64_t worker = load.connections > 0 ? scramble(connection) : connection / pods;
  const Opening opening{
      .kind = kind,
      .origin = origin,
      .key = key,
      .load = id,
      .proxy =
          EndpointId{entry.first_endpoint.value + static_cast<std::uint32_t>(connection % pods)},
      .worker = static_cast<std::uint16_t>(worker % entry.concurrency),
      .request = asked,
      .timeout = load.timeout,
  };
  const std::uint32_t slot = open_request(opening);
  Request& request = world_.requests[slot];
  request.root = request.id;
  if (kind == Origin::Load) {
    // Without connections of its own a worker serves all that comes to it over one.
    const std::uint64_t shared = std::uint64_t{pods} * entry.concurrency;
    request.origin = {
        static_cast<std::uint32_t>(load.connections > 0 ? connection : connection % shared),
        static_cast<std::uint32_t>(number)};
  }
  request.downstream_timer =
      arm(load_lanes_[id], TimerKind::DownstreamTimeout, slot, world_.requests.generation(slot));
  enter_filters(slot);
}

}  // namespace mesh
