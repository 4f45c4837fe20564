// Calls that filters make to services while a request waits for their verdict.
#include "libmesh/plan/filter_calls.h"

#include <charconv>

namespace mesh {

FilterCallPlan filter_call(Draft& draft, const std::string& filter, const std::string& owner,
                           const std::string& cluster, Duration timeout, RequestTemplate request) {
  FilterCallPlan call;
  call.cluster = draft.intern_cluster(cluster);
  call.request = draft.intern(std::move(request));
  RoutePlan route;
  route.name = "filter " + filter;
  route.virtual_host = owner;
  route.clusters.push_back({call.cluster, 1});
  route.total_weight = 1;
  route.timeout = timeout;
  call.route = draft.intern(std::move(route));
  return call;
}

ClusterAddress address_of_cluster(const std::string& cluster) {
  const std::size_t first = cluster.find('|');
  const std::size_t last = cluster.rfind('|');
  if (first == std::string::npos || first == last) return {0, cluster};
  ClusterAddress address{0, cluster.substr(last + 1)};
  const char* begin = cluster.data() + first + 1;
  std::from_chars(begin, cluster.data() + last, address.port);
  return address;
}

RequestTemplate authorization_request(const RequestTemplate& request, const std::string& cluster,
                                      const std::string& path_prefix) {
  RequestTemplate check = request;
  check.path = path_prefix + request.path;
  check.body_bytes = 0;
  check.port = address_of_cluster(cluster).port;
  return check;
}

}  // namespace mesh
