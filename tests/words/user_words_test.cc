// What users do who time out, try again and reload, in scenarios small enough to work out.
#include <doctest/doctest.h>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

std::string run(const std::string& server, const std::string& load) {
  return answers(
      *SmallScenario{.server = "{workers: unlimited, sidecar: false, " + server + "}", .load = load}
           .run());
}

const std::string fails_twice = "time: 2ms, rules: [{when: {nth: 1-2}, then: {status: 503}}]";

TEST_CASE("words: retry of a load, arrivals come back when they fail") {
  struct Row {
    const char *name, *load, *answers;
  };
  for (const Row& row : {
           Row{"nobody", "arrivals: [0s, 100ms]", "503@2 503@2"},
           Row{"at once", "arrivals: [0s], retry: {backoff: {law: none}}", "503@2 503@2 200@2"},
           Row{"once", "arrivals: [0s], retry: {attempts: 1, backoff: {law: none}}", "503@2 503@2"},
           Row{"each its own tries", "arrivals: [0s, 1ms], retry: {backoff: {law: none}}",
               "503@2 503@2 200@2 200@2"},
           Row{"only after a timeout", "arrivals: [0s], retry: {retryOn: [timeout]}", "503@2"},
           Row{"a closed user, who thinks when it has its answer",
               "closed: {users: 1, think: 10ms, perUser: 2}, retry: {backoff: {law: none}}",
               "503@2 503@2 200@2 200@2"},
           Row{"one budget for all",
               "arrivals: [0s, 1ms], retry: {backoff: {law: none}, budget: {burst: 1.5, ratio: "
               "0.2}}",
               "503@2 503@2 200@2"},
           Row{"nobody comes back after the end of the load",
               "arrivals: [0s], stop: 10ms, retry: {backoff: {law: fixed, base: 20ms}}", "503@2"},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(run(fails_twice, row.load) == row.answers);
  }
}

TEST_CASE("words: who loses patience reloads, and the abandoned work goes on") {
  // Work of 30 ms, one worker: each reload waits behind the work that nobody wants any more.
  CHECK(answers(*SmallScenario{
            .server = "{workers: 1, sidecar: false, time: 30ms}",
            .load = "arrivals: [0s], timeout: 20ms, retry: {attempts: 3, backoff: {law: none}}"}
                     .run()) == "0@20 0@20 0@20 0@20");
}

TEST_CASE("words: a retry asks for the same as the first try") {
  const std::string load =
      "requests: [{name: a, path: /a}, {name: b, path: /b}], retry: {backoff: {law: none}}, "
      "arrivals: [{at: 0s, request: b}, {at: 100ms, request: a}]";
  CHECK(run("handlers: [{match: {path: /b}, time: 7ms, rules: [{when: {nth: 1}, then: {status: "
            "500}}]}], time: 1ms",
            load) == "500@7 200@7 200@1");
}

}  // namespace
}  // namespace mesh
