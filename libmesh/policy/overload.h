// Envoy's overload manager: how far an action is in force at some pressure.
#pragma once

namespace mesh {

/// A threshold (both ends equal): in force from it on. A scaled trigger: from `scaling` on in
/// part, from `saturation` on entirely.
/// Source: source/server/overload_manager_impl.cc (ThresholdTriggerImpl, ScaledTriggerImpl).
struct OverloadTrigger {
  double scaling = 1.0, saturation = 1.0;
  bool operator==(const OverloadTrigger&) const = default;
};

/// 0 = not in force … 1 = saturated.
constexpr double action_value(const OverloadTrigger& trigger, double pressure) {
  if (pressure >= trigger.saturation) return 1.0;
  if (pressure <= trigger.scaling) return 0.0;
  return (pressure - trigger.scaling) / (trigger.saturation - trigger.scaling);
}

}  // namespace mesh
