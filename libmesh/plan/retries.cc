// Retry policies of routes: what istiod writes for `retries` and for their absence.
#include "libmesh/plan/retries.h"

#include "libmesh/plan/traffic_policy.h"
#include "libmesh/policy/retry_on.h"

namespace mesh {

RetryPolicy default_retry_policy(std::string_view istio_version) {
  RetryPolicy policy;
  policy.on = parse_retry_on(
                  "connect-failure,refused-stream,unavailable,cancelled,"
                  "retriable-status-codes")
                  .on;
  policy.num_retries = 2;
  if (!version_at_least(istio_version, 1, 24)) policy.status_codes = {503};
  policy.host_selection_attempts = 5;
  policy.previous_hosts = true;
  return policy;
}

std::optional<RetryPolicy> route_retry_policy(const std::optional<istio::Retries>& retries,
                                              bool hashed, std::string_view istio_version) {
  RetryPolicy policy = default_retry_policy(istio_version);
  if (hashed) policy.previous_hosts = false;
  if (!retries) return policy;
  if (retries->attempts <= 0) return std::nullopt;
  policy.num_retries = static_cast<std::uint32_t>(retries->attempts);
  if (!retries->retry_on.empty()) {
    RetryOnList list = parse_retry_on(retries->retry_on);
    policy.on = list.on;
    policy.status_codes = std::move(list.status_codes);
  }
  policy.per_try_timeout = retries->per_try_timeout.value_or(policy.per_try_timeout);
  if (retries->backoff) {
    policy.backoff_base = *retries->backoff;
    policy.backoff_max = *retries->backoff * 10;
  }
  if (retries->retry_remote_localities.value_or(false)) policy.previous_priorities_frequency = 2;
  policy.previous_hosts = retries->retry_ignore_previous_hosts.value_or(policy.previous_hosts);
  return policy;
}

std::string retry_on_text(RetryOn on) {
  std::string words;
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    const auto one = static_cast<RetryOn>(1u << bit);
    const std::string_view word = contains(on, one) ? to_string(one) : std::string_view{};
    if (!word.empty()) words.append(words.empty() ? "" : ",").append(word);
  }
  return words;
}

}  // namespace mesh
