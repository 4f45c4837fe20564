// Envoy's circuit breaker thresholds with the counts that they limit.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace mesh {

inline constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

struct RetryBudget {
  double percent = 20.0;  // of active + pending requests
  std::uint32_t min_concurrency = 3;
  bool operator==(const RetryBudget&) const = default;
};

/// Defaults as istiod writes them: 2^32-1 (core/cluster_traffic_policy.go). Envoy's own are
/// 1024 connections, pending and active requests, and 3 retries (resource_manager_impl.h).
struct CircuitBreakerConfig {
  std::uint32_t max_connections = unlimited;
  std::uint32_t max_pending_requests = unlimited;
  std::uint32_t max_requests = unlimited;
  std::uint32_t max_retries = unlimited;
  std::uint32_t max_connection_pools = unlimited;
  std::optional<RetryBudget> retry_budget{};
  bool operator==(const CircuitBreakerConfig&) const = default;
};

/// Counts of one (proxy, cluster, priority), shared by all workers of the proxy.
struct CircuitBreaker {
  std::uint32_t connections = 0;
  std::uint32_t pending = 0;
  std::uint32_t requests = 0;
  std::uint32_t retries = 0;
  std::uint32_t pools = 0;
  bool operator==(const CircuitBreaker&) const = default;
};

/// A resource can be created iff current < max (`envoy.md` §3).
constexpr bool can_create(std::uint32_t current, std::uint32_t max) {
  return current < max;
}

/// Retries allowed at this moment: max_retries, or the budget's limit when one is configured
/// (`envoy.md` §2.6, vectors 22–25).
std::uint32_t retry_limit(const CircuitBreakerConfig& config, const CircuitBreaker& now);
bool can_retry(const CircuitBreakerConfig& config, const CircuitBreaker& now);

/// The gauge `remaining_retries`: what max_retries leaves, forced to 0 under a budget.
/// Source: source/common/upstream/resource_manager_impl.h.
std::uint32_t remaining_retries(const CircuitBreakerConfig& config, const CircuitBreaker& now);

/// The gauges `*_open`: 1 when the count has reached its limit after the last change.
constexpr bool is_open(std::uint32_t current, std::uint32_t max) {
  return !can_create(current, max);
}

}  // namespace mesh
