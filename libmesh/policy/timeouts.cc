// The arithmetic of timeouts, 0 meaning infinite everywhere.
#include "libmesh/policy/timeouts.h"

#include <algorithm>

namespace mesh {
namespace {

Duration grpc_timeout(const GrpcTimeoutPolicy& policy, const TimeoutHeaders& headers) {
  Duration timeout = headers.grpc_timeout.value_or(Duration{0});
  // An offset that would reach 0 is ignored: 0 would mean infinite.
  if (policy.offset && *policy.offset < timeout) timeout = timeout - *policy.offset;
  const bool infinite = timeout.ns == 0;
  if (policy.max.ns != 0 && (infinite || timeout > policy.max)) return policy.max;
  return timeout;
}

Duration route_timeout(const TimeoutPolicy& policy, const TimeoutHeaders& headers) {
  if (policy.uses_max_stream_duration) return {};
  if (headers.grpc_request && policy.grpc) return grpc_timeout(*policy.grpc, headers);
  return policy.route;
}

Duration from_header(std::uint64_t ms) {
  constexpr std::uint64_t longest_ms = 9'000'000'000'000;  // what nanoseconds can hold
  return milliseconds(static_cast<std::int64_t>(std::min(ms, longest_ms)));
}

}  // namespace

RequestTimeouts final_timeouts(const TimeoutPolicy& policy, const TimeoutHeaders& headers) {
  RequestTimeouts out{route_timeout(policy, headers), policy.per_try, policy.per_try_idle};
  if (policy.respect_expected_rq_timeout && headers.expected_rq_timeout_ms) {
    out.global = from_header(*headers.expected_rq_timeout_ms);
  } else if (headers.upstream_rq_timeout_ms) {
    out.global = from_header(*headers.upstream_rq_timeout_ms);
  }
  if (headers.per_try_timeout_ms) out.per_try = from_header(*headers.per_try_timeout_ms);
  if (out.global.ns != 0 && out.per_try >= out.global) out.per_try = {};
  return out;
}

std::optional<std::uint64_t> expected_timeout_ms(const RequestTimeouts& timeouts, bool hedging,
                                                 Duration since_request) {
  const auto global = static_cast<std::uint64_t>(whole_milliseconds(timeouts.global));
  auto expected = static_cast<std::uint64_t>(whole_milliseconds(timeouts.per_try));
  if (hedging || expected == 0) expected = global;
  if (expected == 0) return std::nullopt;
  if (global == 0) return expected;
  const auto used = static_cast<std::uint64_t>(whole_milliseconds(since_request));
  return used >= global ? 1 : std::min(expected, global - used);
}

}  // namespace mesh
