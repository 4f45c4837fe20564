// The plan in the making: tables that give equal things one id, and the problems found so far.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libmesh/plan/codes.h"
#include "libmesh/plan/match.h"
#include "libmesh/plan/plan.h"
#include "libmesh/spec/scenario.h"

namespace mesh {

/// What compile steps need to know of a workload and the finished plan does not hold.
struct WorkloadFacts {
  Labels labels;      // of its pods, as first declared
  Place place;        // where it was declared; of the load or gateway that it was made for
  bool made = false;  // by us: a gateway or a client that no resource declares
  const WorkloadBehaviour* behaviour = nullptr;
  std::string first_address = {};           // of pod 0, if declared
  std::vector<std::string> addresses = {};  // of each pod, where they do not follow each other
};

/// Ids are given in the order of first use, so that the ids of a scenario stay valid when it is
/// compiled again with more changes at the end (`Simulation::adopt`).
class Draft {
 public:
  explicit Draft(const Scenario& scenario);

  const Scenario& scenario;
  Plan plan;
  IdVector<WorkloadId, WorkloadFacts> facts;  // parallel to plan.workloads
  std::vector<WorkloadId> entries;            // by load: where its requests start; none = error
  Matcher matcher;
  /// What calls to rate limit services ask, by their template.
  struct RateQuestion {
    std::string domain;
    std::vector<std::vector<istio::DescriptorEntry>> descriptors;
  };
  std::map<TemplateId, RateQuestion> rate_questions;

  TemplateId intern(RequestTemplate request);
  RouteId intern(RoutePlan route);
  ClusterId intern_cluster(const std::string& name);
  ClusterConfigId intern(ClusterConfig config);
  std::uint32_t intern(const Distribution& law);
  std::uint32_t intern(const ResponsePlan& response);
  FilterSetId intern(FilterSetPlan set);
  /// Indices in the plan's tables of filters; equal ones share an index.
  std::uint32_t intern(const RateLimitPlan& limit);
  std::uint32_t intern(const AdmissionControlPlan& control);
  std::uint32_t intern(const ConcurrencyPlan& limit);
  std::uint32_t intern(const ExtAuthzPlan& authoriser);
  std::uint32_t intern(const GlobalRateLimitPlan& limit);
  std::uint32_t intern(const OverloadPlan& overload);
  BucketId intern(BucketPlan bucket);
  /// Keeps what is hashed; plan.hash_keys stays sorted.
  void add_hash_key(HashKeyPlan key);

  WorkloadId add_workload(WorkloadPlan workload, WorkloadFacts facts);
  WorkloadId workload(const std::string& name, const std::string& name_space) const;
  ServiceId service(const std::string& host) const;
  ServiceId add_service(const std::string& host, const std::string& name,
                        const std::string& name_space);

  /// Workloads that a person's "name", "name.namespace" or "namespace/name" may mean.
  std::vector<WorkloadId> workloads_named(std::string_view text) const;
  /// The only one; otherwise an error at `place` with a suggestion, and none.
  WorkloadId workload_named(std::string_view text, const Place& place, const std::string& path);

  void error(const code::Code& code, Place place, std::string path, std::string what,
             std::string hint = {});
  void warning(const code::Code& code, Place place, std::string path, std::string what,
               std::string hint = {});
  /// Equal reports are kept once: later versions repeat what earlier ones said.
  void report(Diagnostic problem);
  Diagnostics problems;

 private:
  std::unordered_map<std::string, TemplateId> templates_;
  std::unordered_map<std::string, std::vector<RouteId>> routes_;
  std::unordered_map<std::string, ClusterId> clusters_;
  std::unordered_map<std::uint32_t, std::vector<ClusterConfigId>> configs_;
  std::map<std::pair<std::string, std::string>, WorkloadId> workloads_;  // namespace, name
  std::unordered_map<std::string, ServiceId> services_;
  std::set<std::string> reported_;
};

/// "reviews.yaml:9", as routes and call graphs show places.
std::string short_place(const Place& place);

}  // namespace mesh
