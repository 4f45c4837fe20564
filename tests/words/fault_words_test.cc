// What each kind of failure does, in scenarios small enough to work out by hand.
#include <doctest/doctest.h>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

struct Row {
  const char *name, *fault, *load, *answers;
};

/// Requests of 10 ms, as many at a time as come.
std::string run(const Row& row, const std::string& server = "time: 10ms") {
  return answers(*SmallScenario{.server = "{workers: unlimited, sidecar: false, " + server + "}",
                                .load = row.load,
                                .more = "  faults: [" + std::string(row.fault) + "]\n"}
                      .run());
}

void check(const std::vector<Row>& rows, const std::string& server = "time: 10ms") {
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(run(row, server) == row.answers);
  }
}

TEST_CASE("words: network, a partition and what TCP sends again (200 ms, doubled; opening 1 s)") {
  check({
      {"SYN at 0 s and 1 s, which is after the end",
       "{at: 0s, for: 1s, network: {from: users, to: server, partition: true}}", "arrivals: [0s]",
       "200@1010"},
      {"SYN at 0, 1, 3 s", "{at: 0s, for: 1001ms, network: {to: server, partition: true}}",
       "arrivals: [0s]", "200@3010"},
      {"a request at 1.5 s on an open connection goes out again at 1.7 and 2.1 s",
       "{at: 1s, for: 1s, network: {to: server, partition: true}}",
       "connections: 1, arrivals: [0s, 1500ms]", "200@10 200@610"},
      {"an answer at 1.005 s goes out again at 1.205, 1.605 and 2.405 s",
       "{at: 1s, for: 1s, network: {to: server, partition: true}}", "arrivals: [995ms]",
       "200@1410"},
      {"only requests are hindered",
       "{at: 1s, for: 1s, network: {to: server, direction: to, partition: true}}",
       "arrivals: [995ms]", "200@10"},
      {"only answers are hindered",
       "{at: 1s, for: 1s, network: {from: server, direction: to, partition: true}}",
       "connections: 1, arrivals: [995ms, 3s]", "200@1410 200@10"},
      {"others are not", "{at: 0s, network: {to: store, partition: true}}", "arrivals: [0s]",
       "200@10"},
      {"for ever, and the user gives up", "{at: 0s, network: {to: server, partition: true}}",
       "arrivals: [0s], timeout: 5s", "0@5000"},
      {"for ever on an open connection: the user gives up",
       "{at: 1s, network: {to: server, partition: true}}",
       "connections: 1, arrivals: [0s, 2s], timeout: 5s", "200@10 0@5000"},
      {"hold: all arrive at the end", "{at: 1s, for: 1s, network: {to: server, hold: true}}",
       "connections: 1, arrivals: [0s, 1500ms]", "200@10 200@510"},
  });
}

TEST_CASE("words: network, delay and bandwidth") {
  check({
      {"each message, and the two that open the connection",
       "{at: 0s, network: {to: server, delay: 5ms}}", "connections: 1, arrivals: [0s, 1s]",
       "200@30 200@20"},
      {"one way only", "{at: 0s, network: {to: server, direction: to, delay: 5ms}}",
       "connections: 1, arrivals: [0s, 1s]", "200@20 200@15"},
  });
  // 12000 bytes and 500 of headers are 100 kbit; the answer is 4 kbit.
  CHECK(answers(*SmallScenario{
            .server = "{workers: unlimited, sidecar: false, time: 10ms}",
            .load = "requests: [{body: 12000}], arrivals: [0s, 0s]",
            .more = "  faults: [{at: 0s, network: {to: server, bandwidth: 1Mbit}}]\n"}
                     .run()) == "200@114 200@214");
}

TEST_CASE("words: network, a loss of 30 % leaves 0.49 of the requests alone (seed 1, 3 sigma)") {
  const auto record =
      SmallScenario{.server = "{workers: unlimited, sidecar: false, time: 10ms}",
                    .load = "open: {arrivals: constant, rate: 400}, start: 1s",
                    .more = "  faults: [{at: 0s, network: {to: server, loss: 30%}}]\n"}
          .run();
  const RequestTable& t = record->requests;
  double alone = 0;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    // Some wait for a connection that opens late; those that found one are alone or not.
    const double ms = static_cast<double>(t.ended_ns[i] - t.started_ns[i]) * 1e-6;
    if (ms < 10.5) alone += 1;
  }
  const double n = static_cast<double>(t.id.size());
  CHECK(n > 3000);
  CHECK(alone / n < 0.49 + 3 * std::sqrt(0.49 * 0.51 / n));
  CHECK(alone / n > 0.40);
}

