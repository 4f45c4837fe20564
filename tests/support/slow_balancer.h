// Balancers as one would write them first: lists, loads and tables made anew for every pick.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libmesh/engine/engine.h"
#include "libmesh/policy/slow_start.h"

namespace mesh::testing {

/// What the balancers can know before an event.
struct Known {
  std::vector<std::uint32_t> active;
  std::vector<bool> told_unhealthy, member;
  std::uint32_t updates = 0;  // of the schedules
  bool operator==(const Known&) const = default;
};

inline Known known(const World& world, const ClusterConfig& config) {
  Known k;
  const std::size_t n = config.hosts.size();
  k.active.resize(n);
  k.told_unhealthy.resize(n);
  k.member.resize(n);
  for (std::size_t h = 0; h < n; ++h)
    k.member[h] = world.endpoints[config.hosts[h].endpoint].member;
  if (world.proxy_clusters.empty()) return k;
  const ProxyCluster& cluster = world.proxy_clusters.front();
  for (std::size_t h = 0; h < n; ++h) {
    k.active[h] = world.active[cluster.first_cell + h];
    if (cluster.first_outlier == nil) continue;
    k.told_unhealthy[h] = world.outlier_cells[cluster.first_outlier + h].told_unhealthy;
  }
  if (cluster.balancer != nil) k.updates = world.balancers[cluster.balancer].updates;
  return k;
}

/// The slow version: lists, loads and hashes are made anew for every pick, by the book.
class SlowBalancer {
 public:
  SlowBalancer(const Plan& plan, const ClusterConfig& config, std::uint64_t seed, EndpointId proxy,
               std::uint32_t workers)
      : plan_(plan), config_(config), draws_(seed) {
    for (std::uint32_t w = 0; w < workers; ++w) {
      seeds_.push_back(draws_.at(Purpose::BalancerSeed, pair_key(proxy, config.cluster), w).word());
    }
  }

  /// Schedules are built when the cluster is made and on each delivery; `k` is what holds then.
  void rebuild(const Known& k, const World& world) {
    world_ = &world;
    for (std::uint32_t w = 0; w < seeds_.size(); ++w) {
      for (std::uint32_t p = 0; p < priorities(); ++p) {
        std::vector<LocalityHosts> counts;
        for (std::uint32_t l = 0; l < config_.localities.size(); ++l) {
          if (config_.localities[l].priority != p) continue;
          counts.push_back({.weight = config_.localities[l].weight,
                            .hosts = size(list(k, p, false, l)),
                            .eligible = size(list(k, p, true, l))});
          schedule(k, w, {p, 2 + l}, list(k, p, true, l));
        }
        localities_[{w, p}] = LocalitySchedule(
            counts, 140, scramble(seeds_[w] + (std::uint64_t{k.updates} << 8) + p));
        schedule(k, w, {p, 0}, list(k, p, false));
        schedule(k, w, {p, 1}, list(k, p, true));
      }
    }
  }

  /// The host of one selection; `tried` are refused as long as there are picks left.
  std::uint32_t select(const Known& k, const World& world, const Request& request,
                       std::uint32_t attempts, const std::set<std::uint32_t>& tried,
                       std::uint32_t further, std::optional<std::uint64_t> hash) {
    world_ = &world;
    Draw draw = draws_.at(Purpose::HostPick, request.key, attempts);
    std::uint32_t host = nil;
    if (is_hashed(config_.load_balancer.kind) && !hash) hash = draw.word();
    for (std::uint32_t i = 0; i <= further; ++i) {
      host = is_hashed(config_.load_balancer.kind) ? hashed(k, *hash, i)
                                                   : pick(k, request.worker, draw);
      if (host == nil || !tried.contains(host)) break;
    }
    return host;
  }

 private:
  using Source = std::pair<std::uint32_t, std::uint32_t>;  // priority; 0 all, 1 healthy, 2+locality
  static constexpr std::uint32_t any = 0xffffu;

  static std::uint32_t size(const std::vector<std::uint32_t>& hosts) {
    return static_cast<std::uint32_t>(hosts.size());
  }
  std::uint32_t priorities() const { return config_.hosts.back().priority + 1u; }

