// What applications do, compiled: scripts, calls, answers, rules, times of closed ports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libmesh/base/action.h"
#include "libmesh/base/id.h"
#include "libmesh/base/time.h"
#include "libmesh/policy/adaptive_throttle.h"
#include "libmesh/policy/application_breaker.h"
#include "libmesh/policy/call_retry.h"
#include "libmesh/policy/hedge_delay.h"
#include "libmesh/policy/load_report.h"
#include "libmesh/policy/peak_ewma.h"

namespace mesh {

enum class StepKind : std::uint8_t {
  Work,
  Sleep,
  Call,
  Parallel,
  Repeat,
  Choose,
  Cache,
  With,
  Publish,
};

/// Steps that look at a cache or a pool and then run one branch.
constexpr bool uses_store(StepKind kind) {
  return kind == StepKind::Cache || kind == StepKind::With;
}

struct StepPlan {
  StepKind kind{};
  /// Work, Sleep: index in Plan::distributions. Cache, With, Publish: in Plan::cache_uses,
  /// pool_uses, topics.
  std::uint32_t time = 0;
  CallId call;  // Call
  /// Parallel, Repeat (its body), Choose, Cache (hit, miss), With: range of Plan::branches.
  std::uint32_t first_branch = 0, branches = 0;
  std::uint32_t wait_for = 0;     // Parallel: branches that must succeed; 0 = all
  std::uint32_t times = 0;        // Repeat: rounds at most
  double chance = 1.0;            // Repeat: of each round
  std::uint32_t first_share = 0;  // Choose: cumulative shares in Plan::shares, the last is 1
};

/// Steps [first, first + count) of Plan::steps, in order.
struct ScriptPlan {
  std::uint32_t first = 0, count = 0;
};

inline constexpr std::uint32_t no_retry = 0xffffffffu;

/// How a call, or a user of a load, tries again.
struct CallRetryPlan {
  std::uint32_t attempts = 2;  // after the first; 0xffffffff = unlimited
  Outcomes on;
  CallBackoff backoff;
  bool drawn = false;       // the pause is drawn from a law instead
  std::uint32_t pause = 0;  // index in Plan::distributions
  bool limited = false;     // by a budget
  CallBudget budget;
};

inline constexpr std::uint32_t no_guard = 0xffffffffu;

/// What the pods of a workload keep around their calls to a service. Calls that say the same share
/// one guard, and in each pod its state.
struct GuardPlan {
  WorkloadId workload;
  ServiceId service;
  bool breaks = false, per_thread = false;
  ApplicationBreakerConfig breaker;
  Outcomes failures;
  Duration half_open_timeout{0};  // 0 = that of the call
  bool throttles = false;
  AdaptiveThrottleConfig throttle;
  Outcomes rejections;
  bool hedges = false;
  HedgeConfig hedge;
  CallBalance balance = CallBalance::None;
  Duration decay = seconds(10);
  std::uint32_t choices = 2;
  bool deadline = false;  // carried along, and never outwaited
  bool operator==(const GuardPlan&) const = default;
};

struct CallPlan {
  TemplateId request;
  ServiceId service;    // none if the host is unknown
  Duration timeout{0};  // 0 = never hangs up
  bool ignore_error = false;
  std::uint16_t status_on_error = 500;  // 0 = that of the failed call
  bool waits = true;                    // false: nobody waits for its end
  std::uint32_t retry = no_retry;       // index in Plan::retries
  std::uint32_t guard = no_guard;       // index in Plan::guards
};

/// What of a response a proxy looks at.
struct ResponsePlan {
  std::int8_t grpc_status = -1;    // in the headers; -1 = none
  bool envoy_ratelimited = false;  // x-envoy-ratelimited
  bool connection_close = false;   // HTTP/1 Connection: close
  bool degraded = false;           // x-envoy-degraded; read by health checks
  bool fails_health = false;       // x-envoy-immediate-health-check-fail
  std::uint64_t body_bytes = 0;
  std::optional<OrcaReport> load_report;  // endpoint-load-metrics
  std::vector<std::pair<std::string, std::string>> headers;
  bool operator==(const ResponsePlan&) const = default;
};

/// One way of answering.
struct AnswerPlan {
  std::uint32_t time = 0;  // index in Plan::distributions, before the script
  ScriptId script;
  std::uint16_t status = 200;
  Action action = Action::Respond;
  std::uint32_t response = 0;  // index in Plan::responses
  std::uint32_t stream = 0;    // how long its body flows, index in Plan::distributions
};

/// A condition on what only the run knows; path and header conditions are decided when the plan is
/// made, since they depend on the template alone.
struct RulePlan {
  Instant after{}, before = never;
  std::uint32_t first_count = 0, counts = 0;  // range of Plan::counts; none = any
  std::uint32_t cycle_of = 0;                 // 0 = any
  std::uint64_t cycle_at = 0;                 // bit k - 1: position k of the cycle, k <= 64
  std::uint16_t attempt = 0;                  // x-envoy-attempt-count; 0 = any
  double chance = 1.0;                        // of uniform(chance_seed, nth - 1)
  std::uint64_t chance_seed = 0;
  AnswerPlan answer;
};

struct HandlerPlan {
  std::string name;
  AnswerPlan answer;
  double error_rate = 0;  // share of answers with error_status
  std::uint16_t error_status = 500;
  std::uint8_t priority = 0;                  // class of its requests in a queue
  bool hands_priority_on = false;             // to the calls that it makes
  std::uint32_t first_rule = 0, rules = 0;    // range of Plan::rules; the first that holds wins
  std::uint32_t first_limit = 0, limits = 0;  // range of Plan::limits: all count the request
};

/// A request counts in one counter of a rate limit service; beyond `requests` in the current span
/// it is over the limit. Source: github.com/envoyproxy/ratelimit, fixed windows of the clock.
struct ServiceLimitPlan {
  std::uint32_t counter = 0;  // below Plan::limit_counters
  std::uint64_t requests = 0;
  Duration per = seconds(1);
};

/// A time in which the ports of a workload's pods are closed.
struct DownPlan {
  Instant from{}, to = never;
  bool drop = false;
  bool keep_connections = false;
  WorkloadId workload;
};

struct CountInterval {
  std::uint64_t first = 1, last = 0;
};

}  // namespace mesh
