// What the words of caches do, in scenarios small enough to work out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

/// A server with this script; the store answers after 2 ms.
std::shared_ptr<const RunRecord> run(const std::string& stores, const std::string& script,
                                     const std::string& arrivals = "[0s]",
                                     const std::string& more = "",
                                     const std::string& timeout = "") {
  SmallScenario scenario{.server = "{workers: unlimited, sidecar: false, script: " + script + "}",
                         .load = "arrivals: " + arrivals + timeout,
                         .more = more};
  scenario.stores = stores;
  return scenario.run();
}

std::map<std::string, std::uint64_t> counts(const RunRecord& record) {
  std::map<std::string, std::uint64_t> sum;
  const StoreSeries& t = record.stores;
  for (std::size_t i = 0; i < t.bucket.size(); ++i) {
    sum[std::string(to_string(static_cast<StoreEvent>(t.event[i])))] += t.count[i];
  }
  return sum;
}
std::string told(const RunRecord& record) {
  std::string out;
  for (const auto& [event, count] : counts(record)) {
    out += (out.empty() ? "" : ", ") + event + " " + std::to_string(count);
  }
  return out;
}

const std::string two = "caches: [{name: c, entries: 2}]";
const std::string fetch = "hit: [{work: 1ms}], miss: [{call: store}]";

TEST_CASE("words: hits, misses, what a full cache gives up") {
  struct Row {
    const char *name, *stores, *key, *arrivals, *answers, *counts;
  };
  for (const Row& row : {
           Row{"one key", "entries: 2", "one", "[0s, 1s, 2s]", "200@2 200@1 200@1",
               "fill 1, hit 2, miss 1"},
           Row{"keys in turn", "entries: 2", "{list: [1, 2, 1, 2]}", "[0s, 1s, 2s, 3s]",
               "200@2 200@2 200@1 200@1", "fill 2, hit 2, miss 2"},
           Row{"lru: 1 was used, so 2 goes", "entries: 2", "{list: [1, 2, 1, 3, 1, 2]}",
               "[0s, 1s, 2s, 3s, 4s, 5s]", "200@2 200@2 200@1 200@2 200@1 200@2",
               "evict 2, fill 4, hit 2, miss 4"},
           Row{"fifo: 1 is the oldest, so 1 goes", "entries: 2, policy: fifo",
               "{list: [1, 2, 1, 3, 1, 2]}", "[0s, 1s, 2s, 3s, 4s, 5s]",
               "200@2 200@2 200@1 200@2 200@2 200@2", "evict 3, fill 5, hit 1, miss 5"},
           Row{"lfu: 1 was used most often, so it stays", "entries: 2, policy: lfu",
               "{list: [1, 1, 2, 3, 4, 1]}", "[0s, 1s, 2s, 3s, 4s, 5s]",
               "200@2 200@1 200@2 200@2 200@2 200@1", "evict 2, fill 4, hit 2, miss 4"},
           Row{"a time to live from the fill on", "entries: 2, ttl: 1500ms", "one",
               "[0s, 1s, 2s, 3s]", "200@2 200@1 200@2 200@1", "expired 1, fill 2, hit 2, miss 2"},
           Row{"full from the start", "entries: 2, prefill: full", "{list: [1, 2, 3]}",
               "[0s, 1s, 2s]", "200@1 200@1 200@2", "evict 1, fill 1, hit 2, miss 1"},
           Row{"no more keys than there are", "entries: 9, prefill: full", "{uniform: {keys: 1}}",
               "[0s]", "200@1", "hit 1"},
       }) {
    CAPTURE(std::string(row.name));
    const auto record =
        run("caches: [{name: c, " + std::string(row.stores) + "}]",
            "[{cache: {name: c, key: " + std::string(row.key) + ", " + fetch + "}}]", row.arrivals);
    CHECK(answers(*record) == row.answers);
    CHECK(told(*record) == row.counts);
  }
}

