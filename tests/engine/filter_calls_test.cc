// Requests that wait for a service: authorisers, rate limit services, preflights.
#include <doctest/doctest.h>

#include "libmesh/engine/engine.h"
#include "tests/support/outcomes.h"
#include "tests/support/pair.h"

namespace mesh {
namespace {

using testing::counter;
using testing::latency_ms;
using testing::outcomes;
using testing::Pair;
using Outcomes = std::vector<std::string>;

/// Client, server and a service that filters ask, which answers at once.
struct Trio {
  explicit Trio(Duration answer_time = milliseconds(2)) : pair(milliseconds(10)) {
    asked = pair.hand.service(
        "asked", {.pods = 1, .workers = 0, .time = Distribution(Constant{answer_time})});
  }
  FilterCallPlan call(Duration timeout = milliseconds(200)) {
    Plan& plan = pair.hand.plan();
    RoutePlan route = pair.hand.route_of(asked);
    route.name = "call";
    route.timeout = timeout;
    return {route.clusters.front().cluster, pair.hand.request_to(asked), plan.routes.add(route)};
  }
  void filter(FilterKind kind, std::uint32_t before_fault = 1) {
    Plan& plan = pair.hand.plan();
    pair.hand.route_of(pair.server).filters = plan.filter_sets.add({{{kind, 0}}, before_fault});
  }
  ExtAuthzPlan& authoriser(Duration timeout = milliseconds(200)) {
    filter(FilterKind::ExtAuthz);
    return pair.hand.plan().authorisers.emplace_back(
        ExtAuthzPlan{.name = "authz", .call = call(timeout)});
  }
  GlobalRateLimitPlan& limiter(Duration timeout = milliseconds(20)) {
    filter(FilterKind::GlobalRateLimit);
    return pair.hand.plan().global_rate_limits.emplace_back(
        GlobalRateLimitPlan{.name = "limit", .call = call(timeout)});
  }
  HandlerPlan& answers() { return pair.hand.handler_of(asked); }

