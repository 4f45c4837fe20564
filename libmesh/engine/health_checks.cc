// Active health checks: each proxy asks the hosts of its clusters whether they are well.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

bool is_in(const std::vector<StatusRange>& ranges, std::uint32_t status) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [status](const StatusRange& range) { return range.contains(status); });
}

HostHealth health_of(const Probe& probe) {
  if (probe.awaited) return HostHealth::Healthy;
  if (probe.state.failed) {
    return probe.excluded || probe.state.pending ? HostHealth::Excluded : HostHealth::Unhealthy;
  }
  return probe.state.degraded ? HostHealth::Degraded : HostHealth::Healthy;
}

}  // namespace

std::span<const Probe> Engine::probes_of(const ProxyCluster& cluster) const {
  const Probe* first = probe_of(cluster, 0);
  if (first == nullptr) return {};
  return {first, plan_->cluster_configs[cluster.config].hosts.size()};
}

/// Proxies check every cluster that they hold, used or not. Pods that are there from the start have
/// proxies that are ready: as Envoy uses a cluster only when each host has had its first result,
/// hosts are held for healthy until all of these are known.
void Engine::watch_hosts() {
  if (!probes_hosts_) return;
  for (std::uint32_t e = 0; e < plan_->endpoints.size(); ++e) {
    if (world_.endpoints[EndpointId{e}].exists) watch_hosts(EndpointId{e});
  }
}

void Engine::watch_hosts(EndpointId proxy) {
  const WorkloadPlan& client = plan_->workloads[workload_of(proxy)];
  if (!probes_hosts_ || (!client.has_sidecar && !client.is_gateway)) return;
  const auto& known = proxy_config(proxy).cluster_of;
  for (std::uint32_t c = 0; c < known.size(); ++c) {
    const ClusterConfigId config = known[ClusterId{c}];
    if (!config.valid()) continue;
    if (!plan_->cluster_configs[config].health_check.checks()) continue;
    start_probes(proxy_cluster(proxy, ClusterId{c}, config));
  }
}

void Engine::add_probes(ProxyCluster& made, std::uint32_t id) {
  SpecialCluster& special = world_.specials[made.special];
  special.first_probe = static_cast<std::uint32_t>(world_.probes.size());
  const ClusterConfig& config = plan_->cluster_configs[made.config];
  for (std::uint32_t h = 0; h < config.hosts.size(); ++h) {
    Probe& probe = world_.probes.emplace_back();
    probe.cluster = id;
    probe.host_index = h;
    probe.passed_at = world_.member_since[config.hosts[h].endpoint];
  }
}

/// First checks of all members; hosts that are checked already go on.
void Engine::start_probes(std::uint32_t id) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  SpecialCluster& special = world_.specials[cluster.special];
  for (std::uint32_t h = 0; h < config.hosts.size(); ++h) {
    Probe& probe = world_.probes[special.first_probe + h];
    if (probe.running || !world_.endpoints[config.hosts[h].endpoint].member) continue;
    if (!probe.awaited) ++special.awaited;
    probe.awaited = true;
    Draw draw = draws_.at(Purpose::HealthCheck, probe_key(probe), 0);
    schedule_probe(special.first_probe + h,
                   first_check(config.health_check.timing, [&draw] { return draw.word(); }));
  }
}

/// A host that discovery brings during the run has failed until its first result.
void Engine::probe_new_host(std::uint32_t id, std::uint32_t host_index) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  if (probe_of(cluster, host_index) == nullptr) return;
  const HealthCheckPlan& check = plan_->cluster_configs[cluster.config].health_check;
  const std::uint32_t p = world_.specials[cluster.special].first_probe + host_index;
  Probe& probe = world_.probes[p];
  if (probe.kept) {  // it had never gone
    probe.kept = false;
    return;
  }
  stop_probe(p);
  probe.state = {.pending = check.ignore_new_hosts};
  probe.passed_at = now();
  probe.connected = probe.excluded = false;
  Draw draw = draws_.at(Purpose::HealthCheck, probe_key(probe), probe.checks);
  schedule_probe(p, first_check(check.timing, [&draw] { return draw.word(); }));
}

