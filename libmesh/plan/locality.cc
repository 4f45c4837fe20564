// Localities: which endpoints are near a caller, in priorities and weights as istiod writes them.
#include "libmesh/plan/locality.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace mesh {
namespace {

/// More priorities than this are put together; the engine keeps a retry's memory of them in place.
constexpr std::uint32_t last_priority = 63;

/// Backends of one locality, as istiod lists them before the caller's view is applied.
struct Group {
  std::string_view locality;
  std::vector<std::uint32_t> members;
  std::uint32_t weight = 0;
  std::uint32_t priority = 0;
};

std::vector<Group> groups_of(const std::vector<Backend>& backends) {
  std::map<std::string_view, Group> by_name;
  for (std::uint32_t b = 0; b < backends.size(); ++b) {
    Group& group = by_name[backends[b].locality];
    group.locality = backends[b].locality;
    group.members.push_back(b);
    group.weight += backends[b].weight;
  }
  std::vector<Group> groups;
  for (auto& [name, group] : by_name) groups.push_back(std::move(group));
  return groups;
}

/// Priorities range from 0 without gaps.
void close_gaps(std::vector<Group>& groups) {
  std::vector<std::uint32_t> used;
  for (const Group& group : groups) used.push_back(group.priority);
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  for (Group& group : groups) {
    const auto rank = std::lower_bound(used.begin(), used.end(), group.priority) - used.begin();
    group.priority = std::min(static_cast<std::uint32_t>(rank), last_priority);
  }
}

/// Fixed shares by locality; localities that are not listed lose their endpoints. Several groups
/// under one entry divide its share by their own weights. Source: applyLocalityWeights.
void distribute(std::vector<Group>& groups, const Locality& caller,
                const std::vector<istio::Distribute>& rules) {
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const istio::Distribute& r) {
    return locality_matches(caller, r.from);
  });
  if (rule == rules.end()) return;
  std::vector<bool> listed(groups.size(), false);
  for (const auto& [where, share] : rule->to) {
    std::vector<std::size_t> matching;
    double total = 0;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (listed[g] || !locality_matches(parse_locality(groups[g].locality), where)) continue;
      listed[g] = true;
      matching.push_back(g);
      total += groups[g].weight;
    }
    for (const std::size_t g : matching) {
      groups[g].weight = static_cast<std::uint32_t>(
          std::ceil(static_cast<double>(groups[g].weight) * share / total));
    }
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (!listed[g]) groups[g].members.clear();
  }
}

/// By distance; regions that a failover rule for the caller's region does not name come last.
/// Source: applyLocalityFailover.
void fail_over_by_region(std::vector<Group>& groups, const Locality& caller,
                         const std::vector<istio::Failover>& rules) {
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const istio::Failover& r) { return r.from == caller.region; });
  for (Group& group : groups) {
    const Locality locality = parse_locality(group.locality);
    std::uint32_t priority = distance(caller, locality);
    if (priority == 3 && rule != rules.end() && locality.region != rule->to) priority = 4;
    group.priority = group.priority * 5 + priority;
  }
  close_gaps(groups);
}

/// A pod's own label, else what istiod adds from its place.
/// Source: pkg/labels (AugmentLabels in pilot/pkg/serviceregistry/util/label).
std::string_view label_value(const Labels* labels, const Locality& locality,
                             const std::string& key) {
  if (labels != nullptr) {
    if (const auto found = labels->find(key); found != labels->end()) return found->second;
  }
  if (key == "topology.kubernetes.io/region") return locality.region;
  if (key == "topology.kubernetes.io/zone") return locality.zone;
  if (key == "topology.istio.io/subzone") return locality.subzone;
  return {};
}

/// Number of labels from the first one that differs; 0 when all agree. Source:
/// applyFailoverPriorityPerLocality.
std::uint32_t label_priority(const std::vector<std::string>& wanted, const Caller& caller,
                             const Backend& backend) {
  for (std::size_t l = 0; l < wanted.size(); ++l) {
    const std::size_t sign = wanted[l].find('=');
    const std::string key = wanted[l].substr(0, sign);
    const std::string_view mine =
        sign == std::string::npos ? label_value(caller.labels, parse_locality(caller.locality), key)
                                  : std::string_view(wanted[l]).substr(sign + 1);
    if (label_value(backend.labels, parse_locality(backend.locality), key) != mine) {
      return static_cast<std::uint32_t>(wanted.size() - l);
    }
  }
  return 0;
}

/// Splits each locality by priority; the weight of a part is that of its endpoints.
void fail_over_by_labels(std::vector<Group>& groups, const std::vector<Backend>& backends,
                         const Caller& caller, const std::vector<std::string>& wanted) {
  std::vector<Group> split;
  for (const Group& group : groups) {
    std::map<std::uint32_t, Group> parts;
    for (const std::uint32_t b : group.members) {
      const std::uint32_t priority = label_priority(wanted, caller, backends[b]);
      Group& part = parts[priority];
      part.locality = group.locality;
      part.priority = priority;
      part.members.push_back(b);
      part.weight += backends[b].weight;
    }
    for (auto& [priority, part] : parts) split.push_back(std::move(part));
  }
  groups = std::move(split);
  close_gaps(groups);
}