  std::vector<std::uint32_t> list(const Known& k, std::uint32_t priority, bool healthy,
                                  std::uint32_t locality = any) const {
    std::vector<std::uint32_t> hosts;
    for (std::uint32_t h = 0; h < config_.hosts.size(); ++h) {
      if (!k.member[h] || config_.hosts[h].priority != priority) continue;
      if (healthy && k.told_unhealthy[h]) continue;
      if (locality == any || config_.hosts[h].locality == locality) hosts.push_back(h);
    }
    return hosts;
  }

  struct Loads {
    std::vector<std::uint32_t> share;
    std::vector<bool> panic;
  };
  Loads loads(const Known& k) const {
    Loads out;
    std::vector<std::uint32_t> all, healthy, available;
    std::uint32_t total = 0, hosts = 0;
    for (std::uint32_t p = 0; p < priorities(); ++p) {
      all.push_back(size(list(k, p, false)));
      healthy.push_back(size(list(k, p, true)));
      available.push_back(all[p] == 0 ? 0 : std::min(100u, 140 * healthy[p] / all[p]));
      total = std::min(100u, total + available[p]);
      hosts += all[p];
    }
    const std::uint32_t threshold = config_.panic_threshold_percent;
    bool all_panic = true;
    for (std::uint32_t p = 0; p < priorities(); ++p) {
      const double well = all[p] == 0 ? 0.0 : 100.0 * healthy[p] / all[p];
      out.panic.push_back(total < 100 && well < threshold);
      all_panic = all_panic && out.panic[p];
    }
    // Parts in proportion; what rounding leaves goes to the first that has any.
    std::vector<std::uint32_t> parts = available;
    std::uint32_t whole = total;
    if (all_panic) {
      parts = all;
      whole = hosts;
    }
    std::uint32_t left = 100;
    for (const std::uint32_t part : parts) {
      out.share.push_back(whole == 0 ? 0 : std::min(left, 100 * part / whole));
      left -= out.share.back();
    }
    std::size_t first = 0;
    while (whole > 0 && parts[first] == 0) ++first;
    out.share[first] += left;
    return out;
  }
  static std::uint32_t priority(const Loads& loads, std::uint64_t word) {
    std::uint64_t sum = 0;
    for (std::uint32_t p = 0; p < loads.share.size(); ++p) {
      sum += loads.share[p];
      if (word % 100 < sum) return p;
    }
    return 0;
  }

  double weight(const Known& k, std::uint32_t host) const {
    const LoadBalancerConfig& balancer = config_.load_balancer;
    double weight = config_.hosts[host].weight;
    if (balancer.kind == LoadBalancerKind::LeastRequest) weight /= k.active[host] + 1.0;
    if (!warming(k)) return weight;
    return weight * slow_start_factor(balancer.slow_start, age(host));
  }
  Duration age(std::uint32_t host) const {
    return elapsed(world_->member_since[config_.hosts[host].endpoint], world_->loop.now());
  }
  bool warming(const Known&) const {
    const ProxyCluster& cluster = world_->proxy_clusters.front();
    return in_slow_start(
        config_.load_balancer.slow_start,
        elapsed(world_->balancers[cluster.balancer].newest_host, world_->loop.now()));
  }
  bool scheduled() const {
    const LoadBalancerKind kind = config_.load_balancer.kind;
    return kind == LoadBalancerKind::RoundRobin || kind == LoadBalancerKind::LeastRequest;
  }
  void schedule(const Known& k, std::uint32_t worker, Source source,
                const std::vector<std::uint32_t>& hosts) {
    std::set<std::uint32_t> weights;
    for (const std::uint32_t h : hosts) weights.insert(config_.hosts[h].weight);
    EdfSchedule& schedule = schedules_[{worker, source}];
    schedule = {};
    const bool by_weight =
        world_->proxy_clusters.front().balancer != nil && (weights.size() > 1 || warming(k));
    if (!scheduled() || !by_weight) return;
    schedule = EdfSchedule::fast_forward(size(hosts), seeds_[worker],
                                         [&](std::uint32_t i) { return weight(k, hosts[i]); });
  }

