// Retries of several layers, which multiply on the way to the last one.
#include <algorithm>

#include "libmesh/lint/all.h"
#include "libmesh/plan/endpoints.h"
#include "libmesh/plan/topology.h"

namespace mesh {
namespace {

/// Attempts on one workload per request of a load from which on it is worth a warning: three
/// layers of two retries each would be 27, two layers 9.
constexpr std::uint64_t attempts_worth_a_warning = 9;

/// Retries that an overloaded or failing application causes; Istio's default ones only repeat what
/// never reached it, so they cannot feed an overload.
bool repeats_failures(const RetryPolicy& policy) {
  const RetryOn failures = RetryOn::FiveXx | RetryOn::GatewayError | RetryOn::Reset |
                           RetryOn::GrpcDeadlineExceeded | RetryOn::GrpcResourceExhausted |
                           RetryOn::GrpcInternal;
  return contains(policy.on, failures) ||
         (contains(policy.on, RetryOn::RetriableStatusCodes) && !policy.status_codes.empty());
}

/// The way by which most attempts can reach a workload.
struct Worst {
  std::uint64_t attempts = 1;
  std::uint32_t layers = 0;  // that retry
  WorkloadId from;           // none: the start
  const RoutePlan* route = nullptr;
};

class Amplification {
 public:
  explicit Amplification(const Plan& plan) : plan_(plan), worst_(plan.workloads.size()) {
    for (const WorkloadId from : topological_order(plan)) {
      for (const ConfigVersion& version : plan.versions) follow(from, version.proxies[from]);
    }
  }

  const Worst& worst(WorkloadId workload) const { return worst_[workload]; }
  /// "front ×3 → cart ×3 → db".
  std::string way_to(WorkloadId workload) const {
    const Worst& worst = worst_[workload];
    const std::string& name = plan_.workloads[workload].name;
    if (!worst.from.valid()) return name;
    const std::uint32_t tries = tries_of(*worst.route);
    return way_to(worst.from) + (tries > 1 ? " ×" + std::to_string(tries) : "") + " → " + name;
  }

 private:
  static std::uint32_t tries_of(const RoutePlan& route) {
    return route.retry && repeats_failures(*route.retry) ? route.retry->num_retries + 1 : 1;
  }

  void follow(WorkloadId from, const ProxyConfig& proxy) {
    for (const ResolvedRoute& resolved : proxy.route_of) {
      if (!resolved.route.valid()) continue;
      const RoutePlan& route = plan_.routes[resolved.route];
      for (const WeightedCluster& target : route.clusters) {
        const ClusterConfigId id = proxy.cluster_of[target.cluster];
        if (!id.valid()) continue;
        for_each_workload(plan_, plan_.cluster_configs[id].hosts,
                          [&](WorkloadId to) { arrive(from, to, route); });
      }
    }
  }

  void arrive(WorkloadId from, WorkloadId to, const RoutePlan& route) {
    if (to == from) return;
    const std::uint32_t tries = tries_of(route);
    const std::uint64_t attempts = worst_[from].attempts * tries;
    if (worst_[to].from.valid() && attempts <= worst_[to].attempts) return;
    worst_[to] = {attempts, worst_[from].layers + (tries > 1 ? 1 : 0), from, &route};
  }

  const Plan& plan_;
  IdVector<WorkloadId, Worst> worst_;
};

}  // namespace

void lint_retry_amplification(const LintInput& input, Diagnostics& problems) {
  const Amplification amplification(input.plan);
  for (std::uint32_t w = 0; w < input.plan.workloads.size(); ++w) {
    const WorkloadId id{w};
    const Worst& worst = amplification.worst(id);
    if (worst.layers < 2 || worst.attempts < attempts_worth_a_warning) continue;
    // Said where the product is made, not again for everything behind it.
    if (worst.attempts == amplification.worst(worst.from).attempts) continue;
    warn(problems, lint_code::retry_amplification, input.place_of(*worst.route),
         input.plan.workloads[id].name,
         "one request can become " + std::to_string(worst.attempts) +
             " attempts here: " + amplification.way_to(id),
         "retry in one layer only, or limit retries by a retryBudget");
  }
}

}  // namespace mesh
