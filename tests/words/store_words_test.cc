// What pools, limiters and topics do, in scenarios small enough to work out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "libmesh/analysis/summary.h"
#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

std::shared_ptr<const RunRecord> run(
    const std::string& stores, const std::string& server, const std::string& load,
    const std::string& store = "{time: 2ms, workers: unlimited, sidecar: false}",
    const std::string& more = "") {
  SmallScenario scenario{
      .server = "{sidecar: false, " + server + "}", .load = load, .store = store, .more = more};
  scenario.stores = stores;
  return scenario.run();
}

std::string told(const RunRecord& record) {
  std::map<std::string, std::uint64_t> sum;
  const StoreSeries& t = record.stores;
  for (std::size_t i = 0; i < t.bucket.size(); ++i) {
    if (static_cast<StoreEvent>(t.event[i]) == StoreEvent::Limit) continue;  // a gauge
    sum[std::string(to_string(static_cast<StoreEvent>(t.event[i])))] += t.count[i];
  }
  std::string out;
  for (const auto& [event, count] : sum) {
    out += (out.empty() ? "" : ", ") + event + " " + std::to_string(count);
  }
  return out;
}

// ---- Pools --------------------------------------------------------------------------------------

TEST_CASE("words: a step holds a connection while it works, others wait for one") {
  struct Row {
    const char *name, *pool, *step, *arrivals, *answers, *counts;
  };
  for (const Row& row : {
           Row{"room for all", "size: 3", "", "[0s, 0s, 0s]", "200@2 200@2 200@2", "acquire 3"},
           Row{"in turn", "size: 1", "", "[0s, 0s, 1ms]", "200@2 200@4 200@5", "acquire 3, wait 2"},
           Row{"no place to wait", "size: 1, queue: 1", "", "[0s, 0s, 1ms]", "200@2 200@4 500@0",
               "acquire 2, refuse 1, wait 1"},
           Row{"another status", "size: 1, queue: 0, status: 503", "", "[0s, 0s]", "200@2 503@0",
               "acquire 1, refuse 1"},
           Row{"waited too long", "size: 1, wait: 3ms", "", "[0s, 0s, 500us]", "200@2 200@4 500@3",
               "acquire 2, time out 1, wait 2"},
           Row{"the step waits less long", "size: 1", "wait: 1ms, ", "[0s, 0s]", "200@2 500@1",
               "acquire 1, time out 1, wait 1"},
       }) {
    CAPTURE(std::string(row.name));
    const auto record = run("pools: [{name: db, " + std::string(row.pool) + "}]",
                            "workers: unlimited, script: [{with: {pool: db, " +
                                std::string(row.step) + "do: [{call: store}]}}]",
                            "arrivals: " + std::string(row.arrivals));
    CHECK(answers(*record) == row.answers);
    CHECK(told(*record) == row.counts);
  }
}

TEST_CASE("words: a connection comes back when its holder fails, or is cancelled") {
  const std::string pool = "pools: [{name: db, size: 1}]";
  const auto failing = run(pool,
                           "workers: unlimited, script: [{with: {pool: db, do: [{call: {service: "
                           "store, timeout: 1ms}}]}}]",
                           "arrivals: [0s, 0s]");
  CHECK(answers(*failing) == "500@1 500@2");
  const auto cancelled = run(pool,
                             "workers: unlimited, cancel: true, script: [{with: {pool: db, do: "
                             "[{work: 10ms}]}}]",
                             "arrivals: [0s, 1ms, 2ms, 20ms], timeout: 11ms");
  // The second one has its turn at 10 ms and gives up at 12 ms; the third at 13 ms; then it is
  // free.
  CHECK(answers(*cancelled) == "200@10 0@11 0@11 200@10");
  CHECK(told(*cancelled) == "acquire 4, wait 2");
}

TEST_CASE("words: a pool of each pod, or one that the pods share") {
  const auto pods = [](const std::string& scope) {
    return answers(*run("pools: [{name: db, size: 1, scope: " + scope + "}]",
                        "workers: unlimited, script: [{with: {pool: db, do: [{work: 1ms}]}}]",
                        "connections: 2, arrivals: [5s, 5s]",
                        "{time: 2ms, workers: unlimited, sidecar: false}",
                        "  changes: [{at: 0s, scale: {workload: server, replicas: 2}}]\n"));
  };
  CHECK(pods("pod") == "200@1 200@1");
  CHECK(pods("shared") == "200@1 200@2");
}

