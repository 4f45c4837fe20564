// Weights from load reports against a plain list of the reports.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>

#include "libmesh/engine/engine.h"
#include "libmesh/policy/load_balancer/client_side_wrr.h"
#include "tests/support/hand_plan.h"
#include "tests/support/small_cluster.h"

namespace mesh {
namespace {

using testing::HandPlan;
constexpr auto by_reports = LoadBalancerKind::ClientSideWeightedRoundRobin;

/// One cluster whose pods report what `utilizations` says (0 = nothing), 100 requests a second.
struct Reporting {
  explicit Reporting(const std::vector<double>& utilizations, double rps = 900)
      : client(hand.client("client", 1, true, 1)) {
    std::vector<HostPlan> hosts;
    for (std::size_t i = 0; i < utilizations.size(); ++i) {
      const WorkloadId pod = hand.service("pod-" + std::to_string(i),
                                          {.pods = 1, .workers = 0, .time = Distribution()});
      pods.push_back(pod);
      hosts.push_back({hand.plan().workloads[pod].first_endpoint});
      if (hand.plan().responses.empty()) hand.plan().responses.emplace_back();
      if (utilizations[i] == 0) continue;
      ResponsePlan response;
      response.load_report = OrcaReport{.cpu_utilization = utilizations[i], .requests_per_s = 100};
      hand.handler_of(pod).answer.response =
          static_cast<std::uint32_t>(hand.plan().responses.size());
      hand.plan().responses.push_back(response);
    }
    config().hosts = hosts;
    config().load_balancer.kind = by_reports;
    load = hand.open_load("load", client, pods[0], rps);
    hand.plan().loads[load].poisson = false;
    hand.plan().clusters_made_at = Instant{} - seconds(60);
  }
  ClusterConfig& config() { return hand.cluster_of(pods[0]); }
  std::shared_ptr<const Plan> build() { return hand.build(); }
  std::vector<std::uint64_t> received(const World& world) {
    std::vector<std::uint64_t> counts;
    for (const WorkloadId pod : pods) {
      counts.push_back(world.endpoints[hand.plan().workloads[pod].first_endpoint].received);
    }
    return counts;
  }

