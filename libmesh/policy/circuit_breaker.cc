// How many retries a cluster may have outstanding, by max_retries or by a budget.
#include "libmesh/policy/circuit_breaker.h"

#include <algorithm>

namespace mesh {

std::uint32_t retry_limit(const CircuitBreakerConfig& config, const CircuitBreaker& now) {
  if (!config.retry_budget) return config.max_retries;
  // The truncation is Envoy's (RetryBudgetImpl::max, resource_manager_impl.h).
  const RetryBudget& budget = *config.retry_budget;
  const double load = static_cast<double>(std::uint64_t{now.requests} + now.pending);
  const double share = budget.percent / 100.0 * load;
  const auto by_load = static_cast<std::uint64_t>(share);
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(unlimited, std::max<std::uint64_t>(by_load, budget.min_concurrency)));
}

bool can_retry(const CircuitBreakerConfig& config, const CircuitBreaker& now) {
  return can_create(now.retries, retry_limit(config, now));
}

std::uint32_t remaining_retries(const CircuitBreakerConfig& config, const CircuitBreaker& now) {
  if (config.retry_budget || now.retries >= config.max_retries) return 0;
  return config.max_retries - now.retries;
}

}  // namespace mesh
