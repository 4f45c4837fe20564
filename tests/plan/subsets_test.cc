// Envoy's own subsets and zone-aware routing: what becomes of an EnvoyFilter's.
#include "libmesh/plan/subsets.h"

#include <doctest/doctest.h>

#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

using testing::envoy_filter;
using testing::envoy_patch;
using testing::patched;
using testing::PlanView;
using testing::warnings_of;
using testing::web_cluster;
using testing::web_rule;

std::string merge(const std::string& value) {
  return envoy_filter(envoy_patch("CLUSTER", "context: SIDECAR_OUTBOUND", "MERGE", value));
}

TEST_CASE("subsets: the fallback alone decides, since endpoints have no metadata") {
  struct Row {
    const char* name;
    const char* config;
    bool answers;
  };
  const Row rows[] = {
      {"no fallback", "{subset_selectors: [{keys: [version]}]}", false},
      {"any endpoint", "{subset_selectors: [{keys: [version]}], fallback_policy: ANY_ENDPOINT}",
       true},
      {"an empty default subset is everybody",
       "{subset_selectors: [{keys: [version]}], fallback_policy: DEFAULT_SUBSET}", true},
      {"a default subset is empty",
       "{subset_selectors: [{keys: [version]}], fallback_policy: DEFAULT_SUBSET, default_subset: "
       "{version: v1}}",
       false},
      {"panic mode any", "{subset_selectors: [{keys: [version]}], panic_mode_any: true}", true},
      {"without a selector there are no subsets", "{fallback_policy: NO_FALLBACK}", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const PlanView view = patched(merge(std::string("{lb_subset_config: ") + row.config + "}"));
    CHECK(view.cluster("client", web_cluster).hosts.empty() == !row.answers);
    const bool warned = warnings_of(view).find(
                            "gets 503 UH: endpoints from istiod have no "
                            "metadata") != std::string::npos;
    CHECK(warned == !row.answers);
  }
}

TEST_CASE("subsets: zone-aware routing by EnvoyFilter or DestinationRule, not beside localities") {
  const PlanView filter =
      patched(merge("{common_lb_config: {zone_aware_lb_config: {min_cluster_size: 2}}}"));
  CHECK(filter.cluster("client", web_cluster).zone_aware == ZoneAwareConfig{.min_cluster_size = 2});
  CHECK(warnings_of(filter).find("cluster_manager.local_cluster_name") != std::string::npos);
  const ClusterConfig rule =
      patched(web_rule("{loadBalancer: {zoneAwareLbSetting: {minClusterSize: 3}}}"))
          .cluster("client", web_cluster);
  CHECK(rule.zone_aware == ZoneAwareConfig{.min_cluster_size = 3});
  CHECK(!rule.locality_weighted);
  const ClusterConfig off =
      patched(web_rule("{loadBalancer: {zoneAwareLbSetting: {enabled: false}}}"))
          .cluster("client", web_cluster);
  CHECK(!off.zone_aware.has_value());
  for (const WorkloadPlan& workload : filter.plan->workloads) {
    CHECK(!workload.local_cluster.empty());
  }
}

}  // namespace
}  // namespace mesh
