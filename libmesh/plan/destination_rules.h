// Which DestinationRule holds for a client and a host, and the policy it gives to a cluster.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "libmesh/plan/registry.h"

namespace mesh {

/// Rules of one namespace for one host that istiod treats as one: subsets put together by name,
/// the traffic policy of the oldest that has one.
struct MergedRule {
  std::string host, name_space;
  std::vector<std::string> export_to;
  Labels workload_selector;
  const istio::TrafficPolicy* traffic_policy = nullptr;
  std::vector<const istio::Subset*> subsets;
  std::vector<const istio::DestinationRule*> sources;  // oldest first
};

class DestinationRules {
 public:
  explicit DestinationRules(const Resources& resources);

  /// Client's namespace, service's, root's; the first with a matching host decides
  /// (istio.md §1.2.1). Null when none applies.
  const MergedRule* find(const ClientView& client, const std::string& host,
                         const std::string& service_namespace) const;
  const std::deque<MergedRule>& all() const { return merged_; }
  /// Some rule looks at the labels of clients (workloadSelector, failoverPriority), so that clients
  /// of one namespace may differ.
  bool depends_on_labels() const { return depends_on_labels_; }

 private:
  struct Namespace {
    std::unordered_map<std::string, std::vector<const MergedRule*>> exact;
    std::vector<const MergedRule*> wildcards;  // longest host first
  };
  void add(const istio::DestinationRule& rule);
  const MergedRule* find_in(const std::string& name_space, const ClientView& client,
                            const std::string& host) const;

  std::deque<MergedRule> merged_;
  std::unordered_map<std::string, Namespace> namespaces_;
  bool depends_on_labels_ = false;
};

/// The policy of one cluster after port-level settings and subset were merged (istio.md §1.2.2).
struct EffectivePolicy {
  istio::PolicyGroups groups;
  std::optional<istio::RetryBudget> retry_budget;
};
EffectivePolicy effective_policy(const MergedRule* rule, const istio::Subset* subset,
                                 std::uint32_t port);

}  // namespace mesh
