// Known values of balanced stations, networks and fan-outs, each met by the real engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "libmesh/engine/engine.h"
#include "libmesh/policy/retry.h"
#include "tests/theory/units.h"

namespace mesh {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): all words of units.h

/// One proxy that balances over pods with a worker each.
HandPlan balanced(std::uint32_t pods, LoadBalancerKind kind, std::uint32_t choices, double load) {
  HandPlan hand;
  const WorkloadId server = hand.service("server", {.pods = pods, .workers = 1});
  hand.cluster_of(server).load_balancer = {.kind = kind, .choices = choices};
  hand.open_load("arrivals", hand.client("client", 1, true), server, load * pods / unit_s);
  return hand;
}

TEST_CASE("theory: Q35-Q36 round robin over N servers is E_N/M/1") {
  struct Row {
    const char* id;
    std::uint32_t pods;
    double load, requests, response;
  };
  for (const Row& row : {
           Row{"Q35", 2, 0.8, 50'000, 3.843980},
           Row{"Q35", 5, 0.8, 100'000, 3.152257},
           Row{"Q35", 10, 0.8, 150'000, 2.922269},
           Row{"Q35", 100, 0.8, 250'000, 2.715660},
           Row{"Q36", 2, 0.9, 150'000, 7.588284},
           Row{"Q36", 5, 0.9, 200'000, 6.142087},
           Row{"Q36", 10, 0.9, 250'000, 5.660276},
       }) {
    CAPTURE(row.id);
    CAPTURE(row.pods);
    HandPlan hand = balanced(row.pods, LoadBalancerKind::RoundRobin, 2, row.load);
    check_mean(runs_of(finished(hand, length_of(row.requests, row.load * row.pods))), response,
               row.response);
  }
}

TEST_CASE("theory: Q38-Q40 least request is the supermarket model, for many servers") {
  struct Row {
    const char* id;
    std::uint32_t choices;
    double load, response;
  };
  constexpr std::uint32_t pods = 500;
  for (const Row& row : {
           Row{"Q38", 2, 0.5, 1.265686},
           Row{"Q38", 2, 0.7, 1.614454},
           Row{"Q38", 2, 0.8, 1.947363},
           Row{"Q38", 2, 0.9, 2.614057},
           Row{"Q39", 3, 0.5, 1.125244},
           Row{"Q39", 3, 0.8, 1.580886},
           Row{"Q39", 3, 0.9, 2.027856},
           Row{"Q40", 5, 0.5, 1.031250},
           Row{"Q40", 5, 0.8, 1.328918},
           Row{"Q40", 5, 0.9, 1.632881},
       }) {
    CAPTURE(row.id);
    CAPTURE(row.load);
    HandPlan hand = balanced(pods, LoadBalancerKind::LeastRequest, row.choices, row.load);
    // The limit of infinitely many servers; Envoy draws with replacement.
    check_mean(runs_of(finished(hand, length_of(60'000, row.load * pods))), response, row.response,
               0.02);
  }
}

TEST_CASE("theory: Q41 queues of least request are short, doubly exponentially") {
  constexpr std::array<double, 5> expected = {0.9, 0.729, 0.478297, 0.205891, 0.038152};
  constexpr std::uint32_t pods = 500;
  HandPlan hand = balanced(pods, LoadBalancerKind::LeastRequest, 2, 0.9);
  Engine engine(finished(hand, seconds(12)), 41);
  std::array<double, 5> longer{};
  int samples = 0;
  for (Instant t = Instant{} + seconds(2); t < Instant{} + seconds(12); t = t + unit) {
    engine.run_until(t, {});
    ++samples;
    for (std::uint32_t e = 0; e < pods; ++e) {
      const std::uint32_t length = engine.world().endpoints[EndpointId{e}].in_flight;
      for (std::uint32_t k = 0; k < longer.size() && k < length; ++k) longer[k] += 1;
    }
  }
  for (std::size_t k = 0; k < longer.size(); ++k) {
    CAPTURE(k + 1);
    CHECK(longer[k] / (samples * pods) == doctest::Approx(expected[k]).epsilon(0.03));
  }
}

/// A front without a limit that visits stations one after the other.
struct Network {
  HandPlan hand;
  WorkloadId front = hand.service("front", {.workers = 0, .time = Distribution()});

  WorkloadId station(const char* name, std::uint32_t workers, double rate_per_s) {
    const auto mean = nanoseconds(static_cast<std::int64_t>(1e9 / rate_per_s));
    return hand.service(name, {.workers = workers, .time = Distribution(Exponential{mean})});
  }
};

TEST_CASE("theory: Q54 a tandem of three stations is the sum of three M/M/1") {
  Network net;
  net.hand.calls(net.front,
                 {net.station("a", 1, 150), net.station("b", 1, 200), net.station("c", 1, 125)});
  net.hand.open_load("arrivals", net.hand.client("client"), net.front, 100);
  check_mean(
      runs_of(finished(net.hand, seconds(800))),
      [](const RunRecord& record) { return loads(record).mean_ms; }, 70.0);
}

TEST_CASE("theory: Q55-Q57 closed loads over several stations answer as mean value analysis says") {
  struct Row {
    const char* id;
    std::vector<double> demands_ms;
    Duration think;
    std::uint32_t users;
    double throughput_per_s, response_s;
  };
  for (const Row& row : {
           Row{"Q55", {50, 30}, seconds(1), 10, 8.930014, 0.119819},
           Row{"Q56", {50, 30}, seconds(1), 20, 16.255167, 0.230378},
           Row{"Q56", {50, 30}, seconds(1), 30, 19.636478, 0.527769},
           Row{"Q56", {50, 30}, seconds(1), 50, 19.999960, 1.500005},
           Row{"Q57", {10, 20, 5}, Duration{0}, 5, 48.818898, 0.102419},
           Row{"Q57", {10, 20, 5}, Duration{0}, 10, 49.963370, 0.200147},
       }) {
    CAPTURE(row.id);
    CAPTURE(row.users);
    Network net;
    std::vector<WorkloadId> stations;
    for (const double demand : row.demands_ms) {
      stations.push_back(net.station("station", 1, 1000 / demand));
    }
    net.hand.calls(net.front, stations);
    net.hand.closed_load("users", net.hand.client("client"), net.front, row.users,
                         row.think.ns == 0 ? Distribution() : Distribution(Exponential{row.think}));
    const Records records = runs_of(finished(net.hand, seconds(1000)));
    check_mean(
        records, [](const RunRecord& record) { return loads(record).rps; }, row.throughput_per_s);
    check_mean(
        records, [](const RunRecord& record) { return loads(record).mean_ms * 1e-3; },
        row.response_s);
  }
}

/// `front` asks all of its stations at once and waits for the slowest.
void fan_out(HandPlan& hand, WorkloadId front, const std::vector<WorkloadId>& stations) {
  Plan& plan = hand.plan();
  const auto first_branch = static_cast<std::uint32_t>(plan.branches.size());
  for (const WorkloadId station : stations) {
    ScriptPlan script{static_cast<std::uint32_t>(plan.steps.size()), 1};
    const CallId call = plan.calls.add({.request = hand.request_to(station)});
    plan.steps.push_back({.kind = StepKind::Call, .call = call});
    plan.branches.push_back(plan.scripts.add(script));
  }
  ScriptPlan all{static_cast<std::uint32_t>(plan.steps.size()), 1};
  plan.steps.push_back({.kind = StepKind::Parallel,
                        .first_branch = first_branch,
                        .branches = static_cast<std::uint32_t>(stations.size())});
  hand.handler_of(front).answer.script = plan.scripts.add(all);
}

TEST_CASE("theory: Q61 a fan-out of n exponentials takes the n-th harmonic number") {
  struct Row {
    std::uint32_t branches;
    double expected;
  };
  for (const Row& row : {Row{2, 1.5}, Row{5, 2.283333}, Row{10, 2.928968}, Row{100, 5.187378}}) {
    CAPTURE(row.branches);
    Network net;
    const WorkloadId station = net.station("station", 0, 1 / unit_s);
    fan_out(net.hand, net.front, std::vector<WorkloadId>(row.branches, station));
    net.hand.open_load("arrivals", net.hand.client("client"), net.front, 100);
    check_mean(runs_of(finished(net.hand, seconds(10))), response, row.expected);
  }
}

TEST_CASE("theory: Q62 a two-way fork-join of M/M/1 waits for the slower half") {
  struct Row {
    double load, requests, expected;
  };
  for (const Row& row :
       {Row{0.5, 25'000, 2.875}, Row{0.8, 75'000, 7.0}, Row{0.9, 200'000, 13.875}}) {
    CAPTURE(row.load);
    Network net;
    fan_out(net.hand, net.front,
            {net.station("left", 1, 1 / unit_s), net.station("right", 1, 1 / unit_s)});
    net.hand.open_load("arrivals", net.hand.client("client"), net.front, row.load / unit_s);
    check_mean(runs_of(finished(net.hand, length_of(row.requests, row.load))), response,
               row.expected);
  }
}

TEST_CASE("theory: Q63 default back-off: windows of 25, 50, 100, 200, 250 ms and their means") {
  const RetryPolicy policy;
  RetryState state = begin_retries(policy);
  for (const double window : {25, 50, 100, 200, 250}) {
    CAPTURE(window);
    double sum = 0, longest = 0;
    RetryState next = state;
    for (std::uint64_t random = 0; random < 1000; ++random) {
      next = state;
      const double ms = as_seconds(next_backoff(policy, next, random)) * 1e3;
      sum += ms;
      longest = std::max(longest, ms);
    }
    CHECK(longest == doctest::Approx(window - 1));
    CHECK(sum / 1000 == doctest::Approx((window - 1) / 2));
    state = next;
  }
}

TEST_CASE("theory: Q64 availabilities in series multiply") {
  struct Row {
    int services;
    double availability, expected;
  };
  for (const Row& row :
       {Row{10, 0.999, 0.990045}, Row{5, 0.99, 0.950990}, Row{30, 0.999, 0.970431}}) {
    CAPTURE(row.services);
    Network net;
    std::vector<WorkloadId> stations;
    for (int s = 0; s < row.services; ++s) {
      stations.push_back(net.station("station", 0, 1000));
      net.hand.handler_of(stations.back()).error_rate = 1 - row.availability;
    }
    net.hand.calls(net.front, stations);
    net.hand.open_load("arrivals", net.hand.client("client"), net.front, 1000);
    check_mean(runs_of(finished(net.hand, seconds(20))), failed, 1 - row.expected);
  }
}

}  // namespace
}  // namespace mesh
