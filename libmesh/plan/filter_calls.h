// Calls that filters make to services while a request waits for their verdict.
#pragma once

#include <string>

#include "libmesh/plan/draft.h"

namespace mesh {

/// A call to a cluster, by the name that istiod gives it, past listeners and routes. `filter` is
/// what the call's route is called in records; `owner` says who configured it.
FilterCallPlan filter_call(Draft& draft, const std::string& filter, const std::string& owner,
                           const std::string& cluster, Duration timeout, RequestTemplate request);

/// "outbound|8081||limits.default.svc.cluster.local": the port and the host; no port when the name
/// has another form.
struct ClusterAddress {
  std::uint32_t port = 0;
  std::string host;
};
ClusterAddress address_of_cluster(const std::string& cluster);

/// What an authoriser is asked: the request itself, wherever it listens.
RequestTemplate authorization_request(const RequestTemplate& request, const std::string& cluster,
                                      const std::string& path_prefix);

/// Calls `visit` with each call of a route's filters.
template <class Visit>
void for_each_filter_call(const Plan& plan, FilterSetId id, Visit visit) {
  if (!id.valid()) return;
  for (const FilterPlan& filter : plan.filter_sets[id].filters) {
    if (filter.kind == FilterKind::ExtAuthz) visit(plan.authorisers[filter.index].call);
    if (filter.kind == FilterKind::GlobalRateLimit) {
      visit(plan.global_rate_limits[filter.index].call);
    }
  }
}

}  // namespace mesh