/// Discovery has removed the host: while it passes its checks it stays (`envoy.md` §6.6).
bool Engine::stays_while_well(std::uint32_t id, std::uint32_t host_index) {
  ProxyCluster& cluster = world_.proxy_clusters[id];
  if (probe_of(cluster, host_index) == nullptr) return false;
  Probe& probe = world_.probes[world_.specials[cluster.special].first_probe + host_index];
  if (!plan_->cluster_configs[cluster.config].health_check.keeps_removed_hosts) return false;
  probe.kept = probe.running && !probe.awaited && !probe.state.failed;
  // The shared view knows the host no more.
  if (probe.kept && cluster.view == nil) build_own_view(cluster);
  return probe.kept;
}

/// The host is no endpoint any more: a pod that comes back is a new host.
void Engine::forget_host(std::uint32_t id, std::uint32_t host_index) {
  drain_host(id, host_index);
  ProxyCluster& cluster = world_.proxy_clusters[id];
  if (cluster.first_outlier != nil) {
    const std::uint32_t cell = cluster.first_outlier + host_index;
    if (world_.outlier_cells[cell].state.ejected) --cluster.ejected;
    world_.outlier_cells[cell] = {};
    world_.ejections[cell] = {};
  }
  if (probe_of(cluster, host_index) == nullptr) return;
  stop_probe(world_.specials[cluster.special].first_probe + host_index);
}

void Engine::stop_probes(const ProxyCluster& cluster) {
  if (probe_of(cluster, 0) == nullptr) return;
  const std::uint32_t first = world_.specials[cluster.special].first_probe;
  const std::size_t hosts = plan_->cluster_configs[cluster.config].hosts.size();
  for (std::uint32_t h = 0; h < hosts; ++h) stop_probe(first + h);
}

void Engine::stop_probe(std::uint32_t id) {
  Probe& probe = world_.probes[id];
  ++probe.generation;
  disarm(probe.timer);
  probe.running = probe.connected = false;
  probe.kept = false;
  if (!probe.awaited) return;
  probe.awaited = false;
  --world_.specials[world_.proxy_clusters[probe.cluster].special].awaited;
}

// ---- one check ----------------------------------------------------------------------------------

/// Keyed by what it is, not by when it was first touched.
std::uint64_t Engine::probe_key(const Probe& probe) const {
  const ProxyCluster& cluster = world_.proxy_clusters[probe.cluster];
  return (scramble(pair_key(cluster.proxy, cluster.cluster)) + probe.host_index) >> 8;
}

void Engine::schedule_probe(std::uint32_t id, Duration delay) {
  Probe& probe = world_.probes[id];
  probe.running = true;
  ++probe.generation;
  push(now() + delay, EventKind::ProbeDue, id, probe.generation & event_generation_mask);
}

void Engine::on_probe(EventKind kind, std::uint32_t id, std::uint32_t generation) {
  const Probe& probe = world_.probes[id];
  if ((probe.generation & event_generation_mask) != generation) return;
  if (kind == EventKind::ProbeDue) return begin_probe(id);
  if (kind == EventKind::ProbeAnswered) return probe_ended(id, judge(probe));
  // Connected, or refused. A sidecar accepts whatever its application does.
  const ProxyCluster& cluster = world_.proxy_clusters[probe.cluster];
  const EndpointId host = host_of(cluster, probe.host_index);
  const bool sidecar = plan_->workloads[workload_of(host)].receives_through_sidecar;
  if (!sidecar && door(host) == Door::Refuses) return probe_ended(id, CheckResult::ConnectError);
  const HealthCheckPlan& check = plan_->cluster_configs[cluster.config].health_check;
  if (check.kind == HealthCheckPlan::Kind::Tcp) return probe_ended(id, CheckResult::Success);
  send_probe(id);
}

