// Active health checks as a mesh lives with them.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/support/checked_hosts.h"
#include "tests/support/outcomes.h"

namespace mesh {
namespace {

using testing::CheckedHosts;
using testing::counter;
using testing::outcomes;
using Counter = ClusterCounter;

/// "fail 3000 pass 6000": notes of one host's health checks, in milliseconds.
std::string story(const RunRecord& record, EndpointId host) {
  std::string text;
  for (const Noted& note : record.events) {
    if (note.endpoint != host) continue;
    const bool fail = note.what == EventNote::HealthCheckFail;
    if (!fail && note.what != EventNote::HealthCheckPass) continue;
    if (!text.empty()) text += ' ';
    text += fail ? "fail " : "pass ";
    text += std::to_string(note.at.ns / 1'000'000);
  }
  return text;
}

/// Requests that a host got in [from, to).
int picks(const RunRecord& record, EndpointId host, Duration from, Duration to) {
  int n = 0;
  for (std::size_t i = 0; i < record.attempts.host.size(); ++i) {
    const std::int64_t at = record.attempts.started_ns[i];
    n += record.attempts.host[i] == host.value && from.ns <= at && at < to.ns ? 1 : 0;
  }
  return n;
}

TEST_CASE("health_checks: what fails a host, and when it comes back") {
  struct Row {
    const char* name;
    void (*set)(CheckedHosts&);
    const char* story;
  };
  const Row rows[] = {
      {"a bad status at once, two successes bring it back",
       [](CheckedHosts& m) { m.answers(1, milliseconds(2500), milliseconds(4500), 503); },
       "fail 3000 pass 6000"},
      {"a retriable status as often as the threshold says",
       [](CheckedHosts& m) {
         m.config().health_check.retriable = {{503, 504}};
         m.answers(1, milliseconds(2500), milliseconds(6500), 503);
       },
       "fail 5000 pass 8000"},
      {"a status that is expected does not",
       [](CheckedHosts& m) {
         m.config().health_check.expected = {{200, 201}, {404, 405}};
         m.answers(1, milliseconds(2500), milliseconds(4500), 404);
       },
       ""},
      {"a refused connection as often as the threshold says",
       [](CheckedHosts& m) { m.down(1, milliseconds(2500), milliseconds(6500), false); },
       "fail 5000 pass 8000"},
      {"a dropped connection the same, each after its timeout",
       [](CheckedHosts& m) { m.down(1, milliseconds(2500), milliseconds(7000), true); },
       "fail 6500 pass 8500"},
      {"TCP: the connection alone decides",
       [](CheckedHosts& m) {
         m.config().health_check.kind = HealthCheckPlan::Kind::Tcp;
         m.answers(1, milliseconds(2500), milliseconds(4500), 503);
         m.down(1, milliseconds(4500), milliseconds(8500), false);
       },
       "fail 7000 pass 10000"},
      {"other intervals while it fails and at the edges",
       [](CheckedHosts& m) {
         m.timing().unhealthy_interval = milliseconds(200);
         m.timing().healthy_edge_interval = milliseconds(300);
         m.answers(1, milliseconds(2500), milliseconds(3500), 503);
         m.requests_every(seconds(1000), milliseconds(1));  // without traffic there is one interval
       },
       "fail 3000 pass 3900"},
      {"the first result decides alone",
       [](CheckedHosts& m) { m.down(1, Duration{}, milliseconds(1500), false); },
       "fail 0 pass 3000"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CheckedHosts mesh(3);
    row.set(mesh);
    const auto record = mesh.run(seconds(12));
    CHECK(story(*record, mesh.endpoint(1)) == row.story);
    CHECK(story(*record, mesh.endpoint(0)) == "");
  }
}

TEST_CASE("health_checks: an unhealthy host gets no requests") {
  CheckedHosts mesh(3);
  mesh.answers(1, milliseconds(2500), milliseconds(4500), 503);
  mesh.requests_every(milliseconds(10), seconds(8));
  const auto record = mesh.run(seconds(9));
  const EndpointId ill = mesh.endpoint(1);
  CHECK(picks(*record, ill, seconds(0), seconds(3)) == 100);
  CHECK(picks(*record, ill, milliseconds(3001), seconds(6)) == 0);
  CHECK(picks(*record, ill, milliseconds(6010), seconds(8)) >= 66);
  CHECK(counter(*record, Counter::health_check_attempt) == 30);
  CHECK(counter(*record, Counter::health_check_failure) == 2);
  CHECK(counter(*record, Counter::health_check_success) == 28);
  CHECK(record->visits.request.size() == 800);  // checks are no requests
}

TEST_CASE("health_checks: the balancers hear of a second host a merge window later") {
  CheckedHosts mesh(3);
  mesh.timing().interval = mesh.timing().no_traffic_interval = milliseconds(100);
  mesh.answers(1, milliseconds(2050), seconds(9), 503);
  mesh.answers(2, milliseconds(2250), seconds(9), 503);
  mesh.requests_every(milliseconds(10), seconds(5));
  const auto record = mesh.run(seconds(5));
  CHECK(story(*record, mesh.endpoint(1)) == "fail 2100");
  CHECK(story(*record, mesh.endpoint(2)) == "fail 2300");
  CHECK(picks(*record, mesh.endpoint(1), milliseconds(2101), seconds(5)) == 0);
  CHECK(picks(*record, mesh.endpoint(2), milliseconds(2301), milliseconds(3300)) >= 49);
  CHECK(picks(*record, mesh.endpoint(2), milliseconds(3301), seconds(5)) == 0);
}

TEST_CASE("health_checks: before all first results are known every host is held for healthy") {
  CheckedHosts mesh(2);
  mesh.timing().timeout = seconds(2);
  mesh.down(0, Duration{}, seconds(60), true);   // no first result for two seconds
  mesh.down(1, Duration{}, seconds(60), false);  // unhealthy from the first moment on
  mesh.requests_every(milliseconds(500), seconds(4));
  mesh.config().connect_timeout = milliseconds(10);
  const auto record = mesh.run(seconds(4));
  std::vector<std::string> expected = testing::times(5, "503 UF");
  expected.insert(expected.end(), 3, "503 UH");
  CHECK(outcomes(*record) == expected);
}

TEST_CASE("health_checks: a pod whose only worker is busy fails by timeouts") {
  CheckedHosts mesh(2, 1, seconds(30));
  mesh.requests_every(seconds(100), milliseconds(1));  // one request: it takes the worker
  const auto record = mesh.run(seconds(10));
  const bool first_is_busy = picks(*record, mesh.endpoint(0), {}, seconds(10)) == 1;
  // The check at 0 came before the request; those at 1, 2.5 and 4 s wait in vain for the worker.
  CHECK(story(*record, mesh.endpoint(first_is_busy ? 0 : 1)) == "fail 4500");
  CHECK(story(*record, mesh.endpoint(first_is_busy ? 1 : 0)) == "");
}

TEST_CASE("health_checks: degraded hosts take what the healthy ones cannot") {
  ResponsePlan degraded;
  degraded.degraded = true;
  CheckedHosts mesh(2);
  mesh.answers(1, {}, seconds(1000), 200, degraded);
  mesh.requests_every(milliseconds(10), seconds(100));
  const auto record = mesh.run(seconds(100));
  // 1.4 × 50 % each: 70 to the healthy one, what is left to the degraded one (`envoy.md` §6.2).
  CHECK(picks(*record, mesh.endpoint(0), {}, seconds(100)) == doctest::Approx(7000).epsilon(0.02));
  CHECK(picks(*record, mesh.endpoint(1), {}, seconds(100)) == doctest::Approx(3000).epsilon(0.04));

  CheckedHosts many(4);
  many.answers(3, {}, seconds(1000), 200, degraded);
  many.requests_every(milliseconds(10), seconds(10));
  const auto enough = many.run(seconds(10));
  CHECK(picks(*enough, many.endpoint(3), milliseconds(1), seconds(10)) == 0);
}

TEST_CASE("health_checks: x-envoy-immediate-health-check-fail of an answer takes the host out") {
  CheckedHosts mesh(2);
  ResponsePlan failing;
  failing.fails_health = true;
  mesh.hand.plan().responses.push_back(failing);
  AnswerPlan last{.status = 200,
                  .response = static_cast<std::uint32_t>(mesh.hand.plan().responses.size() - 1)};
  mesh.hand.answers(mesh.pods[0], 3, 3, last);
  mesh.config().panic_threshold_percent = 50;
  mesh.requests_every(milliseconds(100), seconds(3));
  const auto record = mesh.run(seconds(4));
  // The third request of pod 0 is answered at 400 or 500 ms; checks pass at 1 s and 2 s.
  const std::string told = story(*record, mesh.endpoint(0));
  CHECK((told == "fail 400 pass 2000" || told == "fail 500 pass 2000"));
  CHECK(picks(*record, mesh.endpoint(0), milliseconds(501), seconds(2)) == 0);
  CHECK(counter(*record, Counter::health_check_passive_failure) == 1);
  // Excluded, it does not count: one of one is healthy and nobody panics.
  CHECK(counter(*record, Counter::lb_healthy_panic) == 0);
}

TEST_CASE("health_checks: a check that passes ends an ejection, unless told not to") {
  for (const bool returns : {true, false}) {
    CAPTURE(returns);
    CheckedHosts mesh(2);
    mesh.config().health_check.returns_ejected = returns;
    OutlierConfig& outlier = mesh.config().outlier.emplace();
    outlier.consecutive_5xx = 1;
    outlier.max_ejection_percent = 100;
    AnswerPlan bad{.status = 500};
    mesh.hand.answers(mesh.pods[0], 2, 2, bad);
    mesh.requests_every(milliseconds(100), seconds(5));
    const auto record = mesh.run(seconds(5));
    CHECK(counter(*record, Counter::ejections_enforced_total) == 1);
    const int after = picks(*record, mesh.endpoint(0), milliseconds(2010), seconds(5));
    CHECK(after == (returns ? 15 : 0));
  }
}

TEST_CASE("health_checks: a pod that is scaled away stays until it fails its checks") {
  for (const bool keeps : {true, false}) {
    CAPTURE(keeps);
    CheckedHosts mesh(2);
    mesh.config().health_check.keeps_removed_hosts = keeps;
    mesh.hand.plan().changes.add(
        {.text = "scale", .at = Instant{} + milliseconds(1500), .workload = mesh.pods[1]});
    mesh.hand.plan().endpoint_propagation = milliseconds(100);
    mesh.requests_every(milliseconds(10), seconds(10));
    const auto record = mesh.run(seconds(10));
    // Timeouts at 2.5, 4 and 5.5 s.
    const EndpointId gone = mesh.endpoint(1);
    CHECK(picks(*record, gone, milliseconds(1601), milliseconds(5500)) == (keeps ? 194 : 0));
    CHECK(picks(*record, gone, milliseconds(5501), seconds(10)) == 0);
    CHECK(story(*record, gone) == (keeps ? "fail 5500" : ""));
    CHECK(counter(*record, Counter::membership_change) == 1);
  }
}

TEST_CASE("health_checks: a new pod is used when its first check has passed") {
  CheckedHosts mesh(2);
  mesh.hand.plan().workloads[mesh.pods[1]].replicas = 0;
  mesh.hand.plan().changes.add({.text = "scale",
                                .at = Instant{} + milliseconds(1500),
                                .workload = mesh.pods[1],
                                .replicas = 1});
  mesh.hand.plan().endpoint_propagation = milliseconds(100);
  mesh.answers(1, {}, milliseconds(3500), 503);
  mesh.requests_every(milliseconds(10), seconds(6));
  const auto record = mesh.run(seconds(6));
  // Checks at 1.6, 2.6, 3.6 (the first to pass) and 4.6 s (the second).
  CHECK(picks(*record, mesh.endpoint(1), {}, milliseconds(4600)) == 0);
  CHECK(picks(*record, mesh.endpoint(1), milliseconds(4610), seconds(6)) >= 69);
  CHECK(story(*record, mesh.endpoint(1)) == "pass 4600");
}

TEST_CASE("health_checks: an idle proxy asks once per no_traffic_interval") {
  CheckedHosts mesh(2);
  mesh.timing().no_traffic_interval = seconds(60);
  const auto idle = mesh.run(seconds(601));
  CHECK(counter(*idle, Counter::health_check_attempt) == 2 * 11);
  mesh.requests_every(seconds(1000), milliseconds(1));  // one request opens one connection
  const auto used = mesh.run(seconds(61) - milliseconds(1));
  CHECK(counter(*used, Counter::health_check_attempt) == 2 * (1 + 60));
}

TEST_CASE("health_checks: jitter spreads the checks, and the same seed repeats them") {
  CheckedHosts mesh(1);
  mesh.timing().interval_jitter_percent = 50;
  mesh.timing().initial_jitter = milliseconds(400);
  std::uint64_t least = 1000, most = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto record = mesh.run(seconds(100), seed);
    const std::uint64_t checks = counter(*record, Counter::health_check_attempt);
    least = std::min(least, checks);
    most = std::max(most, checks);
    CHECK(mesh.run(seconds(100), seed)->hash() == record->hash());
  }
  CHECK(least >= 67);  // 1.5 s apart at most
  CHECK(most <= 100);
  CHECK(least < most);
}

/// Pods that fail in every way at random times and are well after ten seconds.
struct RandomLives : CheckedHosts {
  explicit RandomLives(std::uint64_t seed) : CheckedHosts(4, seed % 3 == 0 ? 1 : 0), random(seed) {
    HealthCheckConfig& c = timing();
    c.timeout = milliseconds(upto(400));
    c.interval = c.no_traffic_interval = milliseconds(100 + upto(400));
    c.unhealthy_threshold = upto(3);
    c.healthy_threshold = upto(3);
    c.interval_jitter_percent = random() % 2 == 0 ? 0 : 40;
    config().health_check.keeps_removed_hosts = random() % 2 == 0;
    config().health_check.ignore_new_hosts = random() % 2 == 0;
    config().load_balancer.kind =
        random() % 2 == 0 ? LoadBalancerKind::RoundRobin : LoadBalancerKind::LeastRequest;
    config().connect_timeout = milliseconds(50);
    hand.plan().network.same_zone.one_way = milliseconds(upto(3) - 1);
    for (std::uint32_t pod = 0; pod < 4; ++pod) {
      ResponsePlan response;
      response.degraded = random() % 3 == 0;
      response.fails_health = random() % 4 == 0;
      const std::uint32_t from = upto(5000);
      answers(pod, milliseconds(from), milliseconds(from + upto(3000)),
              random() % 2 == 0 ? std::uint16_t{200} : std::uint16_t{503}, response);
      const std::uint32_t shut = upto(8000);
      down(pod, milliseconds(shut), milliseconds(shut + upto(1500)), random() % 2 == 0);
    }
    for (const std::uint32_t replicas : {0u, 1u}) {
      hand.plan().changes.add({.text = "scale",
                               .at = Instant{} + milliseconds(3000 + 2500 * replicas),
                               .workload = pods[3],
                               .replicas = replicas});
    }
    hand.plan().endpoint_propagation = milliseconds(upto(500));
    requests_every(milliseconds(10), seconds(12));
  }
  std::uint32_t upto(std::uint32_t n) { return 1 + static_cast<std::uint32_t>(random() % n); }
  std::mt19937_64 random;
};

TEST_CASE("health_checks: over random lives nobody is picked who is told to be unhealthy") {
  std::uint64_t refused = 0, failed = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    RandomLives mesh(seed);
    const auto plan = mesh.build();
    Engine engine(plan, seed);
    const World& world = engine.world();
    const Instant end = Instant{} + seconds(30);
    std::vector<HostHealth> told(4, HostHealth::Healthy);
    std::uint64_t attempts = 0;
    std::vector<std::uint32_t> newest;  // generation of the latest attempt seen in a slot
    bool more = true;
    while (more) {
      more = engine.run_events(1, end) > 0;
      for (std::uint32_t slot = 0; slot < world.attempts.slot_count(); ++slot) {
        if (!world.attempts.live_at(slot)) continue;
        if (slot >= newest.size()) newest.resize(slot + 1, nil);
        if (newest[slot] == world.attempts.generation(slot)) continue;
        newest[slot] = world.attempts.generation(slot);
        ++attempts;
        const bool unwell =
            told[world.attempts[slot].host_index] >= HostHealth::Unhealthy;  // before the event
        REQUIRE_FALSE(unwell);
      }
      for (std::uint32_t h = 0; h < 4; ++h) told[h] = world.probes[h].told;
    }
    CHECK(attempts > 0);
    for (std::uint32_t h = 0; h < 4; ++h) {  // all is well again, and nothing is left of it
      CHECK(world.probes[h].told == HostHealth::Healthy);
      CHECK_FALSE(world.probes[h].kept);
    }
    CHECK(world.proxy_clusters[0].view == nil);
    CHECK(world.free_views.size() == world.own_views.size());
    const auto record = engine.record();
    CHECK(counter(*record, Counter::health_check_attempt) >=
          counter(*record, Counter::health_check_success) +
              counter(*record, Counter::health_check_failure) -
              counter(*record, Counter::health_check_passive_failure));
    failed += counter(*record, Counter::health_check_failure);
    for (const std::string& outcome : outcomes(*record)) refused += outcome == "503 UH" ? 1 : 0;
  }
  CHECK(failed > 500);
  CHECK(refused > 100);
}

TEST_CASE("health_checks: a copy taken in the middle of checks goes on alike") {
  CheckedHosts mesh(3, 1, milliseconds(40));
  mesh.timing().interval_jitter_percent = 30;
  mesh.hand.plan().network.same_zone.one_way = milliseconds(3);
  mesh.answers(1, milliseconds(2500), milliseconds(4500), 503);
  mesh.down(2, seconds(3), seconds(6), true);
  mesh.requests_every(milliseconds(15), seconds(10));
  const auto plan = mesh.build();
  Engine straight(plan, 7), other(plan, 7);
  other.run_events(700, Instant{} + seconds(12));
  Engine copy = other;
  copy.run_until(Instant{} + seconds(12), {});
  straight.run_until(Instant{} + seconds(12), {});
  CHECK(copy.record()->hash() == straight.record()->hash());
}

}  // namespace
}  // namespace mesh