  Pair pair;
  WorkloadId asked;
};

TEST_CASE("filter_calls: a request waits for its authoriser, whose time adds to its own") {
  Trio t(milliseconds(30));
  t.authoriser();
  const auto record = t.pair.run({0});
  CHECK(outcomes(*record) == Outcomes{"200", "200"});
  CHECK(record->requests.parent[0] != record->requests.parent[1]);  // the check is its child
  CHECK(latency_ms(*record, 0) == doctest::Approx(40.0));
  CHECK(latency_ms(*record, 1) == doctest::Approx(30.0));
  CHECK(counter(*record, ProxyCounter::ext_authz_ok) == 1);
}

TEST_CASE("filter_calls: what an authoriser's status makes of a request") {
  struct Row {
    std::uint16_t status;
    bool fails_open;
    std::string outcome;
    Details details;
  };
  const Row rows[] = {
      {200, false, "200", Details::ViaUpstream},
      {201, false, "201 UAEX", Details::ExtAuthzDenied},
      {401, false, "401 UAEX", Details::ExtAuthzDenied},
      {403, true, "403 UAEX", Details::ExtAuthzDenied},
      {500, false, "406 UAEX", Details::ExtAuthzError},
      {503, true, "200", Details::ViaUpstream},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    Trio t;
    t.authoriser().failure_mode_allow = row.fails_open;
    t.pair.hand.plan().authorisers[0].status_on_error = 406;
    t.answers().answer.status = row.status;
    const auto record = t.pair.run({0});
    CHECK(outcomes(*record)[0] == row.outcome);
    const RequestTable& table = record->requests;
    for (std::size_t i = 0; i < table.id.size(); ++i) {
      if (table.id[i] == 0) CHECK(table.details[i] == static_cast<std::uint8_t>(row.details));
    }
    const bool allowed = row.status == 503;
    CHECK(counter(*record, ProxyCounter::ext_authz_failure_mode_allowed) == (allowed ? 1 : 0));
    CHECK(counter(*record, ProxyCounter::ext_authz_error) == (row.status >= 500 ? 1 : 0));
  }
}

TEST_CASE("filter_calls: a slow authoriser is given up at the timeout of the call") {
  Trio t(seconds(1));
  t.authoriser(milliseconds(200));
  const auto record = t.pair.run({0});
  CHECK(outcomes(*record) == Outcomes{"403 UAEX", "504 UT"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(200.0).epsilon(0.001));
}

TEST_CASE("filter_calls: a cluster that nobody knows is an error at once") {
  Trio t;
  ExtAuthzPlan& authoriser = t.authoriser();
  authoriser.call.cluster = t.pair.hand.plan().clusters.add("outbound|1||nobody");
  const auto record = t.pair.run({0});
  CHECK(outcomes(*record) == Outcomes{"403 UAEX", "503 NC"});
  CHECK(latency_ms(*record, 0) < 1);
}

TEST_CASE("filter_calls: who hangs up takes the call along") {
  Trio t(milliseconds(100));
  t.authoriser();
  t.pair.hand.requests_at(t.pair.client, t.pair.server, {0});
  t.pair.hand.plan().loads[LoadId{0}].timeout = milliseconds(50);
  Simulation simulation(t.pair.hand.build(), 1);
  simulation.run_until(Instant{} + seconds(1));
  const auto record = simulation.record();
  CHECK(outcomes(*record) == Outcomes{"0 DC", "0 DC"});
  CHECK(latency_ms(*record, 1) == doctest::Approx(50.0));
  CHECK(record->info.requests_in_flight == 0);
}

TEST_CASE("filter_calls: in front of the fault filter and behind it") {
  for (const std::uint32_t before : {1u, 0u}) {
    CAPTURE(before);
    Trio t(milliseconds(20));
    t.authoriser();
    t.filter(FilterKind::ExtAuthz, before);
    RoutePlan& route = t.pair.hand.route_of(t.pair.server);
    route.fault.delay_share = {1'000'000};
    route.fault.delay = milliseconds(50);
    const auto record = t.pair.run({0});
    CHECK(outcomes(*record) == Outcomes{"200 DI", "200"});
    CHECK(latency_ms(*record, 0) == doctest::Approx(80.0));
    const RequestTable& table = record->requests;
    const std::size_t check = table.id[0] == 1 ? 0 : 1;
    CHECK(table.started_ns[check] == (before == 1 ? 0 : milliseconds(50).ns));
  }
}

TEST_CASE("filter_calls: an unknown authoriser denies") {
  Trio t;
  t.filter(FilterKind::Deny);
  const auto record = t.pair.run({0});
  CHECK(outcomes(*record) == Outcomes{"403"});
  CHECK(record->requests.details[0] == static_cast<std::uint8_t>(Details::RbacDenied));
}

TEST_CASE("filter_calls: what a rate limit service's answer makes of a request") {
  struct Row {
    std::uint16_t status;
    bool fails_closed;
    std::string outcome;
  };
  const Row rows[] = {{200, true, "200"},
                      {429, false, "429 RL"},
                      {500, false, "200"},
                      {500, true, "500 RLSE"},
                      {403, true, "500 RLSE"}};
  for (const Row& row : rows) {
    CAPTURE(row.status);
    Trio t;
    t.limiter().failure_mode_deny = row.fails_closed;
    t.answers().answer.status = row.status;
    CHECK(outcomes(*t.pair.run({0}))[0] == row.outcome);
  }
  Trio slow(milliseconds(50));
  slow.limiter().failure_mode_deny = true;
  const auto record = slow.pair.run({0});
  CHECK(outcomes(*record) == Outcomes{"500 RLSE", "504 UT"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(20.0).epsilon(0.001));
}

TEST_CASE("filter_calls: what is not enforced passes") {
  Trio t;
  t.limiter().enforced = {0};
  t.answers().answer.status = 429;
  CHECK(outcomes(*t.pair.run({0}))[0] == "200");
}

TEST_CASE("filter_calls: a service counts in fixed spans of time, refused requests too") {
  Trio t(Duration{0});
  t.limiter();
  Plan& plan = t.pair.hand.plan();
  plan.limits.push_back({.counter = 0, .requests = 2, .per = seconds(1)});
  plan.limit_counters = 1;
  t.answers().first_limit = 0;
  t.answers().limits = 1;
  const auto record = t.pair.run({0, 100, 200, 999, 1000, 1500, 1600});
  Outcomes own;
  for (const std::string& outcome : outcomes(*record)) own.push_back(outcome);
  CHECK(own == Outcomes{"200", "200", "200", "200", "429 RL", "429", "429 RL", "429", "200", "200",
                        "200", "200", "429 RL", "429"});
}

TEST_CASE("filter_calls: a receiving sidecar that refuses says x-envoy-ratelimited to its caller") {
  for (const bool says : {true, false}) {
    CAPTURE(says);
    Trio t;
    Plan& plan = t.pair.hand.plan();
    t.pair.retry(RetryOn::EnvoyRateLimited, 1);
    plan.workloads[t.pair.server].receives_through_sidecar = true;
    plan.global_rate_limits.push_back({.name = "limit", .call = t.call()});
    if (says) {
      plan.responses.push_back({.envoy_ratelimited = true});
      plan.global_rate_limits[0].response = 1;
    }
    RoutePlan inbound;
    inbound.filters = plan.filter_sets.add({{{FilterKind::GlobalRateLimit, 0}}, 1});
    const RouteId route = plan.routes.add(inbound);
    ClusterConfig limits;
    limits.cluster = plan.clusters.add("inbound|8080||");
    const ClusterConfigId config = plan.cluster_configs.add(limits);
    t.pair.hand.answers(t.asked, 1, 1, t.pair.answer(429, milliseconds(1)));
    t.pair.hand.requests_at(t.pair.client, t.pair.server, {0});
    auto built = std::make_shared<Plan>(*t.pair.hand.build());
    ProxyConfig& proxy = built->versions.front().proxies[t.pair.server];
    proxy.inbound = config;
    proxy.inbound_route_of.resize(built->templates.size());
    proxy.inbound_route_of[t.pair.hand.request_to(t.pair.server)] = route;
    Simulation simulation(built, 1);
    simulation.run_until(Instant{} + seconds(10));
    CHECK(outcomes(*simulation.record()).front() == (says ? "200" : "429"));
  }
}

TEST_CASE("filter_calls: a copy of the world waits for itself") {
  Trio t(milliseconds(30));
  t.authoriser();
  t.pair.hand.requests_at(t.pair.client, t.pair.server, {0, 10, 20});
  Engine one(t.pair.hand.build(), 1);
  one.run_until(Instant{} + milliseconds(15), {});
  Engine fork = one;
  one.run_until(Instant{} + seconds(1), {});
  fork.run_until(Instant{} + seconds(1), {});
  CHECK(outcomes(*one.record()) == testing::times(6, "200"));
  CHECK(outcomes(*fork.record()) == outcomes(*one.record()));
  CHECK(one.world().loop.fingerprint() == fork.world().loop.fingerprint());
}

TEST_CASE("filter_calls: preflights are answered, other requests pass") {
  struct Row {
    CorsPlan plan;
    Details details;
    std::uint64_t valid, invalid;
  };
  const Row rows[] = {{CorsPlan::Preflight, Details::CorsResponse, 1, 0},
                      {CorsPlan::PreflightRefused, Details::CorsResponse, 0, 1},
                      {CorsPlan::OriginValid, Details::ViaUpstream, 1, 0},
                      {CorsPlan::OriginInvalid, Details::ViaUpstream, 0, 1}};
  for (const Row& row : rows) {
    Trio t;
    Plan& plan = t.pair.hand.plan();
    t.pair.hand.route_of(t.pair.server).filters =
        plan.filter_sets.add({{{FilterKind::Cors, static_cast<std::uint32_t>(row.plan)}}, 0});
    const auto record = t.pair.run({0});
    CHECK(outcomes(*record) == Outcomes{"200"});
    CHECK(record->requests.details[0] == static_cast<std::uint8_t>(row.details));
    CHECK(counter(*record, ProxyCounter::cors_origin_valid) == row.valid);
    CHECK(counter(*record, ProxyCounter::cors_origin_invalid) == row.invalid);
  }
}

}  // namespace
}  // namespace mesh
