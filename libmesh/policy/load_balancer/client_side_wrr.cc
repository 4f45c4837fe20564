// Turns load reports into weights.
#include "libmesh/policy/load_balancer/client_side_wrr.h"

#include <algorithm>
#include <limits>

#include "libmesh/base/check.h"

namespace mesh {
namespace {

double utilization(const LoadReport& report) {
  if (report.application_utilization > 0.0) return report.application_utilization;
  if (report.named_utilization > 0.0) return report.named_utilization;
  return report.cpu_utilization;
}

/// The mean of the middle two when the number is even.
std::uint32_t median(std::vector<std::uint32_t>& weights) {
  if (weights.empty()) return 1;
  const auto middle = weights.begin() + static_cast<std::ptrdiff_t>(weights.size() / 2);
  std::nth_element(weights.begin(), middle, weights.end());
  if (weights.size() % 2 == 1) return *middle;
  const std::uint64_t below = *std::max_element(weights.begin(), middle);
  return static_cast<std::uint32_t>((below + *middle) / 2);
}

}  // namespace

std::optional<std::uint32_t> report_weight(const LoadReport& report, double error_penalty) {
  const double qps = report.requests_per_s;
  if (!(qps > 0.0)) return std::nullopt;
  const double used = utilization(report) + error_penalty * report.errors_per_s / qps;
  if (!(used > 0.0)) return std::nullopt;
  constexpr double most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(qps / used, most));
}

void on_report(ReportedWeight& state, std::uint32_t weight, Instant now) {
  if (!state.reported) state.first_at = now;
  state.reported = true;
  state.weight = weight;
  state.last_at = now;
}

std::optional<std::uint32_t> valid_weight(const ClientSideWrrConfig& config, ReportedWeight& state,
                                          Instant now) {
  if (!state.reported || now - config.blackout_period < state.first_at) return std::nullopt;
  if (state.last_at < now - config.weight_expiration_period) {
    state.reported = false;
    return std::nullopt;
  }
  return state.weight;
}

bool update_weights(const ClientSideWrrConfig& config, std::span<ReportedWeight> states,
                    Instant now, std::span<std::uint32_t> weights,
                    std::vector<std::uint32_t>& scratch) {
  MESH_CHECK(states.size() == weights.size());
  scratch.clear();
  bool changed = false;
  const auto set = [&](std::size_t i, std::uint32_t reported) {
    const std::uint32_t weight = std::max(1u, reported);
    changed = changed || weights[i] != weight;
    weights[i] = weight;
  };
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto weight = valid_weight(config, states[i], now);
    if (!weight) continue;
    set(i, *weight);
    scratch.push_back(*weight);
  }
  if (scratch.size() == states.size()) return changed;
  const std::uint32_t common = median(scratch);
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!valid_weight(config, states[i], now)) set(i, common);
  }
  return changed;
}

}  // namespace mesh
