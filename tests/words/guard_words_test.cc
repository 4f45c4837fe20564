// What the words around calls do, in scenarios small enough to work out by hand.
#include <doctest/doctest.h>

#include "tests/support/outcomes.h"
#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::counter;
using testing::SmallScenario;

struct Result {
  std::string answers, calls;
  std::shared_ptr<const RunRecord> record;
};

Result run(const std::string& server, const std::string& store,
           const std::string& load = "arrivals: [0s]") {
  const auto record = SmallScenario{.server = "{sidecar: outbound, " + server + "}",
                                    .load = load,
                                    .store = "{sidecar: false, " + store + "}"}
                          .run();
  return {answers(*record), answers(*record, false), record};
}
Result call(const std::string& words, const std::string& store,
            const std::string& load = "arrivals: [0s]") {
  return run("workers: unlimited, script: [{call: {service: store, " + words + "}}]", store, load);
}

const std::string fails = "workers: unlimited, time: 2ms, status: 503";

/// Calls one after the other, with 1 ms of work behind each.
std::string rounds(int times, const std::string& words) {
  return "workers: unlimited, script: [{repeat: {times: " + std::to_string(times) +
         ", script: [{call: {service: store, onError: degrade, " + words + "}}, {work: 1ms}]}}]";
}

TEST_CASE("words: breaker, refusals cost a microsecond, a probe follows when its time is over") {
  const std::string words = "breaker: {failures: 2, open: 10ms}";
  const Result six = run(rounds(6, words), fails);
  CHECK(six.calls == "503@2 503@2");
  CHECK(six.answers == "200@10.004");
  CHECK(counter(*six.record, ProxyCounter::call_breaker_refused) == 4);
  // Open from 5 ms on; the tenth refusal would have been at 15.009 ms.
  CHECK(run(rounds(12, words), fails).calls == "503@2 503@2 503@2");
}

TEST_CASE("words: breaker, a probe has a timeout of its own") {
  CHECK(run(rounds(12, "timeout: 8ms, breaker: {failures: 2, open: 5ms, halfOpen: {timeout: 3ms}}"),
            "workers: unlimited, time: 50ms")
            .calls.starts_with("0@8 0@8 0@3 0@3"));
}

TEST_CASE("words: breaker, one for a pod or one for each thread") {
  const std::string words = "onError: degrade, breaker: {failures: 1, open: 9s, scope: ";
  const auto calls = [&](const std::string& scope) {
    return run("workers: 2, script: [{call: {service: store, " + words + scope + "}}}]", fails,
               "arrivals: [0s, 10ms, 20ms, 30ms, 40ms]")
        .calls;
  };
  CHECK(calls("pod") == "503@2");
  CHECK(calls("thread") == "503@2 503@2");
}

TEST_CASE("words: breaker, what it refuses is no outcome to try again") {
  const std::string breaker = "breaker: {failures: 1, open: 1s}, retry: {backoff: {law: none}}";
  const Result result = call(breaker, fails);
  CHECK(result.calls == "503@2");
  CHECK(result.answers == "500@2.001");
  CHECK(call(breaker + ", statusOnError: same", fails).answers == "503@2.001");
  CHECK(call("breaker: {failures: 1, failOn: [timeout]}, retry: {backoff: {law: none}}", fails)
            .calls == "503@2 503@2 503@2");
}

TEST_CASE("words: calls of a pod to one service that say the same share a breaker") {
  const std::string breaker = "onError: degrade, breaker: {failures: 1, open: 1s}}}";
  CHECK(run("workers: unlimited, script: [{call: {service: store, path: /a, " + breaker +
                ", {call: {service: store, path: /b, " + breaker + "]",
            fails)
            .calls == "503@2");
}

TEST_CASE("words: throttle, a callee that turns all away is asked less and less") {
  const Result result = call("onError: degrade, throttle: {window: 10s}", fails,
                             "open: {arrivals: constant, rate: 100}");
  const std::uint64_t refused = counter(*result.record, ProxyCounter::call_throttled);
  // Refused with chance n / (n + 1): one call, and then the harmonic sum of 1,000 less.
  CHECK(refused > 980);
  CHECK(refused < 1000);
}

