// Balancers of one proxy: cursors and schedules per worker, rebuilt on each delivery.
#include "libmesh/engine/balancer_state.h"

#include <algorithm>
#include <limits>

#include "libmesh/engine/engine.h"
#include "libmesh/policy/load_balancer/least_request.h"
#include "libmesh/policy/load_balancer/round_robin.h"
#include "libmesh/policy/slow_start.h"

namespace mesh {

std::uint64_t Engine::balancer_seed(const ProxyCluster& cluster, std::uint32_t worker) const {
  return draws_.at(Purpose::BalancerSeed, pair_key(cluster.proxy, cluster.cluster), worker).word();
}

void Engine::add_balancer(ProxyCluster& cluster) {
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  ClusterView& view = world_.shared_views[cluster.config];
  const LoadBalancerKind kind = config.load_balancer.kind;
  if (is_hashed(kind)) {
    if (view.hash.empty()) build_hash_tables(*plan_, config, view);
    return;
  }
  const std::uint32_t workers = plan_->workloads[workload_of(cluster.proxy)].concurrency;
  const bool reported = kind == LoadBalancerKind::ClientSideWeightedRoundRobin;
  if (kind == LoadBalancerKind::RoundRobin || reported) {
    cluster.first_cursor = static_cast<std::uint32_t>(world_.cursors.size());
    for (std::uint32_t w = 0; w < workers; ++w) {
      const RoundRobinState start = round_robin_start(balancer_seed(cluster, w));
      world_.cursors.insert(world_.cursors.end(), view.sources, start);
    }
  }
  const bool scheduled =
      kind == LoadBalancerKind::RoundRobin || kind == LoadBalancerKind::LeastRequest || reported;
  const auto weight_differs = [&config](const HostPlan& host) {
    return host.weight != config.hosts.front().weight;
  };
  if (!config.locality_weighted && !reported &&
      !(scheduled && (config.load_balancer.slow_start.window.ns > 0 ||
                      std::any_of(config.hosts.begin(), config.hosts.end(), weight_differs)))) {
    return;
  }
  cluster.balancer = static_cast<std::uint32_t>(world_.balancers.size());
  BalancerState& state = world_.balancers.emplace_back();
  if (scheduled) state.hosts.resize(std::size_t{workers} * view.sources);
  if (config.locality_weighted) {
    state.localities.resize(std::size_t{workers} * view.priorities.size() *
                            (config.health_check.checks() ? 2 : 1));
  }
  if (reported) follow_reports(cluster);
  rebuild_balancer(cluster);
}

/// What slow start counts from: the last health check that brought the host back, without checks
/// its arrival (`envoy.md` §7.9).
Instant Engine::healthy_since(const ProxyCluster& cluster, std::uint32_t host) const {
  if (const Probe* probe = probe_of(cluster, host)) return probe->passed_at;
  return world_.member_since[plan_->cluster_configs[cluster.config].hosts[host].endpoint];
}

/// Weight of a host in the schedule, at the moment it is put (back) into it.
double Engine::scheduled_weight(const ProxyCluster& cluster, std::uint32_t host) const {
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  const LoadBalancerConfig& balancer = config.load_balancer;
  const std::vector<std::uint32_t>& reported = world_.balancers[cluster.balancer].weights;
  double weight = reported.empty() ? config.hosts[host].weight : reported[host];
  if (balancer.kind == LoadBalancerKind::LeastRequest) {
    weight = least_request_weight(weight, world_.active[cluster.first_cell + host],
                                  balancer.active_request_bias);
  }
  if (in_slow_start(balancer.slow_start,
                    elapsed(world_.balancers[cluster.balancer].newest_host, now()))) {
    const Instant since = healthy_since(cluster, host);
    weight *= slow_start_factor(balancer.slow_start, elapsed(since, now()));
  }
  return weight;
}

/// New schedules, those of hosts fast-forwarded by the balancer's own seed, those of localities by
/// a fresh one (`envoy.md` §6.4, §7.2).
void Engine::rebuild_balancer(const ProxyCluster& cluster) {
  if (cluster.balancer == nil) return;
  const ClusterView& view = view_of(cluster);
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  BalancerState& state = world_.balancers[cluster.balancer];
  ++state.updates;
  state.newest_host = Instant{std::numeric_limits<std::int64_t>::min() / 2};
  for (const PriorityView& priority : view.priorities) {
    for (const std::uint32_t h : priority.healthy) {
      const Instant since = healthy_since(cluster, h);
      state.newest_host = std::max(state.newest_host, since);
    }
  }
  const bool warms_up =
      in_slow_start(config.load_balancer.slow_start, elapsed(state.newest_host, now()));
  const auto schedule = [&](const std::vector<std::uint32_t>& hosts, std::uint64_t seed) {
    const auto weight = [&](std::uint32_t h) {
      return state.weights.empty() ? config.hosts[h].weight : state.weights[h];
    };
    const auto differs = [&](std::uint32_t h) { return weight(h) != weight(hosts.front()); };
    if (!warms_up && std::none_of(hosts.begin(), hosts.end(), differs)) return EdfSchedule{};
    return EdfSchedule::fast_forward(
        static_cast<std::uint32_t>(hosts.size()), seed,
        [&](std::uint32_t i) { return scheduled_weight(cluster, hosts[i]); });
  };
  const std::uint32_t workers = plan_->workloads[workload_of(cluster.proxy)].concurrency;
  for (std::uint32_t w = 0; w < workers; ++w) {
    const std::uint64_t seed = balancer_seed(cluster, w);
    for (std::uint32_t p = 0; p < view.priorities.size(); ++p) {
      const PriorityView& priority = view.priorities[p];
      if (!state.localities.empty()) {
        const std::uint64_t fresh = scramble(seed + (std::uint64_t{state.updates} << 8) + p);
        state.localities[w * view.priorities.size() + p] =
            LocalitySchedule(priority.locality_hosts, default_overprovisioning_percent, fresh);
      }
      if (!priority.degraded_locality_hosts.empty()) {
        const std::size_t behind = std::size_t{workers} * view.priorities.size();
        state.localities[behind + w * view.priorities.size() + p] =
            LocalitySchedule(priority.degraded_locality_hosts, default_overprovisioning_percent,
                             scramble(seed + (std::uint64_t{state.updates} << 8) + p));
      }
      if (state.hosts.empty()) continue;
      EdfSchedule* sources = &state.hosts[std::size_t{w} * view.sources + priority.first_source];
      sources[0] = schedule(priority.all, seed);
      sources[1] = schedule(priority.healthy, seed);
      for (std::size_t l = 0; l < priority.localities.size(); ++l) {
        sources[2 + l] = schedule(priority.localities[l], seed);
      }
      if (!config.health_check.checks()) continue;
      sources += 2 + priority.localities.size();
      sources[0] = schedule(priority.degraded, seed);
      for (std::size_t l = 0; l < priority.degraded_localities.size(); ++l) {
        sources[1 + l] = schedule(priority.degraded_localities[l], seed);
      }
    }
  }
}

/// The locality to take healthy (or degraded) hosts from, where localities are weighted; in panic,
/// and while no locality has such a host, all of them together.
std::uint32_t Engine::choose_source(const ProxyCluster& cluster, const ClusterView& view,
                                    std::uint32_t priority, std::uint32_t worker,
                                    std::uint32_t source) {
  std::vector<LocalitySchedule>& schedules = world_.balancers[cluster.balancer].localities;
  const PriorityView& hosts = view.priorities[priority];
  if (schedules.empty() || source == hosts.first_source) return source;
  std::size_t row = worker * view.priorities.size() + priority;
  if (source != hosts.first_source + 1) row += schedules.size() / 2;  // degraded hosts
  const auto locality = schedules[row].pick();
  return locality ? source + 1 + *locality : source;
}

/// nil where all hosts of the source weigh alike.
std::uint32_t Engine::pick_scheduled(const ProxyCluster& cluster, const ClusterView& view,
                                     const std::vector<std::uint32_t>& hosts, std::uint32_t worker,
                                     std::uint32_t source) {
  std::vector<EdfSchedule>& schedules = world_.balancers[cluster.balancer].hosts;
  if (schedules.empty()) return nil;
  EdfSchedule& schedule = schedules[std::size_t{worker} * view.sources + source];
  if (schedule.empty()) return nil;
  return hosts[schedule.pick([&](std::uint32_t i) { return scheduled_weight(cluster, hosts[i]); })];
}

}  // namespace mesh
