// Random scripts over caches, pools and topics under faults: nothing stays held, all repeats.
#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>

#include "libmesh/engine/engine.h"
#include "libmesh/mesh.h"
#include "tests/support/environment.h"
#include "tests/support/store_audit.h"
#include "tests/support/world_audit.h"
#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::SmallScenario;

class RandomStores {
 public:
  explicit RandomStores(std::uint64_t seed) : random_(seed) {}

  SmallScenario scenario() {
    SmallScenario s;
    s.stores = "caches: [{name: near, scope: pod, entries: " + number(1, 9) +
               ", ttl: " + ms(1, 900) + "}, {name: far, policy: " + pick({"lru", "lfu", "fifo"}) +
               ", entries: " + number(1, 50) + ", prefill: " + pick({"full", "empty"}) +
               "}]\n    pools: [{name: db, size: " + number(1, 4) + ", queue: " + number(0, 9) +
               ", wait: " + ms(1, 60) + ", scope: " + pick({"pod", "shared"}) +
               "}, {name: big}]\n    topics: [{name: mail, consumer: store, path: /mail, "
               "maxInFlight: " +
               number(1, 3) + ", limit: " + number(1, 60) + ", timeout: " + ms(1, 50) +
               ", redeliverAfter: " + ms(1, 500) + ", redeliveries: " + number(0, 3) + "}]";
    s.server = "{workers: " + pick({"4", "unlimited"}) +
               ", queue: 20, sidecar: " + pick({"false", "true"}) +
               ", cancel: " + pick({"true", "false"}) +
               (flip() ? ", limiter: " + pick({"{fixed: {limit: 9}}", "{vegas: {initial: 4}}",
                                               "{aimd: {initial: 5, min: 2, timeout: 20ms}}",
                                               "{gradient2: {initial: 5, min: 2}}"})
                       : "") +
               ", script: " + script(0) + "}";
    s.store = "{workers: 3, queue: 9, sidecar: false, time: {exponential: {mean: " + ms(1, 15) +
              "}}, errorRate: " + number(0, 40) + "%}";
    s.load = "open: {rate: " + number(20, 300) + "}, stop: 4s, timeout: " + ms(3, 200);
    s.until = "4s";
    s.more = "  changes: [{at: 0s, scale: {workload: server, replicas: 2}}, {at: " + ms(1, 4000) +
             ", scale: {workload: server, replicas: " + number(1, 2) + "}}]\n  faults:\n";
    for (int i = 0; i < 3; ++i) {
      s.more +=
          "  - {at: " + ms(1, 3900) + ", " +
          pick({"cacheWipe: {cache: far, share: 50%}", "cacheWipe: {cache: near}",
                "purgeQueue: {workload: store}", "for: 500ms, shed: {load: users, share: 60%}",
                "for: 300ms, crash: {workload: server, replicas: 1}",
                "for: 200ms, hang: {workload: store}"}) +
          "}\n";
    }
    return s;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool flip() { return below(2) == 0; }
  std::string number(std::uint64_t from, std::uint64_t to) {
    return std::to_string(from + below(to - from + 1));
  }
  std::string ms(std::uint64_t from, std::uint64_t to) { return number(from, to) + "ms"; }
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  std::string script(int depth) {
    std::string out = "[" + step(depth);
    for (std::uint64_t more = below(3); more > 0; --more) out += ", " + step(depth);
    return out + "]";
  }
  std::string step(int depth) {
    switch (below(depth < 3 ? 7 : 4)) {
      case 0:
        return "{work: " + ms(0, 4) + "}";
      case 1:
        return "{publish: mail}";
      case 2:
      case 3:
        return "{call: {service: store" + std::string(flip() ? ", onError: degrade" : "") +
               (flip() ? ", timeout: " + ms(1, 30) : "") + "}}";
      case 4:
        return "{with: {pool: " + pick({"db", "db", "big"}) + ", do: " + script(depth + 1) + "}}";
      case 5:
        return "{parallel: {wait: " + pick({"any", "all"}) + ", branches: [" + script(depth + 1) +
               ", " + script(depth + 1) + "]}}";
      default: {
        // Two that coalesce in each other's misses may wait for each other, as in life.
        const bool coalesce = !coalesces_ && flip();
        const bool inner = !coalesce && !coalesces_ && flip();
        const bool outside = coalesces_;
        coalesces_ = coalesces_ || coalesce;
        const std::string hit = flip() ? "[]" : script(depth + 1);
        const std::string miss = flip() ? "[{cache: {name: far, key: same, coalesce: " +
                                              std::string(inner ? "true" : "false") +
                                              ", miss: [{call: store}]}}]"
                                        : script(depth + 1);
        coalesces_ = outside;
        return "{cache: {name: " + pick({"near", "far"}) + ", key: " +
               pick({"one", "{zipf: {keys: 90, exponent: 1.1}}", "{uniform: {keys: 12}}",
                     "{list: [1, 2, 3, 1]}"}) +
               ", fill: " + pick({"always", "inTime", "never"}) +
               ", coalesce: " + (coalesce ? "true" : "false") + ", hit: " + hit +
               ", miss: " + miss + "}}";
      }
    }
  }

  std::mt19937_64 random_;
  bool coalesces_ = false;  // around the step that is being written
};

void check(const Engine& engine, bool at_rest) {
  const testing::WorldAudit audit(engine);
  const std::vector<std::string> world = at_rest ? audit.left_at_rest() : audit.problems();
  for (const std::string& problem : world) FAIL_CHECK(problem);
  for (const std::string& problem : testing::store_problems(engine, at_rest)) FAIL_CHECK(problem);
}

TEST_CASE("swarm: stores under faults lose nothing, hold nothing at rest, and repeat themselves") {
  const std::uint64_t first = testing::from_environment("SWARM_FIRST", 1);
  const std::uint64_t count = testing::from_environment("SWARM_COUNT", 300);
  std::set<StoreEvent> seen;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    const SmallScenario scenario = RandomStores(seed).scenario();
    INFO(scenario.yaml());
    const auto plan = scenario.plan();
    std::mt19937_64 random(seed);
    Engine once(plan, seed);
    while (once.world().loop.now() < plan->until) {
      once.run_events(1 + random() % 200, plan->until);
      check(once, false);
    }
    once.run_until(plan->until, {});
    const auto record = once.record();
    CHECK(record->requests.id.size() + record->info.requests_in_flight ==
          record->info.requests_created);
    for (const std::uint8_t event : record->stores.event) {
      seen.insert(static_cast<StoreEvent>(event));
    }

    Engine again(plan, seed);
    again.run_events(random() % 3000, plan->until);
    Engine fork = again;
    fork.run_until(plan->until, {});
    CHECK(fork.record()->hash() == record->hash());

    once.run_until(plan->until + minutes(5), {});
    check(once, true);
  }
  if (count >= 300) CHECK(seen.size() == store_event_count);
}

}  // namespace
}  // namespace mesh
