// What each word about a process does, in scenarios small enough to work out by hand.
#include <doctest/doctest.h>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

std::string run(const std::string& server, const std::string& load, const std::string& more = "") {
  return answers(
      *SmallScenario{.server = "{sidecar: false, " + server + "}", .load = load, .more = more}
           .run());
}

/// "1s oom kill, 2s pod ready 1": what happened to processes, and when in ms.
std::string story(const RunRecord& record) {
  std::string out;
  for (const Noted& note : record.events) {
    if (note.what != EventNote::OomKill && note.what != EventNote::PodReady) continue;
    out += (out.empty() ? "" : ", ") + std::to_string(note.at.ns / 1'000'000) + "ms " +
           std::string(to_string(note.what)) + " " + std::to_string(note.detail);
  }
  return out;
}

TEST_CASE("words: slowdown, times by the requests in the pod, in its queue, by its memory") {
  struct Row {
    const char *name, *server, *answers;
  };
  // Four requests at 0, 1, 2, 3 ms.
  for (const Row& row : {
           Row{"none", "workers: 9, time: 10ms", "200@10 200@10 200@10 200@10"},
           Row{"in flight: each request counts itself",
               "workers: 9, time: 10ms, slowdown: {by: inFlight, points: [[1, 1], [5, 5]]}",
               "200@10 200@20 200@30 200@40"},
           Row{"queue: those who wait when it begins",
               "workers: 1, time: 10ms, slowdown: {by: queue, points: [[0, 1], [1, 2]]}",
               "200@10 200@29 200@48 200@57"},
           Row{"memory",
               "workers: 9, time: 10ms, memory: {base: 1Ki, perRequest: 1Ki}, "
               "slowdown: {by: memory, points: [[2Ki, 1], [4Ki, 3]]}",
               "200@10 200@20 200@30 200@30"},
           Row{"steps, too",
               "workers: 9, time: 0s, script: [{work: 4ms}, {sleep: 6ms}], "
               "slowdown: {by: inFlight, points: [[0, 2]]}",
               "200@20 200@20 200@20 200@20"},
           Row{"shared cores: the work is longer",
               "workers: 9, cpu: 8, time: 10ms, slowdown: {by: inFlight, points: [[0, 2]]}",
               "200@20 200@20 200@20 200@20"},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(run(row.server, "arrivals: [0s, 1ms, 2ms, 3ms]") == row.answers);
  }
}

TEST_CASE("words: slowdown, a hanging process is not longer away for it, nor a delay longer") {
  const std::string server = "workers: 9, time: 10ms, slowdown: {by: inFlight, points: [[0, 2]]}";
  CHECK(run(server, "arrivals: [1500ms]",
            "  faults: [{at: 1s, for: 1s, hang: {workload: server}}]\n") == "200@520");
  CHECK(run(server, "arrivals: [1500ms]",
            "  faults: [{at: 1s, for: 1s, delay: {workload: server, time: 5ms}}]\n") == "200@25");
}

TEST_CASE("words: pauses, the process stands still and everything in it is ready later") {
  struct Row {
    const char *name, *server, *load, *answers;
  };
  // A pause of 20 ms at 100 ms, the next one 100 ms after it, at 220 ms.
  for (const Row& row : {
           Row{"before a pause", "time: 10ms", "arrivals: [80ms]", "200@10"},
           Row{"across a pause", "time: 10ms", "arrivals: [95ms]", "200@30"},
           Row{"who comes in a pause waits for its end", "time: 10ms", "arrivals: [105ms]",
               "200@25"},
           Row{"however little he wants", "time: 0s", "arrivals: [105ms]", "200@15"},
           Row{"across two", "time: 110ms", "arrivals: [95ms]", "200@150"},
           Row{"sleep, too", "time: 0s, script: [{sleep: 10ms}]", "arrivals: [95ms]", "200@30"},
           Row{"each step of several", "time: 0s, script: [{work: 6ms}, {work: 6ms}]",
               "arrivals: [97ms]", "200@32"},
           Row{"shared cores stand still", "cpu: 1, time: 10ms", "arrivals: [95ms, 96ms]",
               "200@39 200@39"},
           Row{"also for who comes in a pause", "cpu: 1, time: 10ms", "arrivals: [105ms]",
               "200@25"},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(run("workers: 9, pauses: {every: 100ms, for: 20ms}, " + std::string(row.server),
              row.load) == row.answers);
  }
}

TEST_CASE("words: warmUp, a new pod works slower until it is warm; pods of the start are warm") {
  const std::string server = "workers: 9, time: 10ms, warmUp: {for: 10s, factor: 3}";
  CHECK(run(server, "arrivals: [0s, 1s]") == "200@10 200@10");
  // The process of 2 s is 5 s old at 7 s: factor 2.
  CHECK(run(server, "arrivals: [1s, 3s, 7s, 9s]",
            "  faults: [{at: 2s, crash: {workload: server, restart: true}}]\n") ==
        "200@10 200@28 200@20 200@16");
}

TEST_CASE("words: startUp, a pod that is scaled up, or started again, is not ready for a while") {
  const SmallScenario scaled{
      .server = "{sidecar: false, workers: 1, time: 3s, startUp: {time: 2s}, queue: 0}",
      .load = "arrivals: [1s, 1500ms, 4s]",
      .more = "  changes: [{at: 1s, scale: {workload: server, replicas: 2}}]\n"};
  const auto record = scaled.run();
  CHECK(story(*record) == "3000ms pod ready 0");
  // Until 4 s, a second after it is ready, nobody knows the new pod.
  CHECK(answers(*record) == "200@3000 503@0 200@3000");
}

TEST_CASE("words: a crash that restarts comes back at once, then after the kubelet's back-off") {
  const auto record =
      SmallScenario{.server = "{sidecar: false, workers: 9, time: 100ms, startUp: {time: 500ms}}",
                    .load = "arrivals: [950ms, 1200ms, 1600ms, 3s, 13s, 14500ms]",
                    .until = "20s",
                    .more =
                        "  faults:\n"
                        "  - {at: 1s, crash: {workload: server, restart: true}}\n"
                        "  - {at: 2500ms, crash: {workload: server, restart: true}}\n"}
          .run();
  for (const RunInfo::FaultSpan& span : record->info.fault_spans) CHECK(span.from == span.to);
  // 1 s + 0.5 s; 2.5 s + 10 s + 0.5 s.
  CHECK(story(*record) == "1500ms pod ready 1, 13000ms pod ready 2");
  CHECK(answers(*record) == "503@50.001 503@0.001 200@100 503@0.001 503@0.001 200@100");
}

TEST_CASE("words: memory, one request too many kills the pod and all that it works on") {
  SmallScenario scenario{
      .server = "{sidecar: false, workers: 2, time: 100ms, memory: {base: 10Mi, perRequest: 2Mi}}",
      .load = "arrivals: [0s, 1ms, 2ms, 200ms]"};
  CHECK(story(*scenario.run()) == "");  // no limit
  const auto limited = [&scenario](const std::string& limit) {
    std::string yaml = scenario.yaml();
    const std::string plain = "image: example.com/app";
    yaml.replace(yaml.find(plain), plain.size(), "resources: {limits: {memory: " + limit + "}}");
    const CompileResult result = compile(parse_scenario(yaml, "words.yaml"));
    REQUIRE(result.plan != nullptr);
    return mesh::run(result.plan);
  };
  CHECK(story(*limited("16Mi")) == "");
  CHECK(answers(*limited("16Mi")) == "200@100 200@100 200@198 200@100");
  // Who waits needs memory, too.
  CHECK(story(*limited("15Mi")) == "2ms oom kill 0, 2ms pod ready 1");
  CHECK(answers(*limited("15Mi")) == "503@2.001 503@1.001 503@0.001 200@100");
}

}  // namespace
}  // namespace mesh
