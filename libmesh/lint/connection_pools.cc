// Connection limits that do other things than their names promise.
#include <set>

#include "libmesh/lint/all.h"

namespace mesh {

void lint_connection_pools(const LintInput& input, Diagnostics& problems) {
  std::set<std::string> said;  // several clusters share one policy
  for (const LintCluster& cluster : input.clusters()) {
    const ClusterConfig& config = *cluster.config;
    if (!cluster.policy.groups.connection_pool || config.protocol != UpstreamProtocol::Http1 ||
        config.breaker.max_connections == unlimited) {
      continue;
    }
    const Place& place = cluster.policy.groups.connection_pool->place;
    const std::string path = cluster.rule + ": connectionPool";
    if (!said.insert(to_string(place) + path).second) continue;
    const std::string limit = std::to_string(config.breaker.max_connections);
    if (config.breaker.max_connections == 1) {
      warn(problems, lint_code::one_connection, place, path,
           "maxConnections 1 lets each calling proxy send one HTTP/1.1 request at a time to all "
           "pods of " +
               cluster.name + " together, and the receiving sidecar holds all callers to it",
           "count the requests that should be in flight at once, or use HTTP/2");
    }
    if (config.breaker.max_pending_requests == unlimited) {
      warn(problems, lint_code::endless_queue, place, path,
           "maxConnections " + limit +
               " without http1MaxPendingRequests refuses nothing: further requests wait in the "
               "proxy without limit",
           "set http1MaxPendingRequests");
    }
  }
}

}  // namespace mesh
