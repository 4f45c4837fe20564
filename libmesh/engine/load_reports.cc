// Weights of hosts from the load that they report (`envoy.md` §7.10).
#include <algorithm>

#include "libmesh/engine/engine.h"
#include "libmesh/policy/load_balancer/client_side_wrr.h"

namespace mesh {

namespace {

constexpr std::uint64_t no_report = ~std::uint64_t{0};
constexpr auto by_reports = LoadBalancerKind::ClientSideWeightedRoundRobin;

}  // namespace

/// What each response weighs for each cluster is known before the run. The table stays empty in a
/// plan without such clusters, so that others pay for one look at it.
void Engine::weigh_reports() {
  report_weights_ = {};
  for (std::uint32_t c = 0; c < plan_->cluster_configs.size(); ++c) {
    const LoadBalancerConfig& balancer = plan_->cluster_configs[ClusterConfigId{c}].load_balancer;
    if (balancer.kind != by_reports) continue;
    report_weights_.resize(plan_->cluster_configs.size());
    for (const ResponsePlan& response : plan_->responses) {
      const ClientSideWrrConfig& wrr = balancer.client_side_wrr;
      std::optional<std::uint32_t> weight;
      if (response.load_report) {
        weight = report_weight(load_report(*response.load_report, wrr.metric_names),
                               wrr.error_utilization_penalty);
      }
      report_weights_[ClusterConfigId{c}].push_back(weight ? *weight : no_report);
    }
  }
}

/// Hosts that were there at an update before the cluster was touched weigh 1 since then: nobody had
/// reported. Newer ones have the weight that EDS gave them until the next update.
void Engine::follow_reports(const ProxyCluster& cluster) {
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  const std::int64_t period = config.load_balancer.client_side_wrr.weight_update_period.ns;
  const std::int64_t updates = elapsed(plan_->clusters_made_at, now()).ns / period;
  const Instant latest = plan_->clusters_made_at + Duration{updates * period};
  BalancerState& state = world_.balancers[cluster.balancer];
  state.reports.resize(config.hosts.size());
  for (const HostPlan& host : config.hosts) {
    const bool updated = updates > 0 && world_.member_since[host.endpoint] < latest;
    state.weights.push_back(updated ? 1 : host.weight);
  }
}

void Engine::note_load_report(std::uint32_t id, std::uint32_t host_index, std::uint32_t response) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  const std::vector<std::uint64_t>& weights = report_weights_[cluster.config];
  if (weights.empty() || weights[response] == no_report) return;
  on_report(world_.balancers[cluster.balancer].reports[host_index],
            static_cast<std::uint32_t>(weights[response]), now());
  arm_weight_update(id);
}

/// A pod that comes back is a new host.
void Engine::forget_reports(std::uint32_t id, std::uint32_t host_index) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  if (config.load_balancer.kind != by_reports) return;
  BalancerState& state = world_.balancers[cluster.balancer];
  state.reports[host_index] = {};
  state.weights[host_index] = config.hosts[host_index].weight;
  arm_weight_update(id);
}

/// Updates fall on multiples of their period since the clusters were made.
void Engine::arm_weight_update(std::uint32_t id) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  BalancerState& state = world_.balancers[cluster.balancer];
  if (state.update_armed) return;
  state.update_armed = true;
  const std::int64_t period =
      plan_->cluster_configs[cluster.config].load_balancer.client_side_wrr.weight_update_period.ns;
  const std::int64_t since = elapsed(plan_->clusters_made_at, now()).ns;
  push(plan_->clusters_made_at + Duration{(since / period + 1) * period}, EventKind::WeightUpdate,
       id);
}

/// Weights of each priority apart. Goes on while some host's report may still come into force or
/// expire; an idle cluster is left alone after that.
void Engine::on_weight_update(std::uint32_t id) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  const ClientSideWrrConfig& wrr = config.load_balancer.client_side_wrr;
  BalancerState& state = world_.balancers[cluster.balancer];
  state.update_armed = false;
  const ClusterView& members = world_.shared_views[cluster.config];
  bool changed = false;
  std::vector<ReportedWeight> reports;
  std::vector<std::uint32_t> weights, scratch;
  for (const PriorityView& priority : members.priorities) {
    reports.clear();
    weights.clear();
    for (const std::uint32_t h : priority.all) {
      reports.push_back(state.reports[h]);
      weights.push_back(state.weights[h]);
    }
    changed = update_weights(wrr, reports, now(), weights, scratch) || changed;
    for (std::size_t i = 0; i < priority.all.size(); ++i) {
      state.reports[priority.all[i]] = reports[i];
      state.weights[priority.all[i]] = weights[i];
    }
  }
  if (changed) rebuild_balancer(cluster);
  const bool reported = std::any_of(state.reports.begin(), state.reports.end(),
                                    [](const ReportedWeight& r) { return r.reported; });
  if (reported) arm_weight_update(id);
}

}  // namespace mesh