/// The timeout covers connecting, too.
void Engine::begin_probe(std::uint32_t id) {
  Probe& probe = world_.probes[id];
  const ProxyCluster& cluster = world_.proxy_clusters[probe.cluster];
  const EndpointId host = host_of(cluster, probe.host_index);
  const ClusterConfigId held = proxy_config(cluster.proxy).cluster_of[cluster.cluster];
  if (!world_.endpoints[cluster.proxy].exists || held != cluster.config) return stop_probe(id);
  const HealthCheckPlan& check = plan_->cluster_configs[cluster.config].health_check;
  ++probe.checks;
  count_special(cluster, ClusterCounter::health_check_attempt);
  probe.timer = arm(cluster_lanes_[cluster.config].probe, TimerKind::ProbeTimeout, id, 0);
  if (!world_.endpoints[host].exists) {  // its address answers no more
    probe.connected = false;
    return;
  }
  const bool sidecar = plan_->workloads[workload_of(host)].receives_through_sidecar;
  if (!sidecar && door(host) != Door::Open) probe.connected = false;
  if (probe.connected && check.reuse_connection && check.kind == HealthCheckPlan::Kind::Http) {
    return send_probe(id);
  }
  if (!sidecar && door(host) == Door::Drops) return;  // until it times out
  push(now() + handshake(cluster.proxy, host, sidecar, probe_key(probe)), EventKind::ProbeConnected,
       id, probe.generation & event_generation_mask);
}

/// The check is a request to the application as any other: it waits for a worker.
void Engine::send_probe(std::uint32_t id) {
  Probe& probe = world_.probes[id];
  const ProxyCluster& cluster = world_.proxy_clusters[probe.cluster];
  const EndpointId host = host_of(cluster, probe.host_index);
  const WorkloadPlan& server = plan_->workloads[workload_of(host)];
  const TemplateId request = plan_->cluster_configs[cluster.config].health_check.request;
  probe.connected = true;
  if (!server.handler_of.contains(request)) return probe_ended(id, CheckResult::Success);
  const std::uint64_t key = scramble(probe_key(probe) + (std::uint64_t{probe.checks} << 24));
  Duration proxy{};
  if (server.receives_through_sidecar) {
    const Distribution& cost = plan_->distributions[plan_->sidecar_cost];
    proxy = {cost.sample(draws_.at(Purpose::SidecarCost, key, 0), 0).ns / 2};
  }
  const LinkPlan& link = link_between(cluster.proxy, host);
  probe.way_back = one_way(link, draws_.at(Purpose::NetworkDelay, key, 1)) + proxy;
  probe.visit = world_.visits.add();
  Visit& visit = world_.visits[probe.visit.slot];
  visit.request = visit.root = ~std::uint64_t{0};
  visit.key = key;
  visit.endpoint = host;
  visit.as_received = request;
  visit.handler = server.handler_of[request];
  visit.probe = id;
  const Duration there = one_way(link, draws_.at(Purpose::NetworkDelay, key, 0)) + proxy +
                         hindrance(cluster.proxy, host, {.key = key});
  push(now() + there, EventKind::ReachesServer, probe.visit.slot, probe.visit.generation);
}

void Engine::answer_probe(const Visit& visit, std::uint16_t code, Action action,
                          std::uint32_t response) {
  Probe& probe = world_.probes[visit.probe];
  if (action == Action::Hang) return;
  if (!probe.running || !probe.timer.valid() || !world_.visits.alive(probe.visit) ||
      &world_.visits[probe.visit.slot] != &visit) {
    return;  // nobody waits any more
  }
  const bool answers = action == Action::Respond || action == Action::ResetAfterHeaders;
  probe.code = answers ? code : std::uint16_t{0};
  probe.response = code == answer_plan(visit).status ? response : 0;
  const Packet packet{visit.key, 1, plan_->responses[probe.response].body_bytes};
  push(now() + probe.way_back + hindrance(visit.endpoint, prober(probe), packet),
       EventKind::ProbeAnswered, visit.probe, probe.generation & event_generation_mask);
}