TEST_CASE("words: slow, delay, errors, hang, cpuSteal") {
  check({
      {"slow", "{at: 1s, for: 1s, slow: {workload: server, factor: 2}}", "arrivals: [0s, 1s, 2s]",
       "200@10 200@20 200@10"},
      {"every second, twice",
       "{at: 1s, for: 100ms, every: 1s, times: 2, slow: {workload: server, factor: 2}}",
       "arrivals: [0s, 1s, 2s, 3s]", "200@10 200@20 200@20 200@10"},
      {"every second until the end",
       "{at: 1s, for: 100ms, every: 1s, slow: {workload: server, factor: 2}}",
       "arrivals: [1s, 1500ms, 9s]", "200@20 200@10 200@20"},
      {"delay", "{at: 1s, delay: {workload: server, time: 5ms}}", "arrivals: [0s, 1s]",
       "200@10 200@15"},
      {"errors", "{at: 1s, errors: {workload: server, status: 502}}", "arrivals: [0s, 1s]",
       "200@10 502@10"},
      {"hang", "{at: 1s, for: 1s, hang: {workload: server}}", "arrivals: [1500ms]", "200@510"},
  });
  check({{"half of the cores: work takes twice as long, sleep does not",
          "{at: 1s, cpuSteal: {workload: server, share: 50%}}", "arrivals: [0s, 1s]",
          "200@20 200@30"}},
        "script: [{work: 10ms}, {sleep: 10ms}]");
}

TEST_CASE("words: resetConnections, what is under way is lost, later requests are not") {
  check({{"once", "{at: 5ms, resetConnections: {workload: server}}", "arrivals: [0s, 1s]",
          "503@5.001 200@10"}});
}

TEST_CASE("words: dns, calls of the application fail when it learns of it") {
  const std::string calls = "script: [{call: store}]";
  check(
      {
          {"every name", "{at: 1s, for: 1s, dns: {workload: server}}", "arrivals: [0s, 1s, 2s]",
           "200@2 500@0 200@2"},
          {"this name", "{at: 0s, dns: {workload: server, host: store}}", "arrivals: [0s]",
           "500@0"},
          {"another name", "{at: 0s, dns: {workload: server, host: server}}", "arrivals: [0s]",
           "200@2"},
          {"after the resolver's time-outs", "{at: 0s, dns: {workload: server, time: 5s}}",
           "arrivals: [0s]", "500@5000"},
          {"of another's pods", "{at: 0s, dns: {workload: store}}", "arrivals: [0s]", "200@2"},
      },
      calls);
}

TEST_CASE("words: zones, links between them and their failure") {
  const auto in_zones = [](const std::string& store_zone, const std::string& faults) {
    return answers(*SmallScenario{
        .server = "{workers: unlimited, sidecar: false, locality: r/a, script: [{call: store}]}",
        .store = "{time: 2ms, workers: unlimited, sidecar: false, locality: " + store_zone + "}",
        .more = "  faults: [" + faults + "]\n"}
                        .run());
  };
  CHECK(in_zones("r/a", "") == "200@2");
  // crossZone is 1 ms there and back: one to connect, one for the request.
  CHECK(in_zones("r/b", "") == "200@4");
  CHECK(in_zones("r/b", "{at: 0s, slow: {zone: r/b, factor: 3}}") == "200@8");
  CHECK(in_zones("r/b", "{at: 0s, slow: {zone: r, factor: 3}}") == "200@8");
  CHECK(in_zones("r/b", "{at: 0s, slow: {zone: r/a, factor: 3}}") == "200@4");
  CHECK(in_zones("r/b", "{at: 0s, network: {from: {zone: r/a}, to: {zone: r/b}, delay: 1ms}}") ==
        "200@8");
}

TEST_CASE("words: replicas of a failure, a number or a share rounded up") {
  const auto slow_ones = [](const std::string& replicas) {
    const auto plan =
        SmallScenario{.server = "{time: 1ms}",
                      .more =
                          "  changes: [{at: 1s, scale: {workload: server, replicas: 7}}]\n"
                          "  faults: [{at: 0s, slow: {workload: server, factor: 2" +
                          replicas + "}}]\n"}
            .plan();
    return plan->faults[FaultId{0}].replicas;
  };
  CHECK(slow_ones("") == 7);
  CHECK(slow_ones(", replicas: 2") == 2);
  CHECK(slow_ones(", replicas: 30%") == 1);  // of the one pod of the start
}

}  // namespace
}  // namespace mesh
