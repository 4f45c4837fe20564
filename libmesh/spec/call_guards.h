// What a caller keeps around its calls beside retries: breaker, throttle, hedge, balance, deadline.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/policy/adaptive_throttle.h"
#include "libmesh/policy/application_breaker.h"
#include "libmesh/policy/hedge_delay.h"
#include "libmesh/policy/peak_ewma.h"

namespace mesh {

/// A set of outcomes of calls.
struct OutcomeWords {
  bool timeout = true, server_errors = true;
  std::vector<std::uint16_t> statuses;  // beside these
  bool operator==(const OutcomeWords&) const = default;
};

struct BreakerSpec {
  ApplicationBreakerConfig config;
  bool per_thread = false;                    // of each worker; else of each pod
  OutcomeWords fail_on;                       // outcomes that count as failures
  std::optional<Duration> half_open_timeout;  // of probes, instead of the call's
  bool operator==(const BreakerSpec&) const = default;
};

struct ThrottleSpec {
  AdaptiveThrottleConfig config;
  OutcomeWords reject_on{.timeout = false, .server_errors = false, .statuses = {429, 503}};
  bool operator==(const ThrottleSpec&) const = default;
};

/// Only where the caller has no sidecar: else that one decides.
struct BalanceSpec {
  CallBalance kind = CallBalance::RoundRobin;
  Duration decay = seconds(10);  // of PeakEwma
  std::uint32_t choices = 2;     // of PeakEwma, hosts that are compared
  bool operator==(const BalanceSpec&) const = default;
};

struct CallGuards {
  std::optional<BreakerSpec> breaker;
  std::optional<ThrottleSpec> throttle;
  std::optional<HedgeConfig> hedge;
  std::optional<BalanceSpec> balance;
  std::optional<bool> deadline;  // carried along; absent: as the workload says
  bool operator==(const CallGuards&) const = default;
};

}  // namespace mesh