void Engine::on_probe_timeout(std::uint32_t id) {
  Probe& probe = world_.probes[id];
  probe.connected = false;
  if (world_.visits.alive(probe.visit)) {
    const LinkPlan& link = link_between(prober(probe), world_.visits[probe.visit.slot].endpoint);
    push(now() + link.one_way, EventKind::CancelReaches, probe.visit.slot, probe.visit.generation);
  }
  probe_ended(id, CheckResult::Timeout);
}

/// Source: source/extensions/health_checkers/http/health_checker_impl.cc (healthCheckResult).
CheckResult Engine::judge(const Probe& probe) const {
  const ProxyCluster& cluster = world_.proxy_clusters[probe.cluster];
  const HealthCheckPlan& check = plan_->cluster_configs[cluster.config].health_check;
  if (probe.code == 0) return CheckResult::ConnectError;
  if (is_in(check.retriable, probe.code)) return CheckResult::RetriableStatus;
  if (!is_in(check.expected, probe.code)) return CheckResult::BadStatus;
  return plan_->responses[probe.response].degraded ? CheckResult::Degraded : CheckResult::Success;
}

// ---- what it comes to ---------------------------------------------------------------------------

void Engine::probe_ended(std::uint32_t id, CheckResult result) {
  Probe& probe = world_.probes[id];
  const std::uint32_t cluster_id = probe.cluster, host = probe.host_index;
  const ProxyCluster& cluster = world_.proxy_clusters[cluster_id];
  const HealthCheckPlan& check = plan_->cluster_configs[cluster.config].health_check;
  disarm(probe.timer);
  probe.visit = Handle::none();
  const HostHealth before = health_of(probe);
  const bool by_network = result == CheckResult::ConnectError || result == CheckResult::Timeout;
  if (result == CheckResult::ConnectError) probe.connected = false;
  if (check.kind == HealthCheckPlan::Kind::Http && !by_network) {
    probe.excluded = plan_->responses[probe.response].fails_health;
    if (plan_->responses[probe.response].connection_close) probe.connected = false;
  }
  count_special(cluster, is_success(result) ? ClusterCounter::health_check_success
                                            : ClusterCounter::health_check_failure);
  if (by_network) count_special(cluster, ClusterCounter::health_check_network_failure);
  const bool failed = probe.state.failed, first = probe.awaited;
  const HealthTransition transition = on_check_result(check.timing, probe.state, result);
  Draw draw = draws_.at(Purpose::HealthCheck, probe_key(probe), probe.checks);
  const bool traffic =
      cluster.counters[static_cast<std::size_t>(ClusterCounter::upstream_cx_total)] > 0;
  Duration wait = next_check(check.timing, is_success(result), transition, traffic,
                             [&draw] { return draw.word(); });
  // Pods of one workload did not start together: their checks are not in step.
  const bool leads = cluster.proxy == plan_->workloads[workload_of(cluster.proxy)].first_endpoint;
  if (first && !leads) {
    wait.ns = static_cast<std::int64_t>(static_cast<double>(wait.ns) * draw.uniform01());
  }
  schedule_probe(id, wait);
  if (first) return tell_first_results(id);
  if (failed != probe.state.failed) {
    health_turned(id, probe.state.failed);
    if (world_.probes[id].kept) {  // its time is over
      forget_host(cluster_id, host);
      count(world_.proxy_clusters[cluster_id], ClusterCounter::membership_change);
      return membership_changed(cluster_id);
    }
  }
  const bool changed =
      transition == HealthTransition::Changed || health_of(world_.probes[id]) != before;
  if (changed) health_changed(cluster_id);
  if (!is_success(result) || world_.probes[id].state.failed || !check.returns_ejected) return;
  const std::uint32_t outlier = world_.proxy_clusters[cluster_id].first_outlier;
  if (outlier == nil || !world_.outlier_cells[outlier + host].state.ejected) return;
  return_host(cluster_id, host);
}

