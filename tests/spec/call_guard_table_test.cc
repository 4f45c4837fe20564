// What a caller keeps around its calls: defaults, presets, and what cannot be.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

using testing::brief;
using testing::read_text;

CallGuards guards_of(const std::string& words, Diagnostics& problems) {
  const Script steps =
      read_text(script(), "[{call: {service: a, timeout: 1s,\n " + words + "}}]", problems);
  if (steps.empty()) return {};
  return std::get<CallStep>(steps.front()).guards;
}

BreakerSpec breaker_of(const std::string& words) {
  Diagnostics problems;
  const CallGuards guards = guards_of("breaker: " + words, problems);
  CHECK(brief(problems) == "");
  return guards.breaker.value_or(BreakerSpec{});
}

TEST_CASE("call_guard_table: a breaker by numbers, by shares, by the name of a library") {
  CHECK(breaker_of("{}") == BreakerSpec{});
  const BreakerSpec counted = breaker_of(
      "{failures: 3, within: 2s, scope: thread, open: 30s, failOn: [timeout],\n"
      " halfOpen: {probes: unlimited, successes: 2, timeout: 50ms}}");
  CHECK(counted.config == ApplicationBreakerConfig{.failures = 3,
                                                   .within = seconds(2),
                                                   .open = seconds(30),
                                                   .probes = no_limit,
                                                   .successes = 2});
  CHECK(counted.per_thread);
  CHECK(counted.half_open_timeout == milliseconds(50));
  CHECK(counted.fail_on == OutcomeWords{.timeout = true, .server_errors = false});
  const BreakerSpec shared = breaker_of("{failureShare: 20%, minimumCalls: 5}");
  CHECK(shared.config == ApplicationBreakerConfig{.failures = 0, .share = 0.2, .minimum_calls = 5});
  CHECK(breaker_of("hystrix").config == ApplicationBreakerConfig{.failures = 0});
  CHECK(breaker_of("{preset: resilience4j, open: 7s}").config ==
        ApplicationBreakerConfig{.failures = 0,
                                 .minimum_calls = 100,
                                 .window_calls = 100,
                                 .open = seconds(7),
                                 .probes = 10,
                                 .probe_share = 0.5});
  CHECK(breaker_of("semian").config.successes == 2);
  CHECK(breaker_of("polly").config.window == seconds(30));
  CHECK(breaker_of("gobreaker").config.failures == 6);
  CHECK(breaker_of("{preset: hystrix, failures: 2}").config ==
        ApplicationBreakerConfig{.failures = 2});
}

TEST_CASE("call_guard_table: throttle, hedge, balance, deadline") {
  Diagnostics problems;
  const CallGuards guards = guards_of(
      "throttle: {k: 1.1, window: 30s}, hedge: {after: p99.9, max: 2, cancel: false},\n"
      " balance: {by: peakEwma, decay: 5s, choices: 3}, deadline: propagate",
      problems);
  CHECK(brief(problems) == "");
  CHECK(guards.throttle == ThrottleSpec{.config = {.k = 1.1, .window = seconds(30)}});
  CHECK(guards.hedge == HedgeConfig{.quantile = 0.999, .most = 2, .cancels = false});
  CHECK(guards.balance == BalanceSpec{CallBalance::PeakEwma, seconds(5), 3});
  CHECK(guards.deadline == true);
  CHECK(guards_of("hedge: {after: 10ms}", problems).hedge ==
        HedgeConfig{.after = milliseconds(10)});
  CHECK(guards_of("hedge: {tied: true}", problems).hedge == HedgeConfig{.tied = true});
  CHECK(guards_of("balance: leastLoaded", problems).balance ==
        BalanceSpec{CallBalance::LeastLoaded});
  CHECK(brief(problems) == "");
}

TEST_CASE("call_guard_table: what cannot be is named with its place") {
  struct Row {
    const char *words, *problem;
  };
  for (const Row& row : {
           Row{"breaker: envoy", "MS0106"},
           Row{"breaker: {failures: 0}", "MS0108"},
           Row{"breaker: {failures: 3, window: 1s}", "MS0203"},
           Row{"breaker: {window: 1s, windowCalls: 100}", "MS0203"},
           Row{"breaker: {failureShare: 0%}", "MS0108"},
           Row{"breaker: {windowCalls: 9}", "MS0108"},
           Row{"breaker: {halfOpen: {probes: unlimited, failureShare: 50%}}", "MS0108"},
           Row{"throttle: {k: 0.5}", "MS0108"},
           Row{"hedge: {}", "MS0204"},
           Row{"hedge: {after: p100}", "MS0107"},
           Row{"hedge: {after: 1ms, max: 9}", "MS0108"},
           Row{"balance: ringHash", "MS0106"},
           Row{"deadline: obey", "MS0106"},
           Row{"wait: false, hedge: {after: 1ms}", "MS0203"},
       }) {
    CAPTURE(std::string(row.words));
    Diagnostics problems;
    guards_of(row.words, problems);
    CHECK(brief(problems).find(row.problem) != std::string::npos);
  }
}

}  // namespace
}  // namespace mesh
