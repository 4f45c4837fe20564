// What the words of scripts do, in scenarios small enough to work out by hand.
#include <doctest/doctest.h>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

std::shared_ptr<const RunRecord> record_of(const std::string& script, const std::string& store,
                                           const std::string& load = "arrivals: [0s]") {
  return SmallScenario{.server = "{workers: unlimited, sidecar: outbound, script: " + script + "}",
                       .load = load,
                       .store = store}
      .run();
}
/// The answer to the load; the store answers after 2 ms unless it says otherwise.
std::string run(const std::string& script,
                const std::string& store = "{time: 2ms, workers: unlimited, sidecar: false}") {
  return answers(*record_of(script, store));
}
/// The calls to a store, which follows rules by the number of the request.
std::string calls(const std::string& script, const std::string& rules) {
  return answers(
      *record_of(script, "{time: 2ms, workers: unlimited, sidecar: false, rules: [" + rules + "]}"),
      false);
}

const std::string slow_first = "{when: {nth: 1}, then: {time: 50ms}}";
const std::string fails_twice = "{when: {nth: 1-2}, then: {status: 503}}";

TEST_CASE("words: repeat, choose, parallel, calls that nobody waits for") {
  struct Row {
    const char *name, *script, *answer;
  };
  for (const Row& row : {
           Row{"three rounds", "[{repeat: {times: 3, script: [{call: store}]}}]", "200@6"},
           Row{"rounds in rounds",
               "[{repeat: {times: 3, script: [{repeat: {times: 2, script: [{work: 1ms}]}}, "
               "{work: 1ms}]}}]",
               "200@9"},
           Row{"rounds without a step", "[{repeat: {times: 1000000, script: []}}]", "200@0"},
           Row{"no chance, no round", "[{repeat: {chance: 0%, script: [{work: 1ms}]}}]", "200@0"},
           Row{"rounds in branches", "[[{repeat: {times: 3, script: [{work: 1ms}]}}, {work: 2ms}]]",
               "200@3"},
           Row{"branches in rounds that take no time",
               "[{repeat: {times: 5000, script: [[{work: 0s}, {work: 0s}]]}}]", "200@0"},
           Row{"the only way", "[{choose: [{script: [{work: 3ms}]}]}]", "200@3"},
           Row{"a way of weight nothing is not gone",
               "[{choose: [{weight: 0, script: [{work: 3ms}]}, {script: [{work: 5ms}]}]}]",
               "200@5"},
           Row{"a way that does nothing", "[{choose: [{script: []}]}, {work: 1ms}]", "200@1"},
           Row{"all branches", "[{parallel: {branches: [{work: 3ms}, {work: 5ms}]}}]", "200@5"},
           Row{"any branch", "[{parallel: {wait: any, branches: [{work: 3ms}, {work: 5ms}]}}]",
               "200@3"},
           Row{"two of three",
               "[{parallel: {wait: 2, branches: [{work: 9ms}, {work: 3ms}, {work: 5ms}]}}]",
               "200@5"},
           Row{"two of three at once, and none of the rest is begun",
               "[{parallel: {wait: 2, branches: [{work: 0s}, {work: 0s}, {work: 5ms}]}}]", "200@0"},
           Row{"any, where the first fails",
               "[{parallel: {wait: any, branches: [{call: nowhere}, {work: 5ms}]}}]", "200@5"},
           Row{"two, where one of two fails",
               "[{parallel: {wait: 2, branches: [{call: {service: nowhere, statusOnError: 501}}, "
               "{work: 5ms}]}}]",
               "501@0.001"},
           Row{"a call that nobody waits for",
               "[{call: {service: store, wait: false}}, {work: 1ms}]", "200@1"},
           Row{"nobody learns that it fails",
               "[{call: {service: nowhere, wait: false}}, {work: 1ms}]", "200@1"},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(run(row.script) == row.answer);
  }
}

TEST_CASE("words: a caller without sidecar reaches a service, as kube-proxy shows the way") {
  const auto record =
      SmallScenario{.server = "{workers: unlimited, sidecar: false, script: [{call: store}]}"}
          .run();
  CHECK(answers(*record) == "200@2");
  CHECK(answers(*record, false) == "200@2");
}

TEST_CASE("words: branches that are not needed are cancelled, calls nobody waits for are not") {
  CHECK(calls("[{parallel: {wait: any, branches: [{call: store}, {call: store}]}}]", slow_first) ==
        "0@2 200@2");
  CHECK(calls("[{call: {service: store, wait: false}}]", slow_first) == "200@50");
  CHECK(calls("[{call: {service: store, wait: false, timeout: 10ms}}]", slow_first) == "0@10");
}

TEST_CASE("words: retry of a call, outcomes, attempts, pauses") {
  struct Row {
    const char *name, *retry, *calls, *answer;
  };
  for (const Row& row : {
           Row{"none", "", "503@2", "500@2"},
           Row{"twice at once", "retry: {backoff: {law: none}}", "503@2 503@2 200@2", "200@6"},
           Row{"once is not enough", "retry: {attempts: 1, backoff: {law: none}}", "503@2 503@2",
               "500@4"},
           Row{"once, then without", "onError: degrade, retry: {attempts: 1, backoff: {law: none}}",
               "503@2 503@2", "200@4"},
           Row{"fixed", "retry: {backoff: {law: fixed, base: 10ms}}", "503@2 503@2 200@2",
               "200@26"},
           Row{"exponential", "retry: {backoff: {law: exponential, base: 10ms}}",
               "503@2 503@2 200@2", "200@36"},
           Row{"exponential to a maximum",
               "retry: {backoff: {law: exponential, base: 10ms, max: 15ms}}", "503@2 503@2 200@2",
               "200@31"},
           Row{"a law of its own", "retry: {backoff: {time: {list: [1ms, 7ms]}}}",
               "503@2 503@2 200@2", "200@14"},
           Row{"other outcomes", "retry: {retryOn: [timeout, 502], backoff: {law: none}}", "503@2",
               "500@2"},
           Row{"that status", "retry: {retryOn: [503], backoff: {law: none}}", "503@2 503@2 200@2",
               "200@6"},
           Row{"a budget for one", "retry: {backoff: {law: none}, budget: {burst: 2, ratio: 0}}",
               "503@2 503@2", "500@4"},
       }) {
    CAPTURE(std::string(row.name));
    const std::string script = "[{call: {service: store, " + std::string(row.retry) + "}}]";
    const std::string store =
        "{time: 2ms, workers: unlimited, sidecar: false, rules: [" + fails_twice + "]}";
    const auto record = record_of(script, store);
    CHECK(answers(*record, false) == row.calls);
    CHECK(answers(*record) == row.answer);
  }
}

TEST_CASE("words: retry of a call, its timeout is that of each try") {
  CHECK(calls("[{call: {service: store, timeout: 10ms, retry: {backoff: {law: none}}}}]",
              slow_first) == "0@10 200@2");
}

TEST_CASE("words: choose and repeat go by their chances") {
  const std::string load = "open: {arrivals: constant, rate: 1000}";
  const auto mean_ms = [&load](const std::string& script) {
    const auto record = record_of(script, "{time: 2ms, sidecar: false}", load);
    double sum = 0;
    for (std::size_t i = 0; i < record->requests.id.size(); ++i) {
      sum += static_cast<double>(record->requests.ended_ns[i] - record->requests.started_ns[i]);
    }
    return sum * 1e-6 / static_cast<double>(record->requests.id.size());
  };
  // 10,000 requests: standard errors 0.02 and 0.03 ms.
  CHECK(mean_ms("[{choose: [{weight: 3, script: [{work: 1ms}]}, {script: [{work: 5ms}]}]}]") ==
        doctest::Approx(2.0).epsilon(0.04));
  // Geometric from zero: 0.7 / 0.3 rounds.
  CHECK(mean_ms("[{repeat: {chance: 70%, script: [{work: 1ms}]}}]") ==
        doctest::Approx(0.7 / 0.3).epsilon(0.04));
}

}  // namespace
}  // namespace mesh