TEST_CASE("words: deadline, calls wait no longer than the user, and work stops between steps") {
  const std::string load = "arrivals: [0s], timeout: 10ms";
  const std::string slow = "workers: unlimited, time: 20ms";
  const std::string script = "workers: unlimited, script: [{work: 4ms}, {call: store}]";
  CHECK(run(script, slow, load).calls == "200@20");
  CHECK(run("deadline: propagate, " + script, slow, load).calls == "0@6");
  const std::string late = "workers: unlimited, script: [{work: 8ms}, {work: 8ms}, {call: store}]";
  CHECK(run(late, slow, load).calls == "200@20");
  CHECK(run("deadline: propagate, " + late, slow, load).calls.empty());
  const std::string both = "timeout: 3ms, deadline: propagate";
  CHECK(call(both, slow, load).calls == "0@3");
  CHECK(call("timeout: 30ms, deadline: propagate", slow, load).calls == "0@10");
  const Result refused = run(
      "workers: unlimited, script: [{work: 12ms}, {call: {service: store, deadline: propagate}}]",
      slow, load);
  CHECK(refused.calls.empty());
  CHECK(counter(*refused.record, ProxyCounter::call_deadline_passed) == 1);
}

TEST_CASE("words: deadline, a callee refuses whose turn comes too late") {
  const std::string server = "workers: unlimited, deadline: propagate, script: [{call: store}]";
  const std::string load = "arrivals: [0s, 0s, 0s, 0s], timeout: 10ms";
  const Result plain = run(server, "workers: 1, time: 6ms", load);
  CHECK(counter(*plain.record, ProxyCounter::deadline_refused) == 0);
  const Result obeys = run(server, "workers: 1, time: 6ms, deadline: propagate", load);
  CHECK(counter(*obeys.record, ProxyCounter::deadline_refused) == 2);
}

TEST_CASE("words: priority, that of a load or of a handler goes along with calls") {
  const std::string server = "workers: unlimited, script: [{call: store}]";
  const std::string store =
      "workers: 1, time: 10ms, priority: 4, queue: {places: 9, order: priority}";
  const std::string two =
      "arrivals: [0s, 1ms, 2ms]%}\n  - {name: vips, to: {service: server}, "
      "arrivals: [3ms]";
  const auto with = [&two](const std::string& first, const std::string& second) {
    std::string load = two;
    load.replace(load.find('%'), 1, first);
    return load + second;
  };
  CHECK(run(server, store, with("", "")).answers == "200@10 200@19 200@28 200@37");
  CHECK(run(server, store, with(", priority: 3", ", priority: 0")).answers ==
        "200@10 200@29 200@38 200@17");
  CHECK(run(server, store, with("", ", priority: 0")).answers == "200@10 200@29 200@38 200@17");
  const std::string handlers =
      "workers: unlimited, handlers: [{match: {path: /v}, priority: 1, script: [{call: store}]}, "
      "{match: {path: /}, priority: 6, script: [{call: store}]}]";
  CHECK(run(handlers, store,
            "requests: [{name: a, path: /}, {name: v, path: /v}], arrivals: [0s, 1ms, 2ms, {at: "
            "3ms, request: v}]")
            .answers == "200@10 200@29 200@38 200@17");
}

