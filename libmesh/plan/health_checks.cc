// Active health checks of clusters, as EnvoyFilters add them.
#include "libmesh/plan/health_checks.h"

namespace mesh {
namespace {

using Patch = istio::HealthCheckPatch;

std::vector<StatusRange> ranges_of(const std::vector<istio::StatusRangePatch>& from) {
  std::vector<StatusRange> ranges;
  for (const istio::StatusRangePatch& range : from) ranges.push_back({range.start, range.end});
  return ranges;
}

/// What the hosts receive; by user-agent they can tell it from others.
/// Source: source/extensions/health_checkers/http/health_checker_impl.cc.
TemplateId request_of(Draft& draft, const Patch& check, ClusterId cluster) {
  RequestTemplate request;
  request.method = check.method;
  request.authority = check.host.empty() ? draft.plan.clusters[cluster] : check.host;
  request.path = check.path;
  request.headers = {{"user-agent", "Envoy/HC"}};
  return draft.intern(std::move(request));
}

void add(Draft& draft, const NamedPatch& patch, const Patch& check, ClusterConfig& config) {
  if (check.kind != Patch::Kind::Http && check.kind != Patch::Kind::Tcp) return;
  HealthCheckPlan& to = config.health_check;
  if (to.kind != HealthCheckPlan::Kind::None) {
    draft.error(
        plan_code::refused_by_envoy, check.place, patch.name,
        "a second health check: Envoy takes one and refuses " + draft.plan.clusters[config.cluster],
        "leave one of them");
    return;
  }
  to.timing = check.timing;
  to.reuse_connection = check.reuse_connection;
  to.kind = HealthCheckPlan::Kind::Tcp;
  if (check.kind == Patch::Kind::Tcp) return;
  to.kind = HealthCheckPlan::Kind::Http;
  to.request = request_of(draft, check, config.cluster);
  if (!check.expected.empty()) to.expected = ranges_of(check.expected);
  to.retriable = ranges_of(check.retriable);
}

}  // namespace

void merge_health_checks(Draft& draft, const NamedPatch& patch, const istio::ClusterPatch& from,
                         ClusterConfig& config) {
  HealthCheckPlan& to = config.health_check;
  if (from.outlier && from.outlier->successful_active_health_check_uneject_host) {
    to.returns_ejected = *from.outlier->successful_active_health_check_uneject_host;
  }
  if (from.ignore_health_on_host_removal) to.keeps_removed_hosts = false;
  if (from.ignore_new_hosts_until_first_hc) to.ignore_new_hosts = true;
  if (from.health_checks.empty()) return;
  if (config.hosts.empty() && patch.spec->match.context == istio::PatchContext::SidecarInbound) {
    draft.warning(code::not_simulated, from.health_checks.front().place, patch.name,
                  "health checks of the receiving side are not simulated",
                  "check from the calling side: context SIDECAR_OUTBOUND");
  }
  if (config.hosts.empty()) return;
  for (const Patch& check : from.health_checks) add(draft, patch, check, config);
}

}  // namespace mesh