TEST_CASE("words: reads go to the replicas of a database, writes to its primary") {
  // Two services with a pool each: what the application does, no word of its own is needed.
  const auto record = run(
      "pools: [{name: primary, size: 1}, {name: replica, size: 2}]",
      "workers: unlimited, handlers: [{match: {method: POST}, script: [{with: {pool: primary, do: "
      "[{call: {service: store, path: /write}}]}}]}], script: [{with: {pool: replica, do: [{call: "
      "store}]}}]",
      "requests: [{name: read, path: /}, {name: write, path: /, method: POST}], arrivals: [{at: "
      "0s, request: read}, {at: 0s, request: read}, {at: 0s, request: write}, {at: 0s, request: "
      "write}]",
      "{workers: unlimited, sidecar: false, time: 2ms, handlers: [{match: {path: /write}, time: "
      "5ms}]}");
  CHECK(answers(*record) == "200@2 200@2 200@5 200@10");
}

// ---- Limiters -----------------------------------------------------------------------------------

TEST_CASE("words: what is over the limit is answered at once, the queue counts") {
  const auto record = run("", "workers: 1, time: 10ms, limiter: {fixed: {limit: 2}}",
                          "arrivals: [0s, 1ms, 2ms, 12ms]");
  CHECK(answers(*record) == "200@10 200@19 503@0 200@18");
  CHECK(told(*record) == "refuse 1");
}

TEST_CASE("words: limits that find themselves keep a server at work and its answers quick") {
  // 50 threads of 20 ms: 2,500 requests a second, asked for twice of that. Without a limiter the
  // queue of 1,024 makes every answer 0.43 s late.
  struct Row {
    const char* limiter;
    double goodput, p99_ms;  // at least, at most
  };
  for (const Row& row : {
           Row{"{fixed: {limit: 60}}", 2400, 35}, Row{"{aimd: {timeout: 50ms}}", 2100, 85},
           Row{"{vegas: {}}", 1900, 60},
           Row{"{gradient2: {}}", 2400, 90},  // its long average comes to believe in the queue
       }) {
    CAPTURE(std::string(row.limiter));
    const auto record = run("", "workers: 50, time: 20ms, limiter: " + std::string(row.limiter),
                            "open: {rate: 5000}");
    const Summary summary = summarize(*record);
    CHECK(summary.all_loads.goodput_rps > row.goodput);
    CHECK(summary.all_loads.p99_ms < row.p99_ms);
  }
}

// ---- Topics -------------------------------------------------------------------------------------

const std::string topic = "topics: [{name: mail, consumer: store, maxInFlight: 1, ";

TEST_CASE("words: messages are delivered in turn, again when they fail, and given up in the end") {
  struct Row {
    const char *name, *topic, *rules, *counts, *deliveries;
  };
  for (const Row& row : {
           Row{"taken at once", "redeliverAfter: 1s", "", "acknowledge 2, deliver 2, publish 2",
               "200@2 200@2"},
           Row{"the first one fails once", "redeliverAfter: 1s",
               "{when: {nth: 1}, then: {status: 503}}",
               "acknowledge 2, deliver 3, publish 2, redeliver 1", "503@2 200@2 200@2"},
           Row{"all fail", "redeliverAfter: 1s, redeliveries: 1",
               "{when: {nth: 1-}, then: {status: 500}}",
               "dead letter 2, deliver 4, publish 2, redeliver 2", "500@2 500@2 500@2 500@2"},
           Row{"too slow", "redeliverAfter: 1s, timeout: 1ms, redeliveries: 0", "",
               "dead letter 2, deliver 2, publish 2", "0@1 0@1"},
           Row{"room for one", "limit: 1", "", "acknowledge 1, deliver 1, lose 1, publish 2",
               "200@2"},
       }) {
    CAPTURE(std::string(row.name));
    const auto record = run(
        topic + row.topic + "}]", "workers: unlimited, script: [{publish: mail}]",
        "arrivals: [0s, 0s]",
        "{time: 2ms, workers: unlimited, sidecar: false, rules: [" + std::string(row.rules) + "]}");
    CHECK(answers(*record) == "200@0 200@0");  // nobody waits for a message
    CHECK(told(*record) == row.counts);
    CHECK(answers(*record, false) == row.deliveries);
  }
}

