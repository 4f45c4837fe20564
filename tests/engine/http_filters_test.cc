// Filters that refuse requests before the router sees them, at callers and at receivers.
#include <doctest/doctest.h>

#include <algorithm>

#include "libmesh/engine/engine.h"
#include "tests/support/outcomes.h"
#include "tests/support/pair.h"

namespace mesh {
namespace {

using testing::outcomes;
using testing::Pair;
using testing::times;
using Outcomes = std::vector<std::string>;

FilterSetId add_set(Plan& plan, std::vector<FilterPlan> filters, std::uint32_t before_fault) {
  return plan.filter_sets.add({std::move(filters), before_fault});
}

FilterPlan rate_limit(Plan& plan, const TokenBucketConfig& bucket,
                      Millionths enforced = {1'000'000}, Millionths enabled = {1'000'000}) {
  plan.rate_limits.push_back(
      {.enabled = enabled, .enforced = enforced, .fallback = plan.buckets.add({"bucket", bucket})});
  return {FilterKind::RateLimit, static_cast<std::uint32_t>(plan.rate_limits.size() - 1)};
}

TEST_CASE("http_filters: a bucket of two that gains one each second") {
  Pair p(milliseconds(1));
  Plan& plan = p.hand.plan();
  p.hand.route_of(p.server).filters = add_set(plan, {rate_limit(plan, {2, 1, seconds(1)})}, 1);
  const auto record = p.run({0, 0, 0, 999, 1000, 1001, 5000, 5000, 5000});
  CHECK(outcomes(*record) ==
        Outcomes{"200", "200", "429 RL", "429 RL", "200", "429 RL", "200", "200", "429 RL"});
  for (std::size_t i = 0; i < record->requests.code.size(); ++i) {
    if (record->requests.code[i] != 429) continue;
    CHECK(record->requests.attempts[i] == 0);
    CHECK(record->requests.details[i] == static_cast<std::uint8_t>(Details::LocalRateLimited));
  }
}

TEST_CASE("http_filters: what is not enabled takes no token, what is not enforced passes") {
  Pair off(milliseconds(1)), watched(milliseconds(1));
  for (Pair* p : {&off, &watched}) {
    Plan& plan = p->hand.plan();
    const FilterPlan filter = p == &off
                                  ? rate_limit(plan, {1, 1, hours(1)}, {1'000'000}, Millionths{0})
                                  : rate_limit(plan, {1, 1, hours(1)}, Millionths{0});
    p->hand.route_of(p->server).filters = add_set(plan, {filter}, 1);
  }
  CHECK(outcomes(*off.run({0, 1, 2})) == times(3, "200"));
  CHECK(outcomes(*watched.run({0, 1, 2})) == times(3, "200"));
}

TEST_CASE("http_filters: descriptors take their tokens first; what was taken stays taken") {
  Pair p(milliseconds(1));
  Plan& plan = p.hand.plan();
  const BucketId slow = plan.buckets.add({"slow", {1, 1, hours(1)}});
  const BucketId fast = plan.buckets.add({"fast", {5, 1, hours(1)}});
  const BucketId rest = plan.buckets.add({"rest", {9, 1, hours(1)}});
  plan.rate_limits.push_back(
      {.enabled = {1'000'000}, .enforced = {1'000'000}, .matched = {slow, fast}, .fallback = rest});
  p.hand.route_of(p.server).filters = add_set(plan, {{FilterKind::RateLimit, 0}}, 1);
  p.hand.requests_at(p.client, p.server, {0, 1});
  Engine engine(p.hand.build(), 1);
  engine.run_until(Instant{} + seconds(1), {});
  CHECK(outcomes(*engine.record()) == Outcomes{"200", "429 RL"});
}

TEST_CASE("http_filters: in front of the fault filter nothing is delayed, behind it it is") {
  for (const bool before : {true, false}) {
    CAPTURE(before);
    Pair p(milliseconds(1));
    Plan& plan = p.hand.plan();
    RoutePlan& route = p.hand.route_of(p.server);
    route.fault.delay_share = {1'000'000};
    route.fault.delay = milliseconds(50);
    route.filters = add_set(plan, {rate_limit(plan, {1, 1, hours(1)})}, before ? 1 : 0);
    const auto record = p.run({0, 1});
    CHECK(outcomes(*record) == Outcomes{"200 DI", before ? "429 RL" : "429 DI,RL"});
    CHECK((testing::latency_ms(*record, 1) < 10) == before);
  }
}

TEST_CASE("http_filters: at the receiver all callers share the bucket, and see a plain 429") {
  Pair p(milliseconds(1));
  p.hand.plan().record.requests = true;
  const WorkloadId second = p.hand.client("second");
  Plan& plan = p.hand.plan();
  plan.workloads[p.server].receives_through_sidecar = true;
  RoutePlan inbound;
  inbound.name = "default";
  inbound.filters = add_set(plan, {rate_limit(plan, {3, 1, hours(1)})}, 1);
  const RouteId route = plan.routes.add(inbound);
  ClusterConfig limits;
  limits.cluster = plan.clusters.add("inbound|8080||");
  const ClusterConfigId config = plan.cluster_configs.add(limits);
  p.hand.requests_at(p.client, p.server, {0, 10});
  p.hand.requests_at(second, p.server, {5, 15});
  auto built = std::make_shared<Plan>(*p.hand.build());
  ProxyConfig& proxy = built->versions.front().proxies[p.server];
  proxy.inbound = config;
  proxy.inbound_route_of.resize(built->templates.size());
  proxy.inbound_route_of[p.hand.request_to(p.server)] = route;
  Simulation simulation(built, 1);
  simulation.run_until(Instant{} + seconds(1));
  const auto record = simulation.record();
  std::vector<std::string> own, receiver;
  const std::vector<std::string> all = outcomes(*record);
  const RequestTable& t = record->requests;
  std::vector<std::size_t> order(t.id.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[t.id[i]] = i;
  for (std::size_t i = 0; i < all.size(); ++i) {
    (t.inbound[order[i]] != 0 ? receiver : own).push_back(all[i]);
  }
  CHECK(own == Outcomes{"200", "200", "200", "429"});
  CHECK(receiver == Outcomes{"200", "200", "200", "429 RL"});
}

TEST_CASE("http_filters: admission control refuses a share while all fail, and recovers") {
  Pair p(milliseconds(1));
  Plan& plan = p.hand.plan();
  plan.admission_controls.push_back({"control", {.sampling_window = seconds(5)}});
  p.hand.route_of(p.server).filters = add_set(plan, {{FilterKind::AdmissionControl, 0}}, 1);
  p.hand.answers(p.server, 1, 200, p.answer(503, milliseconds(1)));
  std::vector<int> at;
  for (int k = 0; k < 2000; ++k) at.push_back(10 * k);
  const auto record = p.run(at);
  const RequestTable& t = record->requests;
  std::size_t early = 0, late = 0;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (t.details[i] != static_cast<std::uint8_t>(Details::AdmissionDenied)) continue;
    CHECK(t.code[i] == 503);
    CHECK(t.attempts[i] == 0);
    ++(t.started_ns[i] < seconds(2).ns ? early : late);
    CHECK(t.started_ns[i] < seconds(18).ns);
  }
  CHECK(early > 100);  // of 200, at most 80 %
  CHECK(early < 180);
  CHECK(late > 0);
}

TEST_CASE("http_filters: adaptive concurrency begins with its minimum and then finds a limit") {
  Pair p(milliseconds(10), 1, 4);
  Plan& plan = p.hand.plan();
  GradientConfig gradient;
  gradient.min_rtt_request_count = 20;
  gradient.min_concurrency = 3;
  plan.concurrency_limits.push_back({"limit", gradient});
  p.hand.route_of(p.server).filters = add_set(plan, {{FilterKind::AdaptiveConcurrency, 0}}, 1);
  std::vector<int> at;
  for (int burst = 0; burst < 200; ++burst) {
    for (int k = 0; k < 8; ++k) at.push_back(burst * 50);
  }
  const auto record = p.run(at);
  const RequestTable& t = record->requests;
  std::size_t refused_first = 0, refused_last = 0;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (t.details[i] != static_cast<std::uint8_t>(Details::ConcurrencyLimited)) continue;
    CHECK(t.code[i] == 503);
    if (t.started_ns[i] == 0) ++refused_first;
    if (t.started_ns[i] >= seconds(9).ns) ++refused_last;
  }
  CHECK(refused_first == 5);  // 3 of 8 pass while the least round trip is measured
  CHECK(refused_last == 0);   // the limit has grown
}

TEST_CASE("http_filters: a copy of the world keeps its own tokens") {
  Pair p(milliseconds(1));
  Plan& plan = p.hand.plan();
  p.hand.route_of(p.server).filters = add_set(plan, {rate_limit(plan, {2, 1, hours(1)})}, 1);
  p.hand.requests_at(p.client, p.server, {0, 100, 200});
  Engine one(p.hand.build(), 1);
  one.run_until(Instant{} + milliseconds(50), {});
  Engine fork = one;
  one.run_until(Instant{} + seconds(1), {});
  fork.run_until(Instant{} + seconds(1), {});
  CHECK(outcomes(*one.record()) == Outcomes{"200", "200", "429 RL"});
  CHECK(outcomes(*fork.record()) == outcomes(*one.record()));
  CHECK(one.world().loop.fingerprint() == fork.world().loop.fingerprint());
}

}  // namespace
}  // namespace mesh
