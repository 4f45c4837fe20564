// Published results on what callers do, met by scenarios in YAML alone.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "libmesh/mesh.h"
#include "tests/support/outcomes.h"
#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::SmallScenario;

/// doctest's Approx adds 1 to the size of what it compares: too wide for shares.
void check_within(double value, double expected, double tolerance) {
  CAPTURE(value);
  CAPTURE(expected);
  CHECK(std::abs(value - expected) <= tolerance);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

std::string with_replicas(const std::string& yaml, const std::string& name, int count) {
  const std::string head = "kind: Deployment\nmetadata: {name: " + name + "}\nspec:\n";
  return replaced(yaml, head, head + "  replicas: " + std::to_string(count) + "\n");
}

std::shared_ptr<const RunRecord> run_yaml(const std::string& yaml, std::uint64_t seed = 1) {
  const Scenario scenario = parse_scenario(yaml, "callers.yaml");
  for (const Diagnostic& problem : scenario.diagnostics) {
    if (problem.severity == Severity::Error) FAIL_CHECK(to_string(problem));
  }
  REQUIRE(!scenario.diagnostics.has_errors());
  const CompileResult result = compile(scenario);
  REQUIRE(result.plan != nullptr);
  return run(result.plan, {.seed = seed});
}

/// Requests of loads and calls that begin at `from` or later.
struct Tally {
  double roots = 0, good_roots = 0, calls = 0, good_calls = 0, call_seconds = 0;
};
Tally tally(const RunRecord& record, Duration from = {}, Duration to = hours(1)) {
  Tally sum;
  const RequestTable& t = record.requests;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (t.started_ns[i] < from.ns || t.started_ns[i] >= to.ns) continue;
    const double good = t.code[i] == 200 ? 1 : 0;
    if (t.id[i] == t.root[i]) {
      sum.roots += 1;
      sum.good_roots += good;
    } else {
      sum.calls += 1;
      sum.good_calls += good;
      sum.call_seconds += 1e-9 * static_cast<double>(t.ended_ns[i] - t.started_ns[i]);
    }
  }
  return sum;
}

double share_above(const RunRecord& record, double ms) {
  double above = 0, all = 0;
  const RequestTable& t = record.requests;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (t.id[i] != t.root[i]) continue;
    all += 1;
    above += 1e-6 * static_cast<double>(t.ended_ns[i] - t.started_ns[i]) > ms ? 1 : 0;
  }
  return above / all;
}

const std::string free_store = "{workers: unlimited, sidecar: false, ";

std::string caller(const std::string& words) {
  return "{workers: unlimited, sidecar: false, script: [{call: {service: store, statusOnError: "
         "same, " +
         words + "}}]}";
}

// Beyer et al. (eds), Site Reliability Engineering, 2016, chapter 21, in the fluid limit: sent is
// min(A, K C), and the rest is dropped by the caller.
TEST_CASE("callers: E08 adaptive throttling sends K times what is accepted, at most") {
  struct Row {
    double k, offered, sent;
  };
  for (const Row& row :
       {Row{2, 1.5, 1.5}, Row{2, 3, 2}, Row{2, 10, 2}, Row{1.1, 5, 1.1}, Row{1.5, 3, 1.5}}) {
    CAPTURE(row.k);
    CAPTURE(row.offered);
    const auto record = run_yaml(
        SmallScenario{.server = caller("throttle: {k: " + std::to_string(row.k) + ", window: 10s}"),
                      .load = "open: {rate: " + std::to_string(50 * row.offered) + "}",
                      .store = "{workers: 1, time: 20ms, queue: 10, sidecar: false}",
                      .until = "130s"}
            .yaml());
    const Tally steady = tally(*record, seconds(50));
    const double capacity = 50.0 * 80;
    check_within(steady.good_calls / capacity, 1.0, 0.03 * 1.0);
    check_within(steady.calls / steady.good_calls, row.sent, 0.03 * (row.sent));
  }
}