// ---- What needs no word of its own --------------------------------------------------------------

TEST_CASE("words: a fan-out asks many with a key each, the slowest decides") {
  const auto record = run("caches: [{name: leaves, entries: 3, prefill: full}]",
                          "workers: unlimited, script: [{parallel: {branches: ["
                          "{cache: {name: leaves, key: {list: [1]}, miss: [{call: store}]}}, "
                          "{cache: {name: leaves, key: {list: [2]}, miss: [{call: store}]}}, "
                          "{cache: {name: leaves, key: {list: [9]}, miss: [{call: store}]}}]}}]",
                          "arrivals: [0s, 1s]");
  CHECK(answers(*record) == "200@2 200@0");
  CHECK(answers(*record, false) == "200@2");
}

/// A token bucket in front of the store, as an external service limits its clients.
std::string rate_limited(int per_second) {
  const std::string tokens = std::to_string(per_second);
  return "---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: "
         "limit}\nspec:\n  workloadSelector: {labels: {app: store}}\n  configPatches:\n"
         "  - applyTo: HTTP_FILTER\n    match: {context: SIDECAR_INBOUND}\n    patch:\n"
         "      operation: INSERT_BEFORE\n      value: {name: envoy.filters.http.local_ratelimit, "
         "typed_config: {'@type': type.googleapis.com/udpa.type.v1.TypedStruct, type_url: "
         "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit, "
         "value: {stat_prefix: a, token_bucket: {max_tokens: " +
         tokens + ", tokens_per_fill: " + tokens +
         ", fill_interval: 1s}, filter_enabled: {default_value: {numerator: 100}}, "
         "filter_enforced: {default_value: {numerator: 100}}}}}\n";
}

TEST_CASE("words: an external service that limits its rate is one with Envoy's own filter") {
  const auto record =
      run("", "workers: unlimited, script: [{call: {service: store, statusOnError: same}}]",
          "arrivals: [0s, 1ms, 2ms, 1500ms]", "{time: 2ms, workers: unlimited, sidecar: inbound}",
          rate_limited(2));
  CHECK(answers(*record) == "200@2 200@2 429@0.001 200@2");
}

TEST_CASE("words: a cold cache in front of a store that admits few warms up as Brooker's does") {
  // Marc Brooker, "Caches, Modes, and Unstable Systems", 2021, with his cache_sim.py: Zipf(1.3)
  // without end, LRU of 1,000, 1,000 requests a second, wiped at 4 s. Means of 10 runs of it.
  struct Row {
    int admitted;
    double at_5s, at_10s, at_20s;
  };
  for (const Row& row : {Row{10, 0.528, 0.672, 0.751}, Row{100, 0.750, 0.829, 0.856}}) {
    CAPTURE(row.admitted);
    SmallScenario scenario{
        .server =
            "{workers: unlimited, sidecar: false, script: [{cache: {name: c, key: {zipf: "
            "{exponent: 1.3}}, miss: [{call: store}]}}]}",
        .load = "open: {arrivals: constant, rate: 1000}",
        .store = "{time: 0s, workers: unlimited, sidecar: inbound}",
        .until = "20s",
        .more = "  faults: [{at: 4s, cacheWipe: {cache: c}}]\n" + rate_limited(row.admitted)};
    scenario.stores = "caches: [{name: c, entries: 1000, prefill: full}]";
    Plan plan = *scenario.plan();
    plan.record.requests = false;
    const auto record = mesh::run(std::make_shared<const Plan>(plan));
    double hits[20] = {};
    const StoreSeries& t = record->stores;
    for (std::size_t i = 0; i < t.bucket.size(); ++i) {
      if (static_cast<StoreEvent>(t.event[i]) != StoreEvent::Hit || t.bucket[i] >= 20) continue;
      hits[t.bucket[i]] += static_cast<double>(t.count[i]) / 1000;
    }
    // One run: a second has a standard error of 0.015, and the means are good to 0.02.
    CHECK(std::abs(hits[5] - row.at_5s) < 0.06);
    CHECK(std::abs((hits[9] + hits[10] + hits[11]) / 3 - row.at_10s) < 0.05);
    CHECK(std::abs((hits[18] + hits[19]) / 2 - row.at_20s) < 0.05);
  }
}

}  // namespace
}  // namespace mesh
