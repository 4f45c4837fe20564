// Which DestinationRule holds for a client and a host, and the policy it gives to a cluster.
#include "libmesh/plan/destination_rules.h"

#include <algorithm>

#include "libmesh/plan/names.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

bool ranks_by_labels(const istio::PolicyGroups& groups) {
  return groups.load_balancer && groups.load_balancer->locality &&
         !groups.load_balancer->locality->failover_priority.empty();
}

bool ranks_by_labels(const istio::TrafficPolicy& policy) {
  return ranks_by_labels(policy.groups) ||
         std::any_of(policy.port_level_settings.begin(), policy.port_level_settings.end(),
                     [](const istio::PortPolicy& p) { return ranks_by_labels(p.groups); });
}

/// Some failoverPriority is in the rule.
bool ranks_by_labels(const MergedRule& rule) {
  return (rule.traffic_policy != nullptr && ranks_by_labels(*rule.traffic_policy)) ||
         std::any_of(rule.subsets.begin(), rule.subsets.end(), [](const istio::Subset* subset) {
           return subset->traffic_policy && ranks_by_labels(*subset->traffic_policy);
         });
}

}  // namespace

DestinationRules::DestinationRules(const Resources& resources) {
  std::vector<const istio::DestinationRule*> by_age;
  for (const istio::DestinationRule& rule : resources.destination_rules) by_age.push_back(&rule);
  std::stable_sort(by_age.begin(), by_age.end(),
                   [](const auto* a, const auto* b) { return older(a->metadata, b->metadata); });
  for (const istio::DestinationRule* rule : by_age) add(*rule);
  for (const MergedRule& rule : merged_) {
    Namespace& space = namespaces_[rule.name_space];
    if (is_wildcard(rule.host)) {
      space.wildcards.push_back(&rule);
    } else {
      space.exact[rule.host].push_back(&rule);
    }
    depends_on_labels_ =
        depends_on_labels_ || !rule.workload_selector.empty() || ranks_by_labels(rule);
  }
  for (auto& [name, space] : namespaces_) {
    std::stable_sort(space.wildcards.begin(), space.wildcards.end(),
                     [](const auto* a, const auto* b) { return a->host.size() > b->host.size(); });
  }
}

void DestinationRules::add(const istio::DestinationRule& rule) {
  const std::string& space = rule.metadata.name_space;
  const std::string host = resolve_short_name(rule.host, space);
  const auto same = std::find_if(merged_.begin(), merged_.end(), [&](const MergedRule& other) {
    return other.host == host && other.name_space == space && other.export_to == rule.export_to &&
           other.workload_selector == rule.workload_selector;
  });
  const bool is_new = same == merged_.end();
  MergedRule& into = is_new ? merged_.emplace_back() : *same;
  if (is_new) {
    into.host = host;
    into.name_space = space;
    into.export_to = rule.export_to;
    into.workload_selector = rule.workload_selector;
  }
  into.sources.push_back(&rule);
  if (into.traffic_policy == nullptr && rule.traffic_policy) {
    into.traffic_policy = &*rule.traffic_policy;
  }
  for (const istio::Subset& subset : rule.subsets) {
    const bool known = std::any_of(into.subsets.begin(), into.subsets.end(),
                                   [&](const auto* other) { return other->name == subset.name; });
    if (!known) into.subsets.push_back(&subset);
  }
}

const MergedRule* DestinationRules::find_in(const std::string& name_space, const ClientView& client,
                                            const std::string& host) const {
  const auto found = namespaces_.find(name_space);
  if (found == namespaces_.end()) return nullptr;
  const MergedRule* plain = nullptr;  // without selector: used when no selector matches
  const auto consider = [&](const MergedRule* rule) -> const MergedRule* {
    if (!exported_to(rule->export_to, name_space, client.name_space)) return nullptr;
    if (rule->workload_selector.empty()) {
      if (plain == nullptr) plain = rule;
      return nullptr;
    }
    const bool selected = name_space == client.name_space && client.labels != nullptr &&
                          labels_contain(*client.labels, rule->workload_selector);
    return selected ? rule : nullptr;
  };
  if (const auto exact = found->second.exact.find(host); exact != found->second.exact.end()) {
    for (const MergedRule* rule : exact->second) {
      if (const MergedRule* selected = consider(rule)) return selected;
    }
    if (plain != nullptr) return plain;
  }
  for (const MergedRule* rule : found->second.wildcards) {
    if (!is_subset_of(host, rule->host)) continue;
    if (const MergedRule* selected = consider(rule)) return selected;
    if (plain != nullptr) return plain;
  }
  return nullptr;
}

const MergedRule* DestinationRules::find(const ClientView& client, const std::string& host,
                                         const std::string& service_namespace) const {
  const std::string root(root_namespace);
  if (client.name_space != root) {
    if (const MergedRule* rule = find_in(client.name_space, client, host)) return rule;
  }
  if (service_namespace != client.name_space || client.name_space == root) {
    if (const MergedRule* rule = find_in(service_namespace, client, host)) return rule;
  }
  return find_in(root, client, host);
}

namespace {

const istio::PortPolicy* port_policy(const istio::TrafficPolicy& policy, std::uint32_t port) {
  for (const istio::PortPolicy& candidate : policy.port_level_settings) {
    if (candidate.port == port) return &candidate;
  }
  return nullptr;
}

}  // namespace

EffectivePolicy effective_policy(const MergedRule* rule, const istio::Subset* subset,
                                 std::uint32_t port) {
  EffectivePolicy effective;
  if (rule == nullptr) return effective;
  if (rule->traffic_policy != nullptr) {
    const istio::TrafficPolicy& policy = *rule->traffic_policy;
    if (const istio::PortPolicy* at_port = port_policy(policy, port)) {
      effective.groups = at_port->groups;  // replaces all groups; the budget gets lost
    } else {
      effective = {policy.groups, policy.retry_budget};
    }
  }
  if (subset == nullptr || !subset->traffic_policy) return effective;
  const istio::TrafficPolicy& policy = *subset->traffic_policy;
  effective.retry_budget.reset();  // istio.md §1.2.2: lost in the copy, the subset's own ignored
  const istio::PolicyGroups& over = policy.groups;
  if (over.load_balancer) effective.groups.load_balancer = over.load_balancer;
  if (over.connection_pool) effective.groups.connection_pool = over.connection_pool;
  if (over.outlier_detection) effective.groups.outlier_detection = over.outlier_detection;
  if (const istio::PortPolicy* at_port = port_policy(policy, port)) {
    effective.groups = at_port->groups;
  }
  return effective;
}

}  // namespace mesh
