// Subsets of Envoy's own: what becomes of clusters whose endpoints have no metadata.
#include "libmesh/plan/subsets.h"

namespace mesh {

void merge_subsets(Draft& draft, const NamedPatch& patch, const istio::SubsetPatch& from,
                   ClusterConfig& config) {
  using Fallback = istio::SubsetFallback;
  // Without a selector Envoy uses no subsets at all (LoadBalancerSubsetInfoImpl::isEnabled).
  if (from.selectors.empty() || config.hosts.empty()) return;
  const Fallback fallback = from.fallback.value_or(Fallback::NoFallback);
  const bool any = fallback == Fallback::AnyEndpoint || from.panic_mode_any ||
                   (fallback == Fallback::DefaultSubset && !from.has_default_subset);
  config.subset_fallback = any;
  if (any) return;
  draft.warning(code::surprising, from.place, patch.name,
                "every request to " + draft.plan.clusters[config.cluster] +
                    " gets 503 UH: endpoints from istiod have no metadata for subset_selectors, "
                    "and the fallback gives no host",
                "use subsets of a DestinationRule, or fallback_policy: ANY_ENDPOINT");
  config.hosts.clear();
  config.localities.clear();
  config.panic_threshold_percent = 0;  // no balancer is asked, so nobody panics
}

}  // namespace mesh
