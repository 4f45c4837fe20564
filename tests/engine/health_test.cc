// Outlier detection as a mesh lives with it: idle clusters, dropped cells.
#include <doctest/doctest.h>

#include <numeric>
#include <random>

#include "libmesh/engine/engine.h"
#include "tests/support/checked_hosts.h"
#include "tests/support/outcomes.h"
#include "tests/support/pair.h"

namespace mesh {
namespace {

using testing::counter;
using testing::HandPlan;
using testing::outcomes;
using testing::Pair;
using Counter = ClusterCounter;
using Outcomes = std::vector<std::string>;

/// `clients` pods call each of `services` once in every pod, at the start; all answers are 500.
std::shared_ptr<const Plan> touched_once(std::uint32_t clients, std::uint32_t services) {
  HandPlan hand;
  const WorkloadId client = hand.client("client", clients, true, 1);
  for (std::uint32_t s = 0; s < services; ++s) {
    const WorkloadId server = hand.service("server-" + std::to_string(s),
                                           {.pods = 1, .workers = 0, .time = Distribution()});
    hand.handler_of(server).error_rate = 1;
    ClusterConfig& config = hand.cluster_of(server);
    config.outlier.emplace();
    config.idle_timeout = seconds(60);
    hand.requests_at(client, server, std::vector<int>(clients, 0));
  }
  return hand.build();
}

TEST_CASE("health: ten thousand pairs that were used once cost nothing while they are idle") {
  const auto idle_events = [](std::uint32_t clients, std::uint32_t services) {
    Engine engine(touched_once(clients, services), 1);
    engine.run_until(Instant{} + minutes(5), {});
    REQUIRE(engine.world().pairs == clients * services);
    return engine.run_events(10'000'000, Instant{} + hours(24));
  };
  CHECK(idle_events(100, 100) == idle_events(1, 1));  // the recorder's own samples
}

TEST_CASE("health: in a sweep over up to 10^5 idle pairs an hour costs the same for each") {
  const auto hour = [](std::uint32_t clients, std::uint32_t services) {
    Engine engine(touched_once(clients, services), 1);
    engine.run_until(Instant{} + minutes(5), {});
    REQUIRE(engine.world().pairs == clients * services);
    std::uint32_t armed = 0;
    for (const ProxyCluster& cluster : engine.world().proxy_clusters) {
      armed += cluster.sweep_armed ? 1 : 0;
    }
    CHECK(armed == 0);  // whatever their outlier detectors saw has been looked at
    return engine.run_events(10'000'000, Instant{} + minutes(65));
  };
  const std::uint64_t samples = hour(1, 1);
  for (const std::uint32_t services : {1u, 10u, 100u}) CHECK(hour(1000, services) == samples);
}

TEST_CASE("health: an ejection by success rate says the rates, cut off to whole percent") {
  testing::CheckedHosts mesh(6);
  mesh.config().health_check = {};
  OutlierConfig& outlier = mesh.config().outlier.emplace();
  outlier.enforcing_consecutive_5xx = 0;
  outlier.max_ejection_percent = 100;
  mesh.hand.handler_of(mesh.pods[5]).answer.status = 500;
  mesh.hand.answers(mesh.pods[5], 1, 50, AnswerPlan{.status = 200});
  mesh.requests_every(milliseconds(10), seconds(9));
  const auto record = mesh.run(seconds(11));
  std::vector<Noted> ejections;
  for (const Noted& note : record->events) {
    if (note.what == EventNote::Eject) ejections.push_back(note);
  }
  REQUIRE(ejections.size() == 1);
  CHECK(ejections[0].endpoint == mesh.endpoint(5));
  // 150 each: 50 / 150 = 33.3 %; (5 × 100 + 33.3) / 6 = 88.9 %; 88.9 - 1.9 × 24.85 = 41.7 %.
  CHECK(ejections[0].rates == EjectionRates{.host = 33, .mean = 88, .threshold = 41});
}

TEST_CASE("health: cells that equal the default may be dropped at random instants") {
  std::uint64_t dropped = 0, ejected = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    HandPlan hand;
    const WorkloadId client = hand.client("client", 2, true, 2);
    const WorkloadId server = hand.service("server", {.pods = 5, .workers = 4});
    OutlierConfig& outlier = hand.cluster_of(server).outlier.emplace();
    outlier.interval = milliseconds(500);
    outlier.base_ejection_time = milliseconds(700);
    outlier.consecutive_5xx = 2;
    outlier.max_ejection_percent = 60;
    outlier.enforcing_success_rate = outlier.enforcing_local_origin_success_rate = 0;
    hand.handler_of(server).error_rate = 0.1;
    hand.open_load("load", client, server, 100);
    const auto plan = hand.build();
    Engine kept(plan, seed), sparse(plan, seed);
    World& world = const_cast<World&>(sparse.world());  // a test may do what no engine does
    std::mt19937_64 random(seed);
    while (sparse.run_events(1 + random() % 50, plan->until) > 0) {
      for (const ProxyCluster& cluster : world.proxy_clusters) {
        for (std::uint32_t h = 0; h < 5; ++h) {
          OutlierState& state = world.outlier_cells[cluster.first_outlier + h].state;
          Ejection& ejection = world.ejections[cluster.first_outlier + h];
          ejected += state.ejected ? 1 : 0;
          if (!is_default(state, ejection)) continue;
          state = OutlierState{};
          ejection = Ejection{};
          ++dropped;
        }
      }
    }
    kept.run_until(plan->until, {});
    CHECK(kept.world().loop.fingerprint() == sparse.world().loop.fingerprint());
    CHECK(kept.record()->hash() == sparse.record()->hash());
  }
  CHECK(dropped > 200);
  CHECK(ejected > 1000);
}

/// Hosts in turn, each ejected by its first error; no panic.
struct Fleet : Pair {
  explicit Fleet(std::uint32_t pods) : Pair(milliseconds(1), pods) {
    ClusterConfig& cluster = hand.cluster_of(server);
    cluster.load_balancer.kind = LoadBalancerKind::RoundRobin;
    cluster.panic_threshold_percent = 0;
    outlier = &cluster.outlier.emplace();
    outlier->consecutive_5xx = 1;
    outlier->max_ejection_percent = 100;
  }
  OutlierConfig* outlier;
};

TEST_CASE("health: a second ejection within a second keeps its requests for one more second") {
  struct Row {
    const char* name;
    std::vector<int> at_ms;
    Outcomes outcomes;
  };
  // Two hosts that always fail, no panic: without a host the answer is 503 UH.
  const Row rows[] = {
      {"both ejections are heard of at once when they are two seconds apart",
       {0, 2000, 2010, 2500},
       {"500", "500", "503 UH", "503 UH"}},
      {"100 ms apart the second host is picked for a whole window more",
       {0, 100, 500, 1099, 1110},
       {"500", "500", "500", "500", "503 UH"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Fleet p(2);
    p.hand.handler_of(p.server).answer.status = 500;
    const auto record = p.run(row.at_ms, seconds(5));
    CHECK(outcomes(*record) == row.outcomes);
    CHECK(counter(*record, Counter::ejections_enforced_total) == 2);  // those of an ejected one: no
  }
}

TEST_CASE("health: of two hosts that return together the second is heard of a second later") {
  Fleet p(2);
  p.hand.answers(p.server, 1, 1, p.answer(500, milliseconds(1)));
  // Out at 0 and 2 s, both back at the tick at 40 s.
  const auto record = p.run({0, 2000, 39999, 40100, 40200, 40300, 41100, 41200});
  CHECK(outcomes(*record) == Outcomes{"500", "500", "503 UH", "200", "200", "200", "200", "200"});
  const std::vector<std::uint32_t>& hosts = record->attempts.host;
  REQUIRE(hosts.size() == 7);
  CHECK(hosts[2] == hosts[3]);
  CHECK(hosts[3] == hosts[4]);
  CHECK(hosts[5] != hosts[6]);
}

TEST_CASE("health: after a detection a full new streak is needed, whatever became of it") {
  struct Row {
    const char* name;
    std::uint32_t enforcing, percent;
    std::uint64_t total, overflows;
  };
  const Row rows[] = {
      {"not enforced", 0, 100, 3, 0},
      {"no host may go", 100, 99, 0, 3},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Fleet p(1);
    p.hand.handler_of(p.server).answer.status = 500;
    p.outlier->consecutive_5xx = 3;
    p.outlier->enforcing_consecutive_5xx = row.enforcing;
    p.outlier->max_ejection_percent = row.percent;
    const auto record = p.run({0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100});
    CHECK(outcomes(*record) == testing::times(11, "500"));
    CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) == 3);
    CHECK(counter(*record, Counter::ejections_total) == row.total);
    CHECK(counter(*record, Counter::ejections_overflow) == row.overflows);
    CHECK(counter(*record, Counter::ejections_enforced_total) == 0);
  }
}

TEST_CASE("health: the stay grows with each ejection, and shrinks again in quiet intervals") {
  struct Row {
    const char* name;
    std::vector<int> at_ms;
    Outcomes outcomes;
  };
  // The host fails its first three requests. Base and interval are 10 s: the first stay ends at the
  // tick at 20 s, the second one, of 20 s, at 50 s.
  const Row rows[] = {
      {"at once out again: 30 s, to the tick at 90 s",
       {0, 19000, 25000, 49000, 52000, 89000, 91000},
       {"500", "503 UH", "500", "503 UH", "500", "503 UH", "200"}},
      {"after the ticks at 60 and 70 s: 10 s, to the tick at 90 s",
       {0, 25000, 75000, 84000, 91000},
       {"500", "500", "500", "503 UH", "200"}},
      {"after the tick at 60 s only: 20 s, to the tick at 90 s",
       {0, 25000, 65000, 81000, 91000},
       {"500", "500", "500", "503 UH", "200"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Fleet p(1);
    p.hand.answers(p.server, 1, 3, p.answer(500, milliseconds(1)));
    p.outlier->base_ejection_time = p.outlier->interval = seconds(10);
    CHECK(outcomes(*p.run(row.at_ms, seconds(100))) == row.outcomes);
  }
}

TEST_CASE("health: an ejection closes what connects for nobody, keeps what somebody waits for") {
  struct Row {
    const char* name;
    std::vector<int> at_ms;
    std::uint64_t closed;
  };
  // One way takes 5 ms: the first request is answered, and the host out, at 21 ms, when the second
  // request takes its connection over; the connections made for the others need until 30 ms.
  const Row rows[] = {
      {"the second request left its connection behind", {0, 20}, 1},
      {"the third request still waits", {0, 20, 20}, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Fleet p(1);
    p.hand.answers(p.server, 1, 1, p.answer(500, milliseconds(1)));
    p.hand.plan().network.same_zone.one_way = milliseconds(5);
    const auto record = p.run(row.at_ms, milliseconds(25));
    CHECK(counter(*record, Counter::ejections_enforced_total) == 1);
    CHECK(counter(*record, Counter::upstream_cx_destroy_local) == row.closed);
  }
}

TEST_CASE("health: what a host did before it went out is no volume of the interval of its return") {
  Fleet p(1);
  p.hand.answers(p.server, 1, 4, p.answer(500, milliseconds(1)));
  p.outlier->consecutive_5xx = 4;
  p.outlier->base_ejection_time = p.outlier->interval = seconds(10);
  p.outlier->enforcing_failure_percentage = 100;
  p.outlier->failure_percentage_minimum_hosts = 1;
  p.outlier->failure_percentage_request_volume = 4;
  const auto record = p.run({0, 100, 200, 300, 25000});  // out at 0.3 s, back at 20 s
  CHECK(outcomes(*record) == Outcomes{"500", "500", "500", "500", "200"});
  CHECK(counter(*record, Counter::ejections_detected_failure_percentage) == 0);
}

TEST_CASE("health: a detection is enforced as often as its percentage says, with 0 never") {
  struct Row {
    std::uint32_t percent;
    std::uint64_t least, most;
  };
  for (const Row& row : {Row{0, 0, 0}, Row{30, 240, 360}, Row{100, 990, 1000}}) {
    CAPTURE(row.percent);
    Pair p(milliseconds(1), 1000);
    p.hand.cluster_of(p.server).load_balancer.kind = LoadBalancerKind::RoundRobin;
    p.hand.handler_of(p.server).answer.status = 500;
    OutlierConfig& outlier = p.hand.cluster_of(p.server).outlier.emplace();
    outlier.consecutive_5xx = 1;
    outlier.max_ejection_percent = 100;
    outlier.enforcing_consecutive_5xx = row.percent;
    std::vector<int> at(1000);  // within the merge window of the first: nearly each host gets one
    std::iota(at.begin(), at.end(), 0);
    p.hand.plan().until = Instant{} + seconds(2);
    const auto record = p.run(at, milliseconds(1005));
    CHECK(counter(*record, Counter::ejections_total) >= 990);
    CHECK(counter(*record, Counter::ejections_enforced_total) >= row.least);
    CHECK(counter(*record, Counter::ejections_enforced_total) <= row.most);
  }
}

TEST_CASE("health: a change of members takes along what waits, its timer is void") {
  for (const bool crash : {false, true}) {
    CAPTURE(crash);
    Fleet p(4);
    p.hand.handler_of(p.server).answer.status = 500;
    p.hand.plan().endpoint_propagation = {};
    if (crash) {
      p.hand.plan().faults.add({.kind = FaultKind::Crash,
                                .from = Instant{} + milliseconds(200),
                                .workload = p.server,
                                .replicas = 1});
    }
    const auto record = p.run({0, 100}, seconds(3));  // the second ejection waits until 1.1 s
    CHECK(counter(*record, Counter::ejections_enforced_total) == 2);
    CHECK(record->info.updates_via_merge == (crash ? 0 : 1));
  }
}

TEST_CASE("health: an error in the headers of a gRPC answer counts as its HTTP equivalent") {
  struct Row {
    const char* name;
    bool grpc;
    std::int8_t status;
    std::uint64_t detected;
  };
  const Row rows[] = {
      {"UNAVAILABLE is a 503", true, 14, 1},
      {"NOT_FOUND is a 404", true, 5, 0},
      {"the request is no gRPC", false, 14, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Pair p(milliseconds(1));
    p.hand.cluster_of(p.server).outlier.emplace().consecutive_5xx = 2;
    Plan& plan = p.hand.plan();
    plan.templates[p.hand.request_to(p.server)].grpc = row.grpc;
    p.hand.handler_of(p.server).answer.response = static_cast<std::uint32_t>(plan.responses.size());
    plan.responses.push_back({.grpc_status = row.status});
    const auto record = p.run({0, 100});
    CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) == row.detected);
  }
}

}  // namespace
}  // namespace mesh
