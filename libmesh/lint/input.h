// What analyzers look at: scenario and plan, with the places that the plan has forgotten.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libmesh/lint/codes.h"
#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/plan.h"
#include "libmesh/spec/scenario.h"

namespace mesh {

/// A cluster of the first version with the policy that it comes from.
struct LintCluster {
  std::string name;  // "outbound|80|v1|web…"
  const ClusterConfig* config = nullptr;
  EffectivePolicy policy;
  std::string rule;            // "DestinationRule/web"; empty without one
  std::uint32_t replicas = 0;  // pods behind it at the start
};

class LintInput {
 public:
  LintInput(const Scenario& scenario, const Plan& plan);

  const Scenario& scenario;
  const Plan& plan;

  /// Clusters of services, each once, in the order of their ids.
  const std::vector<LintCluster>& clusters() const { return clusters_; }
  /// The rule that a route was made of; no place for default routes and those of later versions.
  Place place_of(const RoutePlan& route) const;

 private:
  void add_clusters();

  DestinationRules rules_;
  std::vector<LintCluster> clusters_;
  std::map<std::string, Place> places_;  // by the short form that routes carry
};

void warn(Diagnostics& problems, const code::Code& code, Place place, std::string path,
          std::string what, std::string hint = {});

}  // namespace mesh
