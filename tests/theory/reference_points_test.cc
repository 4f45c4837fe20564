// Known values of queueing theory (double precision), each met by the real engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "libmesh/analysis/queueing_theory.h"
#include "libmesh/analysis/summary.h"
#include "libmesh/engine/engine.h"
#include "libmesh/policy/retry.h"
#include "tests/support/station.h"

// Times are in units of the mean service time, 10 ms here. Every row runs 16 replications with
// seeds derived from 7; a mean must lie within three standard errors of the known value, and a
// standard error must be below 5 % of it, 15 % where the tail is thin. `requests` is the length of
// one replication. A percentile is held by the share of the values above it, which has no bias in
// short runs; bins are up to 10 % wide, so half a percent is allowed for them.
namespace mesh {
namespace {

using testing::check_mean;
using testing::finished;
using testing::HandPlan;
using testing::Records;
using testing::Station;
using testing::waiting_share;

constexpr double unit_s = 0.01;
constexpr Duration unit = milliseconds(10);
constexpr double bins = 0.005, thin = 0.15;

Records runs_of(const std::shared_ptr<const Plan>& plan) {
  return replicate(plan, replication_seeds(7, 16));
}
Duration length_of(double requests, double arrivals_per_unit) {
  return nanoseconds(static_cast<std::int64_t>(requests / arrivals_per_unit * unit_s * 1e9));
}

Traffic loads(const RunRecord& record) {
  return summarize(record).all_loads;
}
double response(const RunRecord& record) {
  return loads(record).mean_ms / 10;
}
double failed(const RunRecord& record) {
  return loads(record).error_rate;
}
double answered(const RunRecord& record) {
  return loads(record).goodput_rps * unit_s;
}
double wait(const RunRecord& record) {
  return testing::mean_wait_s(record) / unit_s;
}

/// Share of the values above `units`; those of one bin count as spread evenly.
double above(const Histogram& histogram, double units) {
  const double limit = units * unit_s * 1e9;
  double count = 0;
  for (std::uint32_t i = 0; i < histogram.bins().size(); ++i) {
    const auto low = static_cast<double>(Histogram::lower(histogram.first_bin() + i).ns);
    const auto high = static_cast<double>(Histogram::upper(histogram.first_bin() + i).ns);
    if (high <= limit) continue;
    const double part = low >= limit ? 1.0 : (high - limit) / (high - low);
    count += part * static_cast<double>(histogram.bins()[i]);
  }
  return count / static_cast<double>(histogram.count());
}
testing::Measure slower_than(double units) {
  return [units](const RunRecord& record) { return above(record.latency_by_load[0], units); };
}
testing::Measure waiting_longer_than(double units) {
  return [units](const RunRecord& record) {
    return above(record.queue_time_by_workload[Station::server.value], units);
  };
}

TEST_CASE("theory: Q01-Q04 response of M/M/1: mean, median, 99th and 99.9th percentile") {
  // Busy periods are long and rare at high load: a percentile beyond them (0 here) would need a
  // hundred million requests.
  struct Row {
    const char* id;
    double load, requests;
    std::array<double, 4> expected;
  };
  for (const Row& row : {
           Row{"Q01", 0.5, 100'000, {2.000000, 1.386294, 9.210340, 13.815511}},
           Row{"Q02", 0.8, 200'000, {5.000000, 3.465736, 23.025851, 0}},
           Row{"Q03", 0.9, 500'000, {10.000000, 6.931472, 46.051702, 0}},
           Row{"Q04", 0.95, 400'000, {20.000000, 13.862944, 0, 0}},
       }) {
    CAPTURE(row.id);
    const Records records =
        runs_of(Station().open(row.load / unit_s, length_of(row.requests, row.load)));
    check_mean(records, response, row.expected[0]);
    check_mean(records, slower_than(row.expected[1]), 0.5, bins);
    if (row.expected[2] > 0) check_mean(records, slower_than(row.expected[2]), 0.01, bins, thin);
    if (row.expected[3] > 0) check_mean(records, slower_than(row.expected[3]), 0.001, bins, thin);
  }
}

TEST_CASE("theory: Q05-Q15 M/M/c: who waits, mean wait, 99th percentiles of wait and response") {
  struct Row {
    const char* id;
    std::uint32_t servers;
    double load, requests;
    std::array<double, 4> expected;
  };
  for (const Row& row : {
           Row{"Q05", 2, 1.6, 50'000, {0.711111, 1.777778, 10.660609, 11.937370}},
           Row{"Q06", 4, 3.2, 50'000, {0.596432, 0.745541, 5.110476, 6.893204}},
           Row{"Q07", 5, 2.5, 30'000, {0.130371, 0.052149, 1.027121, 4.688442}},
           Row{"Q08", 5, 4, 50'000, {0.554113, 0.554113, 4.014783, 6.079663}},
           Row{"Q09", 8, 6.4, 50'000, {0.457645, 0.286028, 2.389693, 5.152182}},
           Row{"Q10", 10, 5, 75'000, {0.036105, 0.007221, 0.256771, 4.614156}},
           Row{"Q11", 10, 8, 50'000, {0.409180, 0.204590, 1.855785, 4.946111}},
           Row{"Q12", 20, 16, 75'000, {0.256078, 0.064019, 0.810724, 4.687081}},
           Row{"Q13", 50, 40, 125'000, {0.086953, 0.008695, 0.216278, 4.614785}},
           Row{"Q14", 100, 80, 500'000, {0.019646, 0.000982, 0.033766, 4.606204}},
           Row{"Q15", 100, 95, 400'000, {0.506457, 0.101291, 0.784971, 4.724387}},
       }) {
    CAPTURE(row.id);
    const Records records = runs_of(
        Station{.workers = row.servers}.open(row.load / unit_s, length_of(row.requests, row.load)));
    check_mean(records, waiting_share, row.expected[0]);
    check_mean(records, wait, row.expected[1]);
    check_mean(records, waiting_longer_than(row.expected[2]), 0.01, bins, thin);
    check_mean(records, slower_than(row.expected[3]), 0.01, bins, thin);
  }
}

TEST_CASE("theory: Q16-Q17 a service without a queue loses what Erlang B says") {
  struct Row {
    const char* id;
    std::uint32_t servers;
    double load, lost;
  };
  for (const Row& row :
       {Row{"Q16 (1, 1)", 1, 1, 0.500000}, Row{"Q16 (2, 1)", 2, 1, 0.200000},
        Row{"Q16 (5, 4)", 5, 4, 0.199067}, Row{"Q16 (10, 8)", 10, 8, 0.121661},
        Row{"Q17 (10, 10)", 10, 10, 0.214582}, Row{"Q17 (20, 15)", 20, 15, 0.045593},
        Row{"Q17 (30, 20)", 30, 20, 0.008457}, Row{"Q17 (100, 100)", 100, 100, 0.075700}}) {
    CAPTURE(row.id);
    check_mean(runs_of(Station{.workers = row.servers, .queue = 0}.open(
                   row.load / unit_s, length_of(40'000, row.load))),
               failed, row.lost);
  }
}

TEST_CASE("theory: Q18-Q23 M/M/c/K: lost, answered per unit, time of those answered") {
  struct Row {
    const char* id;
    std::uint32_t servers, places;
    double arrivals;
    std::array<double, 4> expected;  // lost, X, L, T
  };
  for (const Row& row : {
           Row{"Q18", 1, 5, 0.8, {0.088819, 0.728944, 1.868332, 2.563065}},
           Row{"Q19", 1, 10, 0.9, {0.050814, 0.854268, 3.969441, 4.646601}},
           Row{"Q20", 1, 10, 1.5, {0.337232, 0.994152, 8.128659, 8.176476}},
           Row{"Q21", 4, 20, 5, {0.202843, 3.985786, 16.270549, 4.082144}},
           Row{"Q22", 8, 24, 8, {0.049395, 7.604841, 14.322543, 1.883345}},
           Row{"Q23", 8, 16, 12, {0.336105, 7.966742, 14.095315, 1.769270}},
       }) {
    CAPTURE(row.id);
    const Records records =
        runs_of(Station{.workers = row.servers, .queue = row.places - row.servers}.open(
            row.arrivals / unit_s, length_of(50'000, row.arrivals)));
    check_mean(records, failed, row.expected[0]);
    check_mean(records, answered, row.expected[1]);
    // The wait of those that entered, and their service.
    check_mean(records, wait, row.expected[3] - 1);
  }
}

TEST_CASE("theory: Q24-Q30 M/G/1 waits as the second moment of its service says") {
  struct Row {
    const char* id;
    Distribution time;
    double load, requests, wait;
  };
  const auto hyperexponential = [](double cv2) {
    // Two phases with balanced means.
    const double p = 0.5 * (1 + std::sqrt((cv2 - 1) / (cv2 + 1)));
    const auto mean = [](double share) {
      return nanoseconds(static_cast<std::int64_t>(0.5 * unit_s * 1e9 / share));
    };
    return Distribution(Hyperexponential{{p, 1 - p}, {mean(p), mean(1 - p)}});
  };
  const auto mixture = [] {
    return Distribution(std::vector<Mixture>{{0.99, Distribution(Constant{milliseconds(10)})},
                                             {0.01, Distribution(Constant{milliseconds(100)})}});
  };
  // Q30 in ms over a mean of 10.9 ms: loads are per 10.9 ms, the values per 10 ms.
  const double slower = 10.9 / 10;
  const Row rows[] = {
      {"Q24 M/D/1", Distribution(Constant{unit}), 0.5, 25'000, 0.5},
      {"Q24 M/D/1", Distribution(Constant{unit}), 0.8, 50'000, 2.0},
      {"Q24 M/D/1", Distribution(Constant{unit}), 0.9, 100'000, 4.5},
      {"Q25 M/E2/1", Distribution(Gamma{unit, std::sqrt(0.5)}), 0.5, 25'000, 0.75},
      {"Q25 M/E2/1", Distribution(Gamma{unit, std::sqrt(0.5)}), 0.8, 50'000, 3.0},
      {"Q25 M/E2/1", Distribution(Gamma{unit, std::sqrt(0.5)}), 0.9, 100'000, 6.75},
      {"Q26 M/U/1", Distribution(Uniform{milliseconds(5), milliseconds(15)}), 0.8, 50'000,
       2.166667},
      {"Q27 M/H2/1", hyperexponential(4), 0.5, 50'000, 2.5},
      {"Q27 M/H2/1", hyperexponential(4), 0.8, 150'000, 10.0},
      {"Q27 M/H2/1", hyperexponential(4), 0.9, 450'000, 22.5},
      {"Q27 lognormal", Distribution(Lognormal{unit, 2.0}), 0.8, 450'000, 10.0},
      {"Q28 M/H2/1", hyperexponential(9), 0.8, 450'000, 20.0},
      {"Q30 slow hundredth", mixture(), 0.5 / slower, 50'000, 0.9128440},
      {"Q30 slow hundredth", mixture(), 0.8 / slower, 100'000, 3.6513761},
  };
  for (const Row& row : rows) {
    CAPTURE(row.id);
    CAPTURE(row.load);
    check_mean(runs_of(Station{.time = row.time}.open(row.load / unit_s,
                                                      length_of(row.requests, row.load))),
               wait, row.wait);
  }
}

TEST_CASE("theory: Q37 D/M/1 responds sooner than M/M/1") {
  struct Row {
    double load, requests, response;
  };
  for (const Row& row :
       {Row{0.5, 25'000, 1.255001}, Row{0.8, 50'000, 2.692731}, Row{0.9, 100'000, 5.178659}}) {
    CAPTURE(row.load);
    const auto plan = Station().open(row.load / unit_s, length_of(row.requests, row.load), false);
    check_mean(runs_of(plan), response, row.response);
  }
}

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

TEST_CASE("theory: Q58-Q60 finite sources: throughput and response of M/M/c//N") {
  struct Row {
    const char* id;
    std::uint32_t sources, servers;
    double think, throughput, response;
  };
  for (const Row& row :
       {Row{"Q58", 10, 1, 10, 0.785418, 2.732079}, Row{"Q59", 20, 2, 5, 1.994388, 5.028141},
        Row{"Q60", 50, 4, 10, 3.884982, 2.870071}}) {
    CAPTURE(row.id);
    const auto think = nanoseconds(static_cast<std::int64_t>(row.think * unit_s * 1e9));
    const Records records = runs_of(Station{.workers = row.servers}.closed(
        row.sources, think, length_of(30'000, row.throughput)));
    check_mean(
        records, [](const RunRecord& record) { return loads(record).rps * unit_s; },
        row.throughput);
    check_mean(records, response, row.response);
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
