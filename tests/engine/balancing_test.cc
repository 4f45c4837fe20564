// Balancers of the engine against obvious slow versions over random host sets, health and retries.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "libmesh/base/hash.h"
#include "libmesh/engine/engine.h"
#include "tests/support/hand_plan.h"
#include "tests/support/outcomes.h"
#include "tests/support/pair.h"
#include "tests/support/slow_balancer.h"
#include "tests/support/small_cluster.h"

namespace mesh {
namespace {

using testing::HandPlan;
using testing::known;
using testing::Known;
using testing::SlowBalancer;
using testing::SmallCluster;
using Kind = LoadBalancerKind;

// ---- random meshes ------------------------------------------------------------------------------

struct Setting {
  Kind kind = Kind::LeastRequest;
  bool weighted = false, by_priority = false, by_locality = false, warms_up = false;
  HashPart::Kind key = HashPart::Kind::Fixed;
};

struct Mesh {
  std::shared_ptr<const Plan> plan;
  EndpointId client;
  std::uint32_t workers = 1, connections = 0;
  RetryPolicy retry;
};

void place_hosts(const Setting& setting, std::mt19937& random, ClusterConfig& config) {
  const std::uint32_t groups = setting.by_locality || setting.by_priority ? 1 + random() % 4 : 1;
  std::vector<LocalityPlan> localities;
  for (std::uint32_t g = 0; g < groups; ++g) {
    const auto priority = static_cast<std::uint16_t>(
        setting.by_priority && g > 0 ? localities.back().priority + random() % 2 : 0);
    const auto weight = static_cast<std::uint32_t>(1 + random() % 9);
    localities.push_back({"zone-" + std::to_string(g), weight, priority});
  }
  const std::uint32_t n = static_cast<std::uint32_t>(config.hosts.size());
  for (std::uint32_t h = 0; h < n; ++h) {
    const std::uint32_t g = h * groups / n;
    config.hosts[h].locality = static_cast<std::uint16_t>(g);
    config.hosts[h].priority = localities[g].priority;
    config.hosts[h].weight = setting.weighted ? 1 + random() % 5 : 1;
    config.hosts[h].port = 8080;
  }
  while (localities.size() > config.hosts.back().locality + 1u) localities.pop_back();
  config.localities = localities;
  config.locality_weighted = setting.by_locality;
}

Mesh random_mesh(const Setting& setting, std::mt19937& random) {
  HandPlan hand;
  Mesh mesh;
  mesh.workers = 1 + random() % 3;
  const WorkloadId client = hand.client("client", 1, true, mesh.workers);
  const std::uint32_t pods = 4 + random() % 9;
  const WorkloadId server = hand.service(
      "server", {.pods = pods, .workers = 2, .time = Distribution(Exponential{milliseconds(20)})});
  Plan& plan = hand.plan();
  for (std::uint32_t e = 0; e < plan.endpoints.size(); ++e) {
    plan.endpoints[EndpointId{e}].address = "10.0.0." + std::to_string(e + 1);
  }
  ClusterConfig& config = hand.cluster_of(server);
  place_hosts(setting, random, config);
  config.load_balancer.kind = setting.kind;
  config.load_balancer.table_size = 251;
  config.load_balancer.minimum_ring_size = 128;
  if (setting.warms_up) config.load_balancer.slow_start.window = seconds(1);
  config.panic_threshold_percent = static_cast<std::uint32_t>(random() % 3) * 50;
  config.outlier.emplace();
  config.outlier->consecutive_5xx = 1 + random() % 2;
  config.outlier->max_ejection_percent = 100;
  config.outlier->interval = milliseconds(300);
  config.outlier->base_ejection_time = milliseconds(400);
  config.outlier->enforcing_success_rate = config.outlier->enforcing_local_origin_success_rate = 0;
  hand.handler_of(server).error_rate = 0.1;
  hand.handler_of(server).error_status = 503;
  // Pods come, and go for a while.
  plan.workloads[server].replicas = pods - 2;
  plan.endpoint_propagation = milliseconds(50);
  plan.changes.add({"grow", Instant{} + milliseconds(900), 0, server, pods});
  plan.changes.add({"shrink", Instant{} + milliseconds(1700), 0, server, pods - 3});
  plan.clusters_made_at = Instant{} - seconds(10);
  mesh.retry = {.on = RetryOn::FiveXx, .num_retries = 3};
  mesh.retry.previous_hosts = random() % 2 == 0;
  mesh.retry.host_selection_attempts = random() % 4;
  hand.route_of(server).retry = mesh.retry;
  mesh.connections = random() % 2 * 5;
  const LoadId load = hand.open_load("load", client, server, 400);
  plan.loads[load].connections = mesh.connections;
  plan.hash_keys.push_back({RouteId{0},
                            hand.request_to(server),
                            {{setting.key, 0x1234567890abcdefull + random(), "u{i%37}"}}});
  mesh.client = plan.workloads[client].first_endpoint;
  mesh.plan = hand.build();
  return mesh;
}

std::uint64_t expected_hash(const Mesh& mesh, std::uint64_t seed, std::uint64_t number) {
  const HashPart& part = mesh.plan->hash_keys.front().parts.front();
  const std::uint64_t shared = mesh.connections > 0 ? mesh.connections : mesh.workers;
  switch (part.kind) {
    case HashPart::Kind::Fixed:
      return part.hash;
    case HashPart::Kind::Numbered:
      return xxh64("u" + std::to_string(number % 37));
    case HashPart::Kind::SourceIp:
      return xxh64(mesh.plan->endpoints[mesh.client].address);
    case HashPart::Kind::Cookie:
      return Draws(seed)
          .at(Purpose::DownstreamConnection, mesh.client.value, number % shared)
          .word();
  }
  return 0;
}

/// What a test has seen: it must be able to fail.
struct Seen {
  std::uint64_t picks = 0, retries = 0, updates = 0, ejections = 0, panics = 0;
};

/// Runs a mesh event by event; every pick is compared with the slow version's.
void follow(const Mesh& mesh, std::uint64_t seed, Seen& seen) {
  const ClusterConfig& config = mesh.plan->cluster_configs[ClusterConfigId{0}];
  Engine engine(mesh.plan, seed);
  const World& world = engine.world();
  SlowBalancer slow(*mesh.plan, config, seed, mesh.client, mesh.workers);
  Known before = known(world, config);
  bool made = false;
  std::set<std::pair<std::uint32_t, std::uint32_t>> attempts;
  std::map<std::uint64_t, std::set<std::uint32_t>> tried;  // by request
  while (engine.run_events(1, Instant{} + milliseconds(2600)) > 0) {
    if (!made && !world.proxy_clusters.empty()) {
      made = true;
      Known fresh = before;
      fresh.updates = 1;
      slow.rebuild(fresh, world);
    }
    for (std::uint32_t slot = 0; slot < world.attempts.slot_count(); ++slot) {
      if (!world.attempts.live_at(slot)) continue;
      if (!attempts.insert({slot, world.attempts.generation(slot)}).second) continue;
      const Attempt& attempt = world.attempts[slot];
      const Request& request = world.requests[attempt.request];
      const bool retry = attempt.number > 1;
      const bool choosy = retry && mesh.retry.previous_hosts;
      const std::uint32_t host = slow.select(before, world, request, attempt.number - 1u,
                                             choosy ? tried[request.id] : std::set<std::uint32_t>(),
                                             choosy ? mesh.retry.host_selection_attempts : 0,
                                             expected_hash(mesh, seed, request.id));
      CAPTURE(seen.picks);
      REQUIRE(attempt.host_index == host);
      tried[request.id].insert(host);
      ++seen.picks;
      seen.retries += retry ? 1 : 0;
    }
    const Known after = known(world, config);
    if (made && after.updates > std::max(before.updates, 1u)) {
      slow.rebuild(after, world);
      ++seen.updates;
    }
    before = after;
  }
  const auto& counters = world.proxy_clusters.front().counters;
  seen.ejections += counters[static_cast<std::size_t>(ClusterCounter::ejections_enforced_total)];
  seen.panics += counters[static_cast<std::size_t>(ClusterCounter::lb_healthy_panic)];
}

TEST_CASE("balancing: every pick is the slow version's, whatever weights, health and retries") {
  std::mt19937 random(5);
  for (const Kind kind :
       {Kind::RoundRobin, Kind::LeastRequest, Kind::Random, Kind::RingHash, Kind::Maglev}) {
    CAPTURE(static_cast<int>(kind));
    Seen seen;
    for (int round = 0; round < 24; ++round) {
      CAPTURE(round);
      Setting setting;
      setting.kind = kind;
      setting.weighted = round % 2 == 1;
      setting.by_priority = round % 3 == 1;
      setting.by_locality = round % 4 >= 2;
      setting.warms_up = round % 5 == 3;
      setting.key = static_cast<HashPart::Kind>(round % 4);
      follow(random_mesh(setting, random), 1 + static_cast<std::uint64_t>(round), seen);
    }
    CHECK(seen.picks > 20'000);
    CHECK(seen.retries > 1'000);
    CHECK(seen.ejections > 200);
    CHECK(seen.panics > 1'000);
    CHECK((seen.updates > 20 || is_hashed(kind)));
  }
}

TEST_CASE("balancing: bounded load leaves a hot pod for others") {
  SmallCluster mesh(4, Kind::RingHash, 400);
  mesh.hash_by({.kind = HashPart::Kind::Fixed, .hash = 42});
  mesh.hand.handler_of(mesh.server).answer.time =
      mesh.hand.distribution(Distribution(Constant{milliseconds(50)}));
  const auto hot = mesh.run(seconds(2));
  CHECK(std::count(hot.begin(), hot.end(), 0) == 3);
  mesh.config().load_balancer.hash_balance_percent = 120;
  const auto bounded = mesh.run(seconds(2));
  // About twenty are active, of which a pod may have 1.2 of its quarter; the others follow in an
  // order that the hash shuffles.
  CHECK(std::count(bounded.begin(), bounded.end(), 0) <= 1);
  CHECK(*std::max_element(bounded.begin(), bounded.end()) < 340);
}

TEST_CASE("balancing: retries that leave priorities go to the next one after two tries") {
  SmallCluster mesh(2, Kind::RoundRobin, 10);
  ClusterConfig& config = mesh.config();
  config.hosts[1].priority = config.hosts[1].locality = 1;
  config.localities = {{"near", 1, 0}, {"far", 1, 1}};
  RoutePlan& route = mesh.hand.route_of(mesh.server);
  route.retry = RetryPolicy{.on = RetryOn::FiveXx, .num_retries = 3};
  HandlerPlan& handler = mesh.hand.handler_of(mesh.server);
  handler.error_rate = 1.0;
  handler.error_status = 503;
  CHECK(mesh.run(seconds(10)) == std::vector<std::uint64_t>{400, 0});
  route.retry->previous_priorities_frequency = 2;
  // near, near, far, far: everything was tried, so it starts over after that.
  CHECK(mesh.run(seconds(10)) == std::vector<std::uint64_t>{200, 200});
}

TEST_CASE("balancing: a copy made mid-run picks on with schedules of its own") {
  std::mt19937 random(7);
  for (const Kind kind : {Kind::RoundRobin, Kind::LeastRequest, Kind::Maglev}) {
    const Mesh mesh = random_mesh({.kind = kind, .weighted = true, .by_locality = true}, random);
    Engine once(mesh.plan, 3), again(mesh.plan, 3);
    once.run_events(1500, Instant{} + seconds(9));
    Engine fork = once;
    once.run_events(2000, Instant{} + seconds(9));
    fork.run_events(2000, Instant{} + seconds(9));
    again.run_events(3500, Instant{} + seconds(9));
    CHECK(once.world().loop.fingerprint() == again.world().loop.fingerprint());
    CHECK(fork.world().loop.fingerprint() == again.world().loop.fingerprint());
    CHECK(fork.record()->hash() == again.record()->hash());
  }
}

TEST_CASE("balancing: each pick by the fallback of subsets is counted") {
  for (const bool fallback : {true, false}) {
    CAPTURE(fallback);
    testing::Pair p(milliseconds(1), 2);
    p.hand.cluster_of(p.server).subset_fallback = fallback;
    const auto record = p.run({0, 1, 2});
    CHECK(testing::outcomes(*record) == testing::times(3, "200"));
    CHECK(testing::counter(*record, ClusterCounter::lb_subsets_fallback) == (fallback ? 3 : 0));
  }
}

}  // namespace
}  // namespace mesh
