// One version of a mesh with the tables that compiling uses, opened up for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libmesh/plan/changes.h"
#include "libmesh/plan/clusters.h"
#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/names.h"
#include "libmesh/plan/registry.h"
#include "libmesh/plan/router.h"
#include "libmesh/plan/workloads.h"

namespace mesh::testing {

class VersionBench {
 public:
  explicit VersionBench(const Scenario& scenario)
      : draft(scenario),
        inputs(prepare(draft)),
        registry(draft, inputs.front().resources),
        rules(inputs.front().resources),
        clusters(draft, registry, rules),
        router(draft, registry, rules, clusters) {}

  Draft draft;
  std::vector<VersionInput> inputs;
  Registry registry;
  DestinationRules rules;
  Clusters clusters;
  Router router;

  WorkloadId workload(const std::string& name, const std::string& name_space = "default") const {
    return draft.workload(name, name_space);
  }
  /// By value: looking up may add to the table that the name comes from.
  const ClusterConfig* cluster(WorkloadId client, std::string name) {
    const auto& known = clusters.known_to(client);
    const ClusterId id = draft.intern_cluster(name);
    if (!known.contains(id) || !known[id].valid()) return nullptr;
    return &draft.plan.cluster_configs[known[id]];
  }

 private:
  static std::vector<VersionInput> prepare(Draft& draft) {
    std::vector<VersionInput> inputs = version_inputs(draft);
    plan_workloads(draft, inputs);
    plan_changes(draft, inputs);
    plan_endpoints(draft);
    return inputs;
  }
};

}  // namespace mesh::testing