  HandPlan hand;
  WorkloadId client;
  std::vector<WorkloadId> pods;
  LoadId load;
};

TEST_CASE("load_reports: equal turns in the blackout, then shares by the reports") {
  // 100 requests/s over utilizations of 0.5, 0.25 and 0.125: weights of 200, 400 and 800.
  Reporting mesh({0.5, 0.25, 0.125}, 700);
  Engine engine(mesh.build(), 1);
  engine.run_until(Instant{} + seconds(10), {});
  const auto before = mesh.received(engine.world());
  for (const std::uint64_t n : before) CHECK(n == doctest::Approx(7000 / 3.0).epsilon(0.01));
  engine.run_until(Instant{} + seconds(12), {});
  const auto start = mesh.received(engine.world());
  engine.run_until(Instant{} + seconds(22), {});
  const auto end = mesh.received(engine.world());
  CHECK(engine.world().balancers.front().weights == std::vector<std::uint32_t>{200, 400, 800});
  CHECK(end[0] - start[0] == doctest::Approx(1000).epsilon(0.01));
  CHECK(end[1] - start[1] == doctest::Approx(2000).epsilon(0.01));
  CHECK(end[2] - start[2] == doctest::Approx(4000).epsilon(0.01));
}

TEST_CASE("load_reports: who reports nothing gets the median, and configured weights end") {
  Reporting mesh({0.5, 0, 0.25, 0.125});
  mesh.config().load_balancer.client_side_wrr.blackout_period = milliseconds(500);
  mesh.config().hosts[1].weight = 9;
  mesh.hand.plan().clusters_made_at = Instant{} - milliseconds(500);
  Engine engine(mesh.build(), 1);
  engine.run_until(Instant{} + milliseconds(400), {});
  CHECK(engine.world().balancers.front().weights == std::vector<std::uint32_t>{1, 9, 1, 1});
  engine.run_until(Instant{} + milliseconds(600), {});
  CHECK(engine.world().balancers.front().weights == std::vector<std::uint32_t>{1, 1, 1, 1});
  engine.run_until(Instant{} + seconds(3), {});
  CHECK(engine.world().balancers.front().weights == std::vector<std::uint32_t>{200, 400, 400, 800});
}

TEST_CASE("load_reports: errors cost, as far as the penalty says") {
  Reporting mesh({0.5, 0.5});
  mesh.hand.plan().responses[1].load_report->errors_per_s = 50;
  mesh.config().load_balancer.client_side_wrr.blackout_period = seconds(1);
  Engine engine(mesh.build(), 1);
  engine.run_until(Instant{} + seconds(4), {});
  CHECK(engine.world().balancers.front().weights == std::vector<std::uint32_t>{100, 200});
  mesh.config().load_balancer.client_side_wrr.error_utilization_penalty = 0;
  Engine forgiving(mesh.build(), 1);
  forgiving.run_until(Instant{} + seconds(4), {});
  CHECK(forgiving.world().balancers.front().weights == std::vector<std::uint32_t>{200, 200});
}

TEST_CASE("load_reports: an idle cluster has no events once the reports have expired") {
  Reporting mesh({0.5, 0.25});
  mesh.hand.plan().loads[mesh.load].rate.front().length = seconds(20);
  mesh.config().idle_timeout = seconds(5);
  const auto idle_events = [&](LoadBalancerKind kind) {
    mesh.config().load_balancer.kind = kind;
    Engine engine(mesh.build(), 1);
    engine.run_until(Instant{} + minutes(5), {});
    if (kind == by_reports) {
      CHECK(engine.world().balancers.front().weights == std::vector<std::uint32_t>{1, 1});
    }
    return engine.run_events(10'000'000, Instant{} + hours(10));
  };
  CHECK(idle_events(by_reports) == idle_events(LoadBalancerKind::RoundRobin));
}

TEST_CASE("load_reports: a pod that comes back is a new host, with a blackout of its own") {
  Reporting mesh({0.5, 0.125});
  mesh.config().load_balancer.client_side_wrr.blackout_period = seconds(3);
  mesh.config().hosts[1].weight = 7;
  Plan& plan = mesh.hand.plan();
  plan.endpoint_propagation = milliseconds(1);
  plan.changes.add({"away", Instant{} + milliseconds(6100), 0, mesh.pods[1], 0});
  plan.changes.add({"back", Instant{} + milliseconds(8300), 0, mesh.pods[1], 1});
  Engine engine(mesh.build(), 1);
  const auto weights_at = [&](std::int64_t ms) {
    engine.run_until(Instant{} + milliseconds(ms), {});
    return engine.world().balancers.front().weights;
  };
  CHECK(weights_at(6000) == std::vector<std::uint32_t>{200, 800});
  CHECK(weights_at(8500) == std::vector<std::uint32_t>{200, 7});    // as EDS says
  CHECK(weights_at(9500) == std::vector<std::uint32_t>{200, 200});  // the median of the others
  CHECK(weights_at(11'500) == std::vector<std::uint32_t>{200, 200});
  CHECK(weights_at(12'500) == std::vector<std::uint32_t>{200, 800});
}

// ---- the list -----------------------------------------------------------------------------------

struct Heard {
  std::uint32_t host = 0;
  Instant at{};
};

/// The weight of a host at an update, from all reports that were heard of it, by the book: the
/// first one after the start or an expiry begins a blackout.
std::optional<std::uint32_t> weight_by_list(const std::vector<Heard>& list, std::uint32_t host,
                                            std::uint32_t weight, const ClientSideWrrConfig& wrr,
                                            const std::vector<Instant>& updates) {
  std::optional<Instant> first, last;
  std::size_t next = 0;
  std::optional<std::uint32_t> valid;
  for (const Instant update : updates) {
    for (; next < list.size() && list[next].at < update; ++next) {
      if (list[next].host != host) continue;
      if (!first) first = list[next].at;
      last = list[next].at;
    }
    valid.reset();
    if (!first || elapsed(*first, update) < wrr.blackout_period) continue;
    if (elapsed(*last, update) > wrr.weight_expiration_period) {
      first.reset();
      continue;
    }
    valid = weight;
  }
  return valid;
}

TEST_CASE("load_reports: weights at every update are those of a plain list of reports") {
  std::mt19937 random(3);
  std::uint64_t updates_seen = 0, expired = 0, valid = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::vector<double> utilizations;
    for (std::uint32_t i = 0; i < 2 + random() % 5; ++i) {
      utilizations.push_back(random() % 4 == 0 ? 0 : 0.05 * static_cast<double>(1 + random() % 19));
    }
    Reporting mesh(utilizations, 3);  // a request a second for each pod at most: some expire
    ClientSideWrrConfig& wrr = mesh.config().load_balancer.client_side_wrr;
    wrr.blackout_period = milliseconds(500 * static_cast<std::int64_t>(random() % 5));
    wrr.weight_expiration_period = milliseconds(700 + static_cast<std::int64_t>(random() % 2000));
    mesh.hand.plan().loads[mesh.load].poisson = true;
    const auto plan = mesh.build();
    Engine engine(plan, seed);
    const World& world = engine.world();
    std::vector<Heard> list;
    std::vector<Instant> updates;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> live;
    std::int64_t second = 0;
    while (engine.run_events(1, Instant{} + seconds(40)) > 0) {
      const Instant now = world.loop.now();
      for (auto it = live.begin(); it != live.end();) {
        if (world.attempts.alive(it->first.first, it->first.second)) {
          ++it;
          continue;
        }
        if (utilizations[it->second] > 0) list.push_back({it->second, now});
        it = live.erase(it);
      }
      for (std::uint32_t s = 0; s < world.attempts.slot_count(); ++s) {
        if (world.attempts.live_at(s)) {
          live[{s, world.attempts.generation(s)}] = world.attempts[s].host_index;
        }
      }
      // At the instant itself other events may come first.
      const bool past_update = now.ns > (second + 1) * 1'000'000'000;
      if (world.balancers.empty() || !past_update) continue;
      second = (now.ns - 1) / 1'000'000'000;
      updates.clear();
      for (std::int64_t s = 1; s <= second; ++s) updates.push_back(Instant{} + seconds(s));
      std::vector<std::uint32_t> known;
      std::vector<std::optional<std::uint32_t>> expected;
      for (std::uint32_t h = 0; h < utilizations.size(); ++h) {
        expected.push_back(std::nullopt);  // what reports no load has no weight
        if (utilizations[h] > 0) {
          const auto weight = static_cast<std::uint32_t>(100 / utilizations[h]);
          expected.back() = weight_by_list(list, h, weight, wrr, updates);
        }
        if (expected.back()) known.push_back(*expected.back());
        (expected.back() ? valid : expired) += 1;
      }
      std::sort(known.begin(), known.end());
      const std::size_t n = known.size();
      const std::uint32_t median = n == 0       ? 1
                                   : n % 2 == 1 ? known[n / 2]
                                                : (known[n / 2 - 1] + known[n / 2]) / 2;
      std::vector<std::uint32_t> weights;
      for (const auto& w : expected) weights.push_back(w.value_or(median));
      CAPTURE(second);
      REQUIRE(world.balancers.front().weights == weights);
      ++updates_seen;
    }
  }
  CHECK(updates_seen > 300);
  CHECK(valid > 300);
  CHECK(expired > 300);
}

}  // namespace
}  // namespace mesh