  std::uint32_t pick(const Known& k, std::uint32_t worker, Draw& draw) {
    const std::uint64_t word = draw.word();
    const Loads load = loads(k);
    const std::uint32_t p = priority(load, word);
    Source source{p, load.panic[p] ? 0u : 1u};
    std::vector<std::uint32_t> hosts = list(k, p, !load.panic[p]);
    if (!load.panic[p] && config_.locality_weighted) {
      if (const auto chosen = localities_[{worker, p}].pick()) {
        const std::uint32_t l = first_of(p) + *chosen;  // the cluster's number of the locality
        source.second = 2 + l;
        hosts = list(k, p, true, l);
      }
    }
    if (hosts.empty()) return nil;
    EdfSchedule& schedule = schedules_[{worker, source}];
    if (!schedule.empty()) {
      return hosts[schedule.pick([&](std::uint32_t i) { return weight(k, hosts[i]); })];
    }
    switch (config_.load_balancer.kind) {
      case LoadBalancerKind::RoundRobin: {
        const auto cursor = cursors_.try_emplace({worker, source}, seeds_[worker]).first;
        return hosts[cursor->second++ % hosts.size()];
      }
      case LoadBalancerKind::LeastRequest: {
        const std::uint32_t one = hosts[draw.word() % hosts.size()];
        const std::uint32_t two = hosts[draw.word() % hosts.size()];
        return k.active[two] < k.active[one] ? two : one;
      }
      default:
        return hosts[word % hosts.size()];
    }
  }
  std::uint32_t first_of(std::uint32_t priority) const {
    std::uint32_t l = 0;
    while (config_.localities[l].priority != priority) ++l;
    return l;
  }

  /// Entries and places are those of the policies; the walk on them is by eye.
  std::uint32_t hashed(const Known& k, std::uint64_t hash, std::uint32_t attempt) const {
    const Loads load = loads(k);
    const std::uint32_t p = priority(load, hash);
    const std::vector<std::uint32_t> hosts = list(k, p, !load.panic[p]);
    if (hosts.empty()) return nil;
    std::vector<std::string> keys;
    for (const std::uint32_t h : hosts) {
      const EndpointPlan& endpoint = plan_.endpoints[config_.hosts[h].endpoint];
      keys.push_back(endpoint.address + ":" + std::to_string(config_.hosts[h].port));
    }
    std::vector<BalancerHost> weighed;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      weighed.push_back({keys[i], config_.hosts[hosts[i]].weight});
    }
    const HashWeights weights = config_.locality_weighted
                                    ? normalize_weights(weighed, by_locality(p, hosts))
                                    : normalize_weights(weighed);
    if (weights.hosts.empty()) return nil;
    const auto host_at = [&](std::uint32_t position) {
      return hosts[weights.hosts[position].host];
    };
    if (config_.load_balancer.kind == LoadBalancerKind::Maglev) {
      const MaglevTable table(weights, config_.load_balancer.table_size);
      const std::uint64_t h = attempt == 0 ? hash : hash ^ (0 - std::uint64_t{attempt});
      return host_at(table.places()[h % table.places().size()]);
    }
    const HashRing ring(weights, config_.load_balancer.minimum_ring_size,
                        config_.load_balancer.maximum_ring_size, HashFunction::XxHash);
    const auto entries = ring.entries();
    std::size_t at = 0;
    while (at < entries.size() && entries[at].hash < hash) ++at;
    return host_at(entries[(at + attempt) % entries.size()].host);
  }

  std::vector<WeightedLocality> by_locality(std::uint32_t priority,
                                            const std::vector<std::uint32_t>& hosts) const {
    std::vector<WeightedLocality> localities;
    for (std::uint32_t l = 0; l < config_.localities.size(); ++l) {
      if (config_.localities[l].priority != priority) continue;
      localities.push_back({config_.localities[l].weight, {}});
      for (std::uint32_t i = 0; i < hosts.size(); ++i) {
        if (config_.hosts[hosts[i]].locality == l) localities.back().members.push_back(i);
      }
    }
    return localities;
  }

  const Plan& plan_;
  const ClusterConfig& config_;
  const World* world_ = nullptr;
  Draws draws_;
  std::vector<std::uint64_t> seeds_;  // by worker
  std::map<std::pair<std::uint32_t, Source>, std::uint64_t> cursors_;
  std::map<std::pair<std::uint32_t, Source>, EdfSchedule> schedules_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, LocalitySchedule> localities_;
};

}  // namespace mesh::testing
