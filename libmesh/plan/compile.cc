// istiod's work: from a Scenario to the Plan that proxies and engine run on.
#include "libmesh/plan/compile.h"

#include <deque>
#include <map>

#include "libmesh/plan/changes.h"
#include "libmesh/plan/clusters.h"
#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/draft.h"
#include "libmesh/plan/faults.h"
#include "libmesh/plan/handlers.h"
#include "libmesh/plan/loads.h"
#include "libmesh/plan/locality.h"
#include "libmesh/plan/reach.h"
#include "libmesh/plan/references.h"
#include "libmesh/plan/registry.h"
#include "libmesh/plan/router.h"
#include "libmesh/plan/thresholds.h"
#include "libmesh/plan/topology.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

/// What is known while one version is compiled; neighbours refer to each other, so it stays put.
struct VersionContext {
  VersionContext(Draft& draft, const Resources& resources)
      : registry(draft, resources),
        rules(resources),
        clusters(draft, registry, rules),
        router(draft, registry, rules, clusters) {}

  Registry registry;
  DestinationRules rules;
  Clusters clusters;
  Router router;
};

/// Whom a proxy's zone-aware balancers compare their hosts with: the pods of its own service, the
/// first one; without a service its own workload.
void local_cluster(Draft& draft, const Registry& registry, WorkloadId workload) {
  std::vector<WorkloadId>& local = draft.plan.workloads[workload].local_cluster;
  if (!local.empty()) return;
  const std::vector<std::size_t>& services = registry.services_of(workload);
  if (!services.empty()) local = registry.services()[services.front()].backends;
  if (local.empty()) local = {workload};
}

ConfigVersion empty_version(Draft& draft, VersionContext& context, const VersionInput& input,
                            std::uint32_t number) {
  ConfigVersion version;
  version.at = input.at;
  for (std::uint32_t c = 0; c < draft.plan.changes.size(); ++c) {
    if (number > 0 && draft.plan.changes[ChangeId{c}].version == number) {
      version.change = ChangeId{c};
    }
  }
  version.proxies.resize(draft.plan.workloads.size());
  for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
    const WorkloadPlan& workload = draft.plan.workloads[WorkloadId{w}];
    ProxyConfig& proxy = version.proxies[WorkloadId{w}];
    local_cluster(draft, context.registry, WorkloadId{w});
    if (workload.has_sidecar) proxy.cluster_of = context.clusters.known_to(WorkloadId{w});
    if (workload.receives_through_sidecar && !workload.is_gateway) {
      proxy.inbound = context.clusters.inbound(WorkloadId{w});
    }
  }
  return version;
}

/// Every table of clusters covers all cluster ids, so that unknown ones can be looked up.
void complete_cluster_tables(Plan& plan) {
  for (ConfigVersion& version : plan.versions) {
    for (ProxyConfig& proxy : version.proxies) proxy.cluster_of.resize(plan.clusters.size());
  }
}

void plan_run(Draft& draft) {
  const Scenario& scenario = draft.scenario;
  Plan& plan = draft.plan;
  plan.scenario = scenario.name;
  plan.config_digest = config_digest(scenario);
  plan.clusters_made_at = Instant{} - scenario.platform.proxies_started_before;
  plan.sidecar_cost = draft.intern(scenario.platform.sidecar_cost);
  plan.until = Instant{} + scenario.run.until.value_or(Duration{0});
  plan.warmup = Instant{} + scenario.run.warmup;
  plan.seed = scenario.run.seed;
  plan.memory_limit_bytes = scenario.run.memory_limit_bytes;
  plan.max_in_flight = scenario.run.max_in_flight;
  plan.record = {scenario.record.requests, scenario.record.sample, scenario.record.keep_errors,
                 scenario.record.keep_slowest, scenario.record.timeseries};
  if (!scenario.run.until && !scenario.loads.empty()) {
    draft.error(plan_code::no_duration, {scenario.file, 0, 0}, "run.until", "no duration",
                "set run.until or --until");
  }
}

LinkPlan link_plan(const NetworkLink& link) {
  return {{link.rtt.ns / 2}, link.jitter};
}

/// Zones are told apart only where that makes a difference.
void plan_network(Draft& draft) {
  const Platform& platform = draft.scenario.platform;
  NetworkPlan& network = draft.plan.network;
  network.same_zone = link_plan(platform.same_zone);
  network.cross_zone = link_plan(platform.cross_zone);
  if (platform.same_zone == platform.cross_zone) return;
  std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> zones;
  IdVector<WorkloadId, std::uint32_t> zone_of;
  for (const WorkloadPlan& workload : draft.plan.workloads) {
    const Locality at = parse_locality(workload.locality);
    std::uint32_t zone = 0;
    if (!at.region.empty()) {
      const auto next = static_cast<std::uint32_t>(zones.size() + 1);
      zone = zones.try_emplace({at.region, at.zone}, next).first->second;
    }
    zone_of.add(zone);
  }
  if (zones.size() > 1) network.zone_of = std::move(zone_of);
}

/// "productpage-v1 –GET reviews/…→ reviews-v1 –…→ productpage-v1" with the places of the calls.
void report_circles(Draft& draft, const Handlers& handlers) {
  for (const std::vector<CircleStep>& circle : call_circles(draft.plan)) {
    std::string path;
    Place place;
    for (const CircleStep& step : circle) {
      path += draft.plan.workloads[step.workload].name;
      if (step.call.valid()) {
        const Place& call = handlers.place(step.call);
        if (place.line == 0) place = call;
        path += " (" + short_place(call) + ")";
        path += " calls " + draft.plan.templates[draft.plan.calls[step.call].request].text;
      } else {
        path += " forwards " + draft.plan.templates[step.request].text;
      }
      path += " → ";
    }
    path += draft.plan.workloads[circle.front().workload].name;
    draft.error(plan_code::call_circle, place, "behaviour",
                "requests go round in a circle: " + path,
                "let one of these handlers answer without the call");
  }
}

}  // namespace

CompileResult compile(const Scenario& scenario) {
  Draft draft(scenario);
  plan_run(draft);
  const std::vector<VersionInput> inputs = version_inputs(draft);
  plan_workloads(draft, inputs);
  plan_network(draft);
  plan_changes(draft, inputs);
  plan_endpoints(draft);

  std::deque<VersionContext> contexts;
  contexts.emplace_back(draft, inputs.front().resources);
  Handlers handlers(draft, contexts.front().registry);
  Reach reach(draft, handlers);
  plan_loads(draft, contexts.front().registry, reach);
  for (std::size_t v = 0; v < inputs.size(); ++v) {
    if (v > 0) contexts.emplace_back(draft, inputs[v].resources);
    VersionContext& context = contexts.back();
    check_references(draft, context.registry, context.rules);
    draft.plan.versions.push_back(
        empty_version(draft, context, inputs[v], static_cast<std::uint32_t>(v)));
    reach.add_version(context.router);
  }
  reach.resolve_inbound();
  plan_faults(draft, contexts.front().registry);
  check_thresholds(draft);
  complete_cluster_tables(draft.plan);
  report_circles(draft, handlers);

  CompileResult result;
  draft.problems.sort();
  result.problems = std::move(draft.problems);
  if (!result.problems.has_errors()) {
    result.plan = std::make_shared<const Plan>(std::move(draft.plan));
  }
  return result;
}

}  // namespace mesh