TEST_CASE("words: hedge, the first good answer wins") {
  const auto store = [](const std::string& rule) {
    return "workers: unlimited, time: 2ms, rules: [" + rule + "]";
  };
  struct Row {
    const char *name, *words, *rule, *answer, *calls;
  };
  for (const Row& row : {
           Row{"a slow first", "hedge: {after: 5ms}", "{when: {nth: 1}, then: {time: 50ms}}",
               "200@7", "0@7 200@2"},
           Row{"the loser goes on", "hedge: {after: 5ms, cancel: false}",
               "{when: {nth: 1}, then: {time: 50ms}}", "200@7", "200@50 200@2"},
           Row{"a fast first", "hedge: {after: 5ms}", "{when: {nth: 9}, then: {time: 50ms}}",
               "200@2", "200@2"},
           Row{"two further ones", "hedge: {after: 5ms, max: 2}",
               "{when: {nth: 1-2}, then: {time: 50ms}}", "200@12", "0@12 0@7 200@2"},
           Row{"a bad answer waits for a good one", "hedge: {after: 5ms}",
               "{when: {nth: 1}, then: {time: 6ms, status: 503}}", "200@7", "503@6 200@2"},
           Row{"unless there is none to wait for", "hedge: {after: 5ms}",
               "{when: {nth: 1}, then: {status: 503}}", "500@2", "503@2"},
           Row{"the timeout ends all of it", "timeout: 8ms, hedge: {after: 5ms}",
               "{when: {nth: 1-9}, then: {time: 50ms}}", "500@8", "0@8 0@3"},
           Row{"then a retry begins anew",
               "timeout: 8ms, hedge: {after: 5ms}, retry: {backoff: {law: none}}",
               "{when: {nth: 1-2}, then: {time: 50ms}}", "200@10", "0@8 0@3 200@2"},
           Row{"gRFC A6: four attempts, half a second apart",
               "timeout: 2s, hedge: {after: 500ms, max: 3}", "{when: {nth: 1-9}, then: {time: 5s}}",
               "500@2000", "0@2000 0@1500 0@1000 0@500"},
       }) {
    CAPTURE(std::string(row.name));
    const Result result = call(row.words, store(row.rule));
    CHECK(result.answers == row.answer);
    CHECK(result.calls == row.calls);
  }
}

TEST_CASE("words: hedge, branches that are not needed take all their copies along") {
  const Result result =
      run("workers: unlimited, script: [{parallel: {wait: any, branches: [{work: 7ms}, "
          "{call: {service: store, hedge: {after: 5ms}}}]}}]",
          "workers: unlimited, time: 50ms");
  CHECK(result.answers == "200@7");
  CHECK(result.calls == "0@7 0@2");
}

TEST_CASE("words: tied, the copy that begins takes the other out of its queue") {
  const Result result =
      call("hedge: {tied: true}", "workers: 1, time: 10ms, queue: 9", "arrivals: [0s, 1ms]");
  CHECK(result.answers == "200@10 200@19");
  CHECK(result.calls == "200@10 0@0 200@19 0@9");
}

TEST_CASE("words: isotope's graph of services runs as it is") {
  const Scenario scenario = parse_scenario(
      "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: a}\nspec:\n"
      "  platform: {network: {sameZone: {rtt: 0s}}, sidecar: {cost: 0s}}\n"
      "  load: [{name: users, to: {service: d}, arrivals: [0s]}]\n  run: {until: 5s}\n"
      "  record: {requests: {sample: 100%}}\n---\n"
      "kind: MockServiceGraph\napiVersion: v1alpha1\ndefaults: {type: grpc, requestSize: 1 KB}\n"
      "services:\n- {name: a, script: [{sleep: 100ms}]}\n- {name: b, type: http}\n"
      "- {name: c, script: [{call: {service: a, size: 10K}}, {call: b}]}\n"
      "- {name: d, script: [[{call: a}, {call: c}], {sleep: 10ms}, {call: b}]}\n",
      "words.yaml");
  REQUIRE(!scenario.diagnostics.has_errors());
  const CompileResult result = compile(scenario);
  REQUIRE(result.plan != nullptr);
  const auto record = mesh::run(result.plan);
  CHECK(answers(*record).starts_with("200@110"));
  CHECK(record->requests.id.size() == 6);
}

TEST_CASE("words: balance is the sidecar's business where there is one") {
  const auto codes = [](const std::string& sidecar) {
    const Scenario scenario = parse_scenario(
        SmallScenario{.server = "{sidecar: " + sidecar +
                                ", script: [{call: {service: store, balance: leastLoaded}}]}"}
            .yaml(),
        "words.yaml");
    std::string found;
    for (const Diagnostic& problem : compile(scenario).problems) found += problem.code + " ";
    return found;
  };
  CHECK(codes("outbound").find("MS0570") != std::string::npos);
  CHECK(codes("false").find("MS0570") == std::string::npos);
}

}  // namespace
}  // namespace mesh
