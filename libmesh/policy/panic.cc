// Assesses priorities: normal load by health, total panic by number of hosts.
#include "libmesh/policy/panic.h"

#include <algorithm>

#include "libmesh/base/check.h"

namespace mesh {
namespace {

void share_by_host_count(std::span<const PriorityHosts> counts, PriorityTable& out) {
  std::uint64_t all = 0;
  for (const PriorityHosts& p : counts) all += p.hosts;
  std::fill(out.share.begin(), out.share.end(), PriorityShare{});
  if (all == 0) {
    out.share[0].healthy = 100;
    return;
  }
  std::size_t first_with_hosts = counts.size();
  std::uint64_t left = 100;
  for (std::size_t p = 0; p < counts.size(); ++p) {
    if (counts[p].hosts > 0) first_with_hosts = std::min(first_with_hosts, p);
    const std::uint64_t part = std::uint64_t{100} * counts[p].hosts / all;
    out.share[p].healthy = static_cast<std::uint8_t>(part);
    left -= part;
  }
  auto& first = out.share[first_with_hosts].healthy;
  first = static_cast<std::uint8_t>(first + left);
}

}  // namespace

bool is_below_panic_threshold(const PriorityHosts& priority, std::uint32_t threshold_percent) {
  const std::uint32_t counted = priority.hosts - priority.excluded;
  const auto share = [&](std::uint32_t part) {
    return counted == 0 ? 0.0 : 100.0 * static_cast<double>(part) / counted;
  };
  return share(priority.healthy) + share(priority.degraded) <
         std::min<std::uint32_t>(100, threshold_percent);
}

void assess_priorities(const PriorityConfig& config, std::span<const PriorityHosts> counts,
                       std::span<const PriorityHosts> weights, PriorityTable& out) {
  MESH_CHECK(!counts.empty());
  MESH_CHECK(weights.empty() || weights.size() == counts.size());
  out.available.assign(counts.size(), Availability{});
  out.share.assign(counts.size(), PriorityShare{});
  out.panic.assign(counts.size(), 0);

  for (std::size_t p = 0; p < counts.size(); ++p) {
    if (counts[p].hosts == counts[p].excluded) continue;
    const PriorityHosts& by = weights.empty() ? counts[p] : weights[p];
    out.available[p] = availability(by, config.overprovisioning_percent);
  }
  const std::uint32_t total = total_availability(out.available);
  if (total > 0) distribute_load(out.available, out.share);
  if (total == 100) return;

  if (config.panic_threshold_percent == 0 && total == 0) {
    out.share[0].healthy = 100;
    return;
  }
  bool all_panic = true;
  for (std::size_t p = 0; p < counts.size(); ++p) {
    const bool panic = is_below_panic_threshold(counts[p], config.panic_threshold_percent);
    out.panic[p] = panic ? 1 : 0;
    all_panic = all_panic && panic;
  }
  if (all_panic) share_by_host_count(counts, out);
}

}  // namespace mesh