TEST_CASE("words: when a fetched key enters the cache") {
  struct Row {
    const char *name, *step, *timeout, *answers, *counts;
  };
  for (const Row& row : {
           Row{"always, although nobody waits any more", "fill: always", ", timeout: 1500us",
               "0@1.5 200@1", "fill 1, hit 1, miss 1"},
           Row{"in time only", "fill: inTime", ", timeout: 1500us", "0@1.5 0@1.5",
               "late 2, miss 2"},
           Row{"in time, and it is", "fill: inTime", ", timeout: 3ms", "200@2 200@1",
               "fill 1, hit 1, miss 1"},
           Row{"never", "fill: never", "", "200@2 200@2", "miss 2"},
       }) {
    CAPTURE(std::string(row.name));
    const auto record =
        run(two, "[{cache: {name: c, " + fetch + ", " + std::string(row.step) + "}}]", "[0s, 1s]",
            "", row.timeout);
    CHECK(answers(*record) == row.answers);
    CHECK(told(*record) == row.counts);
  }
  const auto failed = run(two, "[{cache: {name: c, miss: [{call: nowhere}]}}]", "[0s, 1s]");
  CHECK(told(*failed) == "miss 2");  // nothing was fetched
}

TEST_CASE("words: one fetches a key, the others wait for it") {
  const std::string herd = "[0s, 1ms, 1ms, 3ms]";
  const auto stampede = run(two, "[{cache: {name: c, " + fetch + "}}]", herd);
  CHECK(answers(*stampede) == "200@2 200@2 200@2 200@1");
  CHECK(told(*stampede) == "fill 3, hit 1, miss 3");
  const auto single = run(two, "[{cache: {name: c, coalesce: true, " + fetch + "}}]", herd);
  CHECK(answers(*single) == "200@2 200@2 200@2 200@1");  // 1 ms until it is there, 1 ms for a hit
  CHECK(answers(*single, false) == "200@2");             // the store was asked once
  CHECK(told(*single) == "coalesced 2, fill 1, hit 1, miss 3");
  // What fails, fails for all who wait for it.
  const auto failed =
      run(two,
          "[{cache: {name: c, coalesce: true, miss: [{call: {service: store, timeout: 1500us, "
          "statusOnError: 504}}]}}]",
          "[0s, 1ms]");
  CHECK(answers(*failed) == "504@1.5 504@0.5");
}

TEST_CASE("words: when the one who fetches is cancelled, the next one does") {
  SmallScenario scenario{
      .server =
          "{workers: unlimited, sidecar: false, cancel: true, script: [{cache: {name: c, "
          "coalesce: true, " +
          fetch + "}}]}",
      .load = "arrivals: [0s, 500us, 600us], timeout: 1900us"};
  scenario.stores = two;
  const auto record = scenario.run();
  // The first one gives up at 1.9 ms; the second one begins to fetch then and gives up at 2.4 ms,
  // the third at 2.5 ms.
  CHECK(answers(*record) == "0@1.9 0@1.9 0@1.9");
  CHECK(answers(*record, false) == "0@1.9 0@0.5 0@0.1");
  CHECK(told(*record) == "coalesced 2, miss 3");
}

TEST_CASE("words: a second cache behind the first one asks for the same key") {
  const auto record =
      run("caches: [{name: near, entries: 1}, {name: far, entries: 9}]",
          "[{cache: {name: near, key: {list: [1, 2, 1, 2]}, miss: [{cache: {name: far, key: same, "
          "hit: [{work: 1ms}], miss: [{call: store}]}}]}}]",
          "[0s, 1s, 2s, 3s]");
  CHECK(answers(*record) == "200@2 200@2 200@1 200@1");
}

TEST_CASE("words: a cache of each pod is lost when the pod crashes, a shared one is not") {
  const std::string crash = "  faults: [{at: 1500ms, for: 1ms, crash: {workload: server}}]\n";
  const std::string script = "[{cache: {name: c, " + fetch + "}}]";
  CHECK(answers(*run("caches: [{name: c, entries: 2}]", script, "[0s, 1s, 5s]", crash)) ==
        "200@2 200@1 200@1");
  CHECK(answers(*run("caches: [{name: c, entries: 2, scope: pod}]", script, "[0s, 1s, 5s]",
                     crash)) == "200@2 200@1 200@2");
}