// Brooker, Fixing retries with token buckets and circuit breakers, 2022: 100 clients at 10 rps for
// 10 s; reference values are our own runs of that model.
TEST_CASE("callers: E09 no retries, three, a token bucket, a breaker on retries") {
  const std::string at_once = "retry: {backoff: {law: none}, ";
  const std::string three = at_once + "attempts: 3}";
  const std::string bucket = at_once + "attempts: unlimited, budget: {burst: 5, ratio: 0.1}}";
  const std::string breaker = at_once + "attempts: 3, budget: {law: failures, share: 10%}}";
  struct Row {
    const std::string& policy;
    double f, success, load;
  };
  const std::string none = "retry: {attempts: 1, retryOn: [418]}";
  for (const Row& row : {Row{none, 0.3, 0.7, 1}, Row{three, 0.1, 1.0, 1.111},
                         Row{three, 0.5, 0.938, 1.875}, Row{bucket, 0.05, 1.0, 1.054},
                         Row{bucket, 0.1, 0.992, 1.101}, Row{bucket, 0.3, 0.796, 1.139},
                         Row{bucket, 0.5, 0.571, 1.142}, Row{breaker, 0.05, 0.987, 1.040},
                         Row{breaker, 0.1, 0.932, 1.033}, Row{breaker, 0.3, 0.699, 1.0}}) {
    CAPTURE(row.policy);
    CAPTURE(row.f);
    const std::string yaml =
        SmallScenario{.server = caller(row.policy),
                      .load = "open: {rate: 1000}",
                      .store = free_store + "time: {exponential: {mean: 20ms}}, errorRate: " +
                               std::to_string(row.f) + "}",
                      .until = "10s"}
            .yaml();
    const Tally all = tally(*run_yaml(with_replicas(yaml, "server", 100)));
    check_within(all.good_roots / all.roots, row.success, 0.01);
    check_within(all.calls / all.roots, row.load, 0.01);
  }
}

// Site Reliability Engineering, chapter 21, "Deciding to Retry".
TEST_CASE("callers: E07 two retries almost treble the load of who refuses nearly all") {
  const auto load = [](const std::string& budget) {
    const std::string yaml =
        SmallScenario{.server = caller("retry: {attempts: 2, backoff: {law: none}" + budget + "}"),
                      .load = "open: {rate: 1000}",
                      .store = free_store + "time: 1ms, errorRate: 99%}",
                      .until = "10s"}
            .yaml();
    const Tally all = tally(*run_yaml(with_replicas(yaml, "server", 100)));
    return all.calls / all.roots;
  };
  check_within(load(""), 2.97, 0.007 * 2.97);
  check_within(load(", budget: {burst: 1.1, ratio: 0.1}"), 1.10, 0.01 * 1.10);
}

// Timeouts, retries and backoff with jitter, Amazon Builders' Library.
TEST_CASE("callers: E06 three tries at two layers are nine calls") {
  const auto record =
      run_yaml(SmallScenario{.server = caller("retry: {attempts: 2, backoff: {law: none}}"),
                             .load = "arrivals: [0s], retry: {attempts: 2, backoff: {law: none}}",
                             .store = free_store + "time: 1ms, status: 503}"}
                   .yaml());
  CHECK(tally(*record).calls == 9);
}

// Dean and Barroso, The Tail at Scale, CACM 56(2), 2013. Replies of Exp(1), a copy after t:
// P(T > x) = exp(-t - 2 (x - t)), and exp(-t) copies.
TEST_CASE("callers: E10 a hedge after the 95th percentile cuts the tail for 5 % more calls") {
  const auto hedged = [](const std::string& after) {
    return run_yaml(SmallScenario{.server = caller("hedge: {after: " + after + "}"),
                                  .load = "open: {rate: 400}",
                                  .store = free_store + "time: {exponential: {mean: 10ms}}}",
                                  .until = "100s"}
                        .yaml());
  };
  const auto exact = hedged("29.957323ms");  // ln 20
  const Tally all = tally(*exact);
  check_within(all.calls / all.roots, 1.05, 0.003 * 1.05);
  check_within(share_above(*exact, 38.00451), 0.01, 0.12 * 0.01);
  check_within(share_above(*exact, 29.957323), 0.05, 0.06 * 0.05);
  const auto learnt = hedged("p95");
  const Tally of_it = tally(*learnt);
  check_within(of_it.calls / of_it.roots, 1.05, 0.006 * 1.05);
  check_within(share_above(*learnt, 38.00451), 0.01, 0.2 * 0.01);
  const Tally early = tally(*hedged("10ms"));
  check_within(early.calls / early.roots, 1.367879, 0.01 * 1.367879);
}

TEST_CASE("callers: E10 one slow answer in a hundred is in two of three fans of a hundred") {
  std::string branches;
  for (int k = 0; k < 100; ++k) branches += k == 0 ? "{call: store}" : ", {call: store}";
  const auto record = run_yaml(SmallScenario{
      .server = "{workers: unlimited, sidecar: false, script: [[" + branches + "]]}",
      .load = "open: {rate: 40}",
      .store = free_store + "time: 1ms, rules: [{when: {chance: {p: 1%, seed: 5}}, then: {time: "
                            "1s}}]}",
      .until = "20s"}
                                   .yaml());
  check_within(share_above(*record, 500), 0.634, 0.08 * 0.634);
}

