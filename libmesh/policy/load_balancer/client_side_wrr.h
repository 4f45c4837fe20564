// Client-side weighted round robin: weights from the hosts' own load reports (ORCA).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_report.h"

namespace mesh {

/// qps / (utilization + penalty × eps/qps), truncated; utilization is the application's if above
/// 0, else the named metrics', else the CPU's. Nothing when qps or the sum is not positive. Source:
/// source/extensions/load_balancing_policies/client_side_weighted_round_robin/ of 1.36
/// (calculateWeightFromOrcaReport).
std::optional<std::uint32_t> report_weight(const LoadReport& report, double error_penalty);

/// What a balancer remembers of a host's reports. Default = none yet.
struct ReportedWeight {
  std::uint32_t weight = 1;
  bool reported = false;  // since the last expiry
  Instant first_at{}, last_at{};
  bool operator==(const ReportedWeight&) const = default;
};

void on_report(ReportedWeight& state, std::uint32_t weight, Instant now);

/// The weight once the blackout is over and until it expires; an expiry starts a new blackout.
std::optional<std::uint32_t> valid_weight(const ClientSideWrrConfig& config, ReportedWeight& state,
                                          Instant now);

/// At every update period: weights of all hosts of a priority, hosts without a valid one get the
/// median of the others (1 if none). A host weighs at least 1 (HostImplBase::weight). Returns
/// whether any weight changed; then schedules are rebuilt. `scratch` keeps its memory. Source: the
/// same folder (updateClientSideDataOnHosts).
bool update_weights(const ClientSideWrrConfig& config, std::span<ReportedWeight> states,
                    Instant now, std::span<std::uint32_t> weights,
                    std::vector<std::uint32_t>& scratch);

}  // namespace mesh
