// Kubernetes' HorizontalPodAutoscaler v2: how many replicas, from metrics and what was done lately.
#include "libmesh/policy/horizontal_autoscaler.h"

#include <algorithm>
#include <cmath>

namespace mesh {
namespace {

using Entry = AutoscalerState::Entry;
using Kind = ScalingPolicy::Kind;

/// Sums over the pods that count.
struct Usage {
  std::int64_t value = 0, request = 0;
  std::uint32_t pods = 0;

  void add(std::int64_t amount, std::int64_t asked) {
    value += amount;
    request += asked;
    ++pods;
  }
  /// In whole percent, or whole thousandths, as the controller rounds it down.
  std::optional<double> ratio(const MetricTarget& target) const {
    const bool of_request = target.kind == MetricTarget::Kind::Utilization;
    if (pods == 0 || target.value <= 0 || (of_request && request == 0)) return std::nullopt;
    const std::int64_t current = of_request ? value * 100 / request : value / pods;
    return static_cast<double>(current) / static_cast<double>(target.value);
  }
};

bool tolerated(const AutoscalerConfig& config, double ratio) {
  return 1.0 - config.down.tolerance <= ratio && ratio <= 1.0 + config.up.tolerance;
}

std::uint32_t rounded_up(double replicas) {
  return static_cast<std::uint32_t>(std::clamp(std::ceil(replicas), 0.0, 2147483647.0));
}

/// What a pod without a value is taken for on the way down; on the way up it is taken for idle.
std::int64_t cautious_value(const MetricTarget& target, const PodStatus& pod) {
  if (target.kind == MetricTarget::Kind::AverageValue) return target.value;
  return pod.request * std::max<std::int64_t>(100, target.value) / 100;
}

std::int64_t changed_since(const std::vector<Entry>& changes, Instant cutoff) {
  std::int64_t sum = 0;
  for (const Entry& change : changes) {
    if (change.at > cutoff) sum += change.replicas;
  }
  return sum;
}

/// How far the policies let the replicas go; `up` or down.
std::int64_t limit_of(const ScalingRules& rules, const AutoscalerState& state, std::int64_t current,
                      bool up, Instant now) {
  if (rules.select == SelectPolicy::Disabled || rules.policies.empty()) return current;
  std::optional<std::int64_t> limit;
  for (const ScalingPolicy& policy : rules.policies) {
    const Instant cutoff{now.ns - policy.period.ns};
    const std::int64_t before =
        current - changed_since(state.ups, cutoff) + changed_since(state.downs, cutoff);
    const auto value = static_cast<std::int64_t>(policy.value);
    const double share = static_cast<double>(policy.value) / 100;
    std::int64_t proposed = up ? before + value : before - value;
    if (policy.kind == Kind::Percent) {
      // Upwards it is rounded up, lest a small share never added anybody.
      const auto replicas = static_cast<double>(before);
      proposed = static_cast<std::int64_t>(up ? std::ceil(replicas * (1 + share))
                                              : std::trunc(replicas * (1 - share)));
    }
    const bool largest_number = up == (rules.select == SelectPolicy::Max);
    limit = !limit           ? proposed
            : largest_number ? std::max(*limit, proposed)
                             : std::min(*limit, proposed);
  }
  return up ? std::max(*limit, current) : std::min(*limit, current);
}

/// Between the least recommendation of the span upwards and the largest of the span downwards.
std::uint32_t stabilized(const AutoscalerConfig& config, AutoscalerState& state,
                         std::uint32_t current, std::uint32_t asked, Instant now) {
  const Instant up_from{now.ns - config.up.stabilization.ns};
  const Instant down_from{now.ns - config.down.stabilization.ns};
  std::uint32_t up = asked, down = asked;
  for (const Entry& entry : state.recommendations) {
    if (entry.at > up_from) up = std::min(up, entry.replicas);
    if (entry.at > down_from) down = std::max(down, entry.replicas);
  }
  const Instant oldest = std::min(up_from, down_from);
  std::erase_if(state.recommendations, [oldest](const Entry& e) { return e.at < oldest; });
  state.recommendations.push_back({now, asked});
  return std::min(std::max(current, up), down);
}

std::uint32_t within_policies(const AutoscalerConfig& config, const AutoscalerState& state,
                              std::uint32_t current, std::uint32_t wanted, Instant now) {
  if (wanted > current) {
    const std::int64_t limit = limit_of(config.up, state, current, true, now);
    return static_cast<std::uint32_t>(std::min<std::int64_t>({wanted, limit, config.max_replicas}));
  }
  if (wanted < current) {
    const std::int64_t limit = limit_of(config.down, state, current, false, now);
    return static_cast<std::uint32_t>(std::max<std::int64_t>({wanted, limit, config.min_replicas}));
  }
  return wanted;
}

void remember(std::vector<Entry>& changes, const ScalingRules& rules, Entry change) {
  Duration longest{0};
  for (const ScalingPolicy& policy : rules.policies) longest = std::max(longest, policy.period);
  const Instant oldest{change.at.ns - longest.ns};
  std::erase_if(changes, [oldest](const Entry& e) { return e.at < oldest; });
  changes.push_back(change);
}

}  // namespace

PodGroup group_of(const AutoscalerConfig& config, const PodStatus& pod, bool is_cpu, Instant now) {
  if (pod.terminating) return PodGroup::Ignored;
  if (pod.pending) return PodGroup::Unready;
  if (!pod.measured) return PodGroup::Missing;
  if (!is_cpu) return PodGroup::Ready;
  // A start costs CPU that says nothing about the load.
  const bool initializing = pod.started + config.cpu_initialization > now;
  const bool unready =
      initializing ? !pod.ready || pod.measured_at < pod.ready_changed + pod.window
                   : !pod.ready && pod.started + config.initial_readiness_delay > pod.ready_changed;
  return unready ? PodGroup::Unready : PodGroup::Ready;
}

std::optional<std::uint32_t> replicas_for(const AutoscalerConfig& config,
                                          const MetricTarget& target, bool is_cpu,
                                          std::span<const PodStatus> pods, std::uint32_t current,
                                          Instant now) {
  Usage usage;
  std::uint32_t unready = 0, missing = 0;
  for (const PodStatus& pod : pods) {
    const PodGroup group = group_of(config, pod, is_cpu, now);
    if (group == PodGroup::Ready) usage.add(pod.value, pod.request);
    unready += group == PodGroup::Unready ? 1 : 0;
    missing += group == PodGroup::Missing ? 1 : 0;
  }
  const std::optional<double> ratio = usage.ratio(target);
  if (!ratio) return std::nullopt;
  const bool up_with_unready = unready > 0 && *ratio > 1.0;
  if (!up_with_unready && missing == 0) {
    if (tolerated(config, *ratio)) return current;
    return rounded_up(*ratio * usage.pods);
  }
  for (const PodStatus& pod : pods) {
    const PodGroup group = group_of(config, pod, is_cpu, now);
    if (group == PodGroup::Unready && up_with_unready) usage.add(0, pod.request);
    if (group != PodGroup::Missing || *ratio == 1.0) continue;
    usage.add(*ratio < 1.0 ? cautious_value(target, pod) : 0, pod.request);
  }
  const double again = usage.ratio(target).value_or(1.0);
  const bool turned = (*ratio < 1.0 && again > 1.0) || (*ratio > 1.0 && again < 1.0);
  if (tolerated(config, again) || turned) return current;
  const std::uint32_t wanted = rounded_up(again * usage.pods);
  const bool backwards = (again < 1.0 && wanted > current) || (again > 1.0 && wanted < current);
  return backwards ? current : wanted;
}

std::optional<std::uint32_t> largest(std::span<const std::optional<std::uint32_t>> asked,
                                     std::uint32_t current) {
  std::optional<std::uint32_t> most;
  bool all_known = true;
  for (const std::optional<std::uint32_t>& one : asked) {
    all_known = all_known && one.has_value();
    if (one) most = std::max(most.value_or(0), *one);
  }
  if (!all_known && most && *most < current) return std::nullopt;
  return most;
}

std::uint32_t reconcile(const AutoscalerConfig& config, AutoscalerState& state,
                        std::uint32_t current, std::optional<std::uint32_t> asked, Instant now) {
  if (state.recommendations.empty()) state.recommendations.push_back({now, current});
  std::uint32_t wanted = current;
  if (current == 0 && config.min_replicas != 0) return current;  // switched off by hand
  if (current > config.max_replicas) {
    wanted = config.max_replicas;
  } else if (current < config.min_replicas) {
    wanted = config.min_replicas;
  } else if (asked) {
    wanted = within_policies(config, state, current,
                             stabilized(config, state, current, *asked, now), now);
  }
  if (wanted > current) remember(state.ups, config.up, {now, wanted - current});
  if (wanted < current) remember(state.downs, config.down, {now, current - wanted});
  return wanted;
}

}  // namespace mesh