// Polan, Your Circuit Breaker is Misconfigured, Shopify Engineering, 2020: services x half-open
// timeout / (threads x error timeout) = 262.5 % and 3.5 %. That leaves out that a circuit is not
// open while it is being probed, nor until the next call comes; here both belong to the cycle.
TEST_CASE("callers: E11 what 42 half-open circuits cost two threads") {
  struct Row {
    const char *open, *timeout;
    double open_s, timeout_s, rate, until_s;
  };
  for (const Row& row :
       {Row{"2s", "250ms", 2, 0.25, 840, 40}, Row{"30s", "50ms", 30, 0.05, 420, 100}}) {
    CAPTURE(std::string(row.open));
    std::string ways, services;
    for (int k = 0; k < 42; ++k) {
      const std::string name = "redis-" + std::to_string(k);
      ways += (k == 0 ? "" : ", ") + std::string("{script: [{call: {service: ") + name +
              ", timeout: 250ms, onError: degrade, breaker: {failures: 3, within: 2s, open: " +
              row.open + ", halfOpen: {successes: 2, timeout: " + row.timeout + "}}}}]}";
      services += "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name +
                  "}\nspec: {selector: {app: store}, ports: [{name: http, port: 80}]}\n";
    }
    const std::string yaml =
        SmallScenario{
            .server = "{workers: unlimited, sidecar: false, script: [{choose: [" + ways + "]}]}",
            .load = "open: {rate: " + std::to_string(row.rate) + "}",
            .store = free_store + "action: hang}",
            .until = std::to_string(row.until_s) + "s"}
            .yaml() +
        services;
    const auto record = run_yaml(yaml);
    const double from = 10, length = row.until_s - from;
    const double busy = tally(*record, seconds(10)).call_seconds / length / 2;
    const double cycle = row.open_s + row.timeout_s + 42 / row.rate;
    const double exact = 42 * row.timeout_s / (2 * cycle);
    check_within(busy, exact, 0.03 * exact);
    // The published 3.5 % holds; the published 262.5 % does not, 230 % is what such a cycle needs.
    if (row.open_s > 10) check_within(busy, 0.035, 0.005);
  }
}

// Jenson and Oanta, Beyond Round Robin, 2016: eleven hosts, one of which takes 2 s for half of the
// time; shares over 1 s of our own runs of that model: 4.545 %, 0.44 %, 0.07 %.
TEST_CASE("callers: E13 a slow replica under round robin, least loaded, peak EWMA") {
  const auto over_a_second = [](const std::string& by) {
    const std::string yaml =
        SmallScenario{.server = caller("balance: " + by),
                      .load = "open: {arrivals: constant, rate: 1000}",
                      .store = free_store + "time: {lognormal: {mean: 167ms, cv: 0.03}}}",
                      .until = "60s",
                      .more =
                          "  faults:\n  - {at: 15s, for: 30s, slow: {workload: store, factor: "
                          "12, replicas: 1}}\n"}
            .yaml();
    return share_above(*run_yaml(with_replicas(yaml, "store", 11)), 1000);
  };
  const double turns = over_a_second("roundRobin"), least = over_a_second("leastLoaded"),
               ewma = over_a_second("peakEwma");
  check_within(turns, 0.0455, 0.022 * 0.0455);
  CHECK(least > 0.0035);
  CHECK(least < 0.0060);
  CHECK(ewma <= 0.0012);
  check_within(over_a_second("random"), 0.0455, 0.05 * 0.0455);
}

// Zhou et al., Overload Control for Scaling WeChat Microservices, SoCC 2018.
TEST_CASE("callers: E20 random shedding keeps p^k of k-fold calls, priorities keep half") {
  for (int k = 1; k <= 4; ++k) {
    CAPTURE(k);
    std::string script;
    for (int c = 0; c < k; ++c) script += c == 0 ? "{call: store}" : ", {call: store}";
    const std::string server = "{workers: unlimited, sidecar: false, script: [" + script + "]}";
    const Tally random =
        tally(*run_yaml(SmallScenario{.server = server,
                                      .load = "open: {rate: 400}",
                                      .store = free_store + "time: 1ms, errorRate: 50%}"}
                            .yaml()));
    const double p_k = 1.0 / static_cast<double>(1 << k);
    CHECK(std::abs(random.good_roots / random.roots - p_k) < 0.02);
    // Twice the capacity of 1,000 calls/s, 48 % of the users before the others.
    const double rate = 2000.0 / k;
    const auto by_class = run_yaml(SmallScenario{
        .server = server,
        .load = "priority: 1, open: {rate: " + std::to_string(0.48 * rate) +
                "}}\n  - {name: rest, to: {service: server}, priority: 5, open: {rate: " +
                std::to_string(0.52 * rate) + "}",
        .store = "{workers: 1, time: 1ms, sidecar: false, queue: {places: 30, order: "
                 "priority}}"}
                                       .yaml());
    const Tally all = tally(*by_class);
    CHECK(std::abs(all.good_roots / all.roots - 0.5) < 0.03);
  }
}

}  // namespace
}  // namespace mesh