TEST_CASE("words: a wiped cache misses, a share of it loses its hottest keys") {
  const std::string stores = "caches: [{name: c, entries: 4, prefill: full}]";
  const std::string script = "[{cache: {name: c, key: {list: [1, 2, 3, 4]}, " + fetch + "}}]";
  const std::string arrivals = "[1s, 2s, 3s, 4s]";
  const auto wiped = [&](const std::string& share) {
    return run(stores, script, arrivals,
               "  faults: [{at: 500ms, cacheWipe: {cache: c" + share + "}}]\n");
  };
  CHECK(answers(*wiped("")) == "200@2 200@2 200@2 200@2");
  CHECK(answers(*wiped(", share: 50%")) == "200@2 200@2 200@1 200@1");
  CHECK(answers(*wiped(", share: 0%")) == "200@1 200@1 200@1 200@1");
  CHECK(told(*wiped(", share: 25%")) == "fill 1, hit 3, miss 1, wipe 1");
}

TEST_CASE("words: a queue is purged: who waits is turned away, who is served is not") {
  SmallScenario scenario{.server = "{workers: 1, sidecar: false, time: 1s}",
                         .load = "arrivals: [0s, 1ms, 2ms, 700ms]",
                         .more = "  faults: [{at: 500ms, purgeQueue: {workload: server}}]\n"};
  CHECK(answers(*scenario.run()) == "200@1000 503@499 503@498 200@1300");
}

TEST_CASE("words: a share of a load is kept out for a time") {
  SmallScenario scenario{
      .server = "{workers: unlimited, sidecar: false, time: 1ms}",
      .load = "open: {arrivals: constant, rate: 1000}",
      .more = "  faults: [{at: 2s, for: 4s, shed: {load: users, share: 80%}}]\n"};
  const auto record = scenario.run();
  const auto shed = static_cast<double>(counts(*record)["shed"]);
  CHECK(std::abs(shed - 3200) < 4 * std::sqrt(4000 * 0.8 * 0.2));
  CHECK(static_cast<double>(record->requests.id.size()) == 10'000 - shed);
}

TEST_CASE(
    "words: keys of Zipf's law: the share of hits is that of the keys that a full LFU holds") {
  // 100 of 1000 keys, exponent 1: H(100) / H(1000) = 5.18738 / 7.48547. Once it knows what is
  // popular an LFU cache errs for a few keys at its edge only.
  SmallScenario scenario{
      .server =
          "{workers: unlimited, sidecar: false, script: [{cache: {name: c, key: {zipf: "
          "{keys: 1000, exponent: 1}}}}]}",
      .load = "open: {rate: 5000}"};
  scenario.stores = "caches: [{name: c, entries: 100, policy: lfu, prefill: full}]";
  const auto record = scenario.run();
  auto sum = counts(*record);
  const auto hits = static_cast<double>(sum["hit"]), misses = static_cast<double>(sum["miss"]);
  CHECK(hits / (hits + misses) == doctest::Approx(5.18738 / 7.48547).epsilon(0.03));
}

TEST_CASE("words: stores that nobody has declared, keys that nobody has") {
  struct Row {
    const char *script, *more, *code;
  };
  for (const Row& row : {
           Row{"[{cache: {name: d}}]", "", "MS0560"},
           Row{"[{with: {pool: d, do: []}}]", "", "MS0560"},
           Row{"[{publish: d}]", "", "MS0560"},
           Row{"[{cache: {name: c, key: same}}]", "", "MS0561"},
           Row{"[{cache: {name: c, coalesce: true, miss: [{cache: {name: c, coalesce: true}}]}}]",
               "", "MS0564"},
           Row{"[]", "  faults: [{at: 1s, cacheWipe: {cache: d}}]\n", "MS0560"},
           Row{"[]", "  faults: [{at: 1s, shed: {load: d, share: 1%}}]\n", "MS0560"},
           Row{"[]", "", "MS0563"},
       }) {
    SmallScenario scenario{.server = "{script: " + std::string(row.script) + "}", .more = row.more};
    scenario.stores = two;
    const Scenario read = parse_scenario(scenario.yaml(), "words.yaml");
    REQUIRE(!read.diagnostics.has_errors());
    std::string codes;
    for (const Diagnostic& problem : compile(read).problems) codes += problem.code + " ";
    CHECK(codes.find(row.code) != std::string::npos);
  }
}

}  // namespace
}  // namespace mesh