/// When all hosts that were there from the start have had their first result, the cluster is told
/// of as a whole.
void Engine::tell_first_results(std::uint32_t id) {
  Probe& probe = world_.probes[id];
  const std::uint32_t cluster = probe.cluster;
  SpecialCluster& special = world_.specials[world_.proxy_clusters[cluster].special];
  probe.awaited = false;
  --special.awaited;
  if (probe.state.failed) health_turned(id, true);
  if (special.awaited > 0) return;
  const std::span<const Probe> all = probes_of(world_.proxy_clusters[cluster]);
  const bool all_well = std::all_of(all.begin(), all.end(), [](const Probe& p) {
    return !p.running || health_of(p) == HostHealth::Healthy;
  });
  if (!all_well) membership_changed(cluster);
}

void Engine::health_turned(std::uint32_t id, bool failed) {
  Probe& probe = world_.probes[id];
  if (!failed) probe.passed_at = now();
  const std::uint32_t cluster_id = probe.cluster, host = probe.host_index;
  const ProxyCluster& cluster = world_.proxy_clusters[cluster_id];
  recorder_.note({.at = now(),
                  .what = failed ? EventNote::HealthCheckFail : EventNote::HealthCheckPass,
                  .proxy_workload = workload_of(cluster.proxy),
                  .proxy = cluster.proxy,
                  .cluster = cluster.cluster,
                  .endpoint = host_of(cluster, host)});
  if (failed) drain_host(cluster_id, host);
}

/// An answer to a request said x-envoy-immediate-health-check-fail: the host is unhealthy and
/// outside the denominators until a check answers without that header.
void Engine::fail_passively(std::uint32_t id, std::uint32_t host_index) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  if (probe_of(cluster, host_index) == nullptr) return;
  const std::uint32_t p = world_.specials[cluster.special].first_probe + host_index;
  Probe& probe = world_.probes[p];
  if (!probe.running || probe.awaited) return;
  count_special(cluster, ClusterCounter::health_check_failure);
  count_special(cluster, ClusterCounter::health_check_passive_failure);
  probe.excluded = true;
  const bool failed = probe.state.failed;
  const HealthTransition transition =
      on_check_result(plan_->cluster_configs[cluster.config].health_check.timing, probe.state,
                      CheckResult::Passive);
  if (!failed) health_turned(p, true);
  if (transition == HealthTransition::Changed) health_changed(id);
}

/// What the balancers hear; true when a host is not just healthy.
bool Engine::tell_probes(const ProxyCluster& cluster) {
  if (probe_of(cluster, 0) == nullptr) return false;
  bool any = false;
  const std::uint32_t first = world_.specials[cluster.special].first_probe;
  const std::size_t hosts = plan_->cluster_configs[cluster.config].hosts.size();
  for (std::uint32_t h = 0; h < hosts; ++h) {
    Probe& probe = world_.probes[first + h];
    if (!probe.running) continue;
    probe.told = health_of(probe);
    any = any || probe.kept || probe.told != HostHealth::Healthy;
  }
  return any;
}

std::uint32_t Engine::kept_hosts(const ProxyCluster& cluster) const {
  const std::span<const Probe> probes = probes_of(cluster);
  return static_cast<std::uint32_t>(
      std::count_if(probes.begin(), probes.end(), [](const Probe& p) { return p.kept; }));
}

/// As Envoy's flags stand, told or not.
std::uint32_t Engine::unhealthy(const ProxyCluster& cluster) const {
  const std::span<const Probe> probes = probes_of(cluster);
  if (probes.empty()) return cluster.ejected;
  std::uint32_t n = 0;
  for (const Probe& probe : probes) {
    const bool ejected = is_ejected(cluster, probe.host_index);
    n += ejected || (probe.running && health_of(probe) != HostHealth::Healthy) ? 1 : 0;
  }
  return n;
}

}  // namespace mesh