void apply(const LocalitySetting& setting, const Caller& caller,
           const std::vector<Backend>& backends, std::vector<Group>& groups) {
  const istio::LocalityLb& rule = setting.rule;
  if (!rule.distribute.empty()) {
    return distribute(groups, parse_locality(caller.locality), rule.distribute);
  }
  if (!setting.fails_over) return;
  if (!rule.failover_priority.empty()) {
    fail_over_by_labels(groups, backends, caller, rule.failover_priority);
    if (rule.failover.empty()) return;
  }
  fail_over_by_region(groups, parse_locality(caller.locality), rule.failover);
}

/// Envoy keeps the localities of a priority in this order: the own one, then by name. Source:
/// source/common/upstream/upstream_impl.cc (PriorityStateManager::updateClusterPrioritySet).
std::vector<LocalityPlan> localities_of(const std::vector<Group>& groups, const Caller& caller) {
  std::vector<LocalityPlan> localities;
  for (const Group& group : groups) {
    if (group.members.empty()) continue;
    localities.push_back(
        {std::string(group.locality), group.weight, static_cast<std::uint16_t>(group.priority)});
  }
  const auto rank = [&caller](const LocalityPlan& l) {
    return std::tuple(l.priority, l.name != caller.locality, parse_locality(l.name));
  };
  std::stable_sort(localities.begin(), localities.end(),
                   [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return localities;
}

}  // namespace

Locality parse_locality(std::string_view text) {
  Locality locality;
  for (std::string_view* part : {&locality.region, &locality.zone}) {
    const std::size_t slash = text.find('/');
    *part = text.substr(0, slash);
    if (slash == std::string_view::npos) return locality;
    text.remove_prefix(slash + 1);
  }
  locality.subzone = text;
  return locality;
}

std::string_view trimmed_locality(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

bool locality_matches(const Locality& locality, std::string_view rule) {
  const Locality wanted = parse_locality(rule);
  const auto holds = [](std::string_view part, std::string_view pattern) {
    return pattern == "*" || pattern.empty() || part == pattern;
  };
  return (wanted.region == "*" || wanted.region == locality.region) &&
         holds(locality.zone, wanted.zone) && holds(locality.subzone, wanted.subzone);
}

std::uint32_t distance(const Locality& caller, const Locality& endpoint) {
  if (caller.region != endpoint.region) return 3;
  if (caller.zone != endpoint.zone) return 2;
  return caller.subzone == endpoint.subzone ? 0 : 1;
}

std::optional<LocalitySetting> locality_setting(const EffectivePolicy& policy,
                                                const k8s::Service& service) {
  LocalitySetting setting;
  setting.fails_over = policy.groups.outlier_detection.has_value();
  if (policy.groups.load_balancer && policy.groups.load_balancer->locality) {
    setting.rule = *policy.groups.load_balancer->locality;
    if (!setting.rule.enabled.value_or(true)) return std::nullopt;
    return setting;
  }
  if (service.traffic_distribution.empty()) return setting;
  setting.fails_over = true;
  setting.rule.failover_priority = {"topology.istio.io/network", "topology.kubernetes.io/region",
                                    "topology.kubernetes.io/zone"};
  if (service.traffic_distribution == "PreferSameNode") {
    setting.rule.failover_priority.emplace_back("topology.istio.io/subzone");
    setting.rule.failover_priority.emplace_back("kubernetes.io/hostname");
  }
  return setting;
}

void arrange_hosts(const std::vector<Backend>& backends, const Caller& caller,
                   const std::optional<LocalitySetting>& setting, ClusterConfig& config) {
  std::vector<Group> groups = groups_of(backends);
  if (setting) {
    apply(*setting, caller, backends, groups);
    config.locality_weighted = !setting->rule.distribute.empty() ||
                               !setting->rule.failover.empty() ||
                               !setting->rule.failover_priority.empty();
  }
  config.localities = localities_of(groups, caller);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.priority < b.priority; });
  for (const Group& group : groups) {
    const auto is_of = [&group](const LocalityPlan& l) {
      return l.name == group.locality && l.priority == group.priority;
    };
    const auto locality = static_cast<std::uint16_t>(
        std::find_if(config.localities.begin(), config.localities.end(), is_of) -
        config.localities.begin());
    for (const std::uint32_t b : group.members) {
      config.hosts.push_back({backends[b].endpoint, backends[b].weight,
                              static_cast<std::uint16_t>(group.priority), locality,
                              backends[b].port});
    }
  }
}

}  // namespace mesh
