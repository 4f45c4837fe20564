// HTTP filters beside fault and router, as proxies hold them for one route.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/policy/adaptive_concurrency.h"
#include "libmesh/policy/admission_control.h"
#include "libmesh/policy/fault.h"
#include "libmesh/policy/local_rate_limit.h"
#include "libmesh/policy/overload.h"

namespace mesh {

/// Tokens of one filter; every proxy that holds the filter has a bucket of its own.
struct BucketPlan {
  std::string name;  // "EnvoyFilter default/limits[0] on port 80"
  TokenBucketConfig config;
  bool operator==(const BucketPlan&) const = default;
};

/// A local rate limit as it meets the requests of one template.
struct RateLimitPlan {
  std::uint16_t status = 429;
  Millionths enabled{}, enforced{};  // of the requests
  std::vector<BucketId> matched;     // of its descriptors, the slowest first
  BucketId fallback;                 // none: what no descriptor matches passes
  bool always_consume_fallback = true;
  bool operator==(const RateLimitPlan&) const = default;
};

struct AdmissionControlPlan {
  std::string name;
  AdmissionControlConfig config;
  bool operator==(const AdmissionControlPlan&) const = default;
};

struct ConcurrencyPlan {
  std::string name;
  GradientConfig config;
  bool operator==(const ConcurrencyPlan&) const = default;
};

/// A call that a filter makes while the request waits.
struct FilterCallPlan {
  ClusterId cluster;
  TemplateId request;  // what the service receives
  RouteId route;       // its timeout; no retries
  bool operator==(const FilterCallPlan&) const = default;
};

/// A service decides whether a request passes.
struct ExtAuthzPlan {
  std::string name;
  FilterCallPlan call;
  Millionths enabled{1'000'000};  // of the requests
  bool failure_mode_allow = false;
  std::uint16_t status_on_error = 403;
  bool operator==(const ExtAuthzPlan&) const = default;
};

/// A rate limit service is asked about the descriptors of a request.
struct GlobalRateLimitPlan {
  std::string name;
  FilterCallPlan call;
  Millionths enabled{1'000'000}, enforced{1'000'000};
  bool failure_mode_deny = false;
  std::uint16_t status = 429, status_on_error = 500;
  std::uint32_t response = 0;  // of refusals, index in Plan::responses
  bool operator==(const GlobalRateLimitPlan&) const = default;
};

/// Pressure on a resource of a proxy from an instant on.
struct PressurePlan {
  Instant at{};
  double value = 0;  // 0 … 1
  bool operator==(const PressurePlan&) const = default;
};

/// stop_accepting_requests of the overload manager; both listeners of a proxy ask it.
struct OverloadPlan {
  std::vector<PressurePlan> pressure;  // by time
  Duration refresh = seconds(1);       // how often the proxy looks
  OverloadTrigger trigger;
  bool operator==(const OverloadPlan&) const = default;
};

/// What a CORS policy makes of the requests of one template.
enum class CorsPlan : std::uint8_t { OriginInvalid, OriginValid, Preflight, PreflightRefused };

enum class FilterKind : std::uint8_t {
  RateLimit,
  AdmissionControl,
  AdaptiveConcurrency,
  ExtAuthz,
  GlobalRateLimit,
  Deny,  // whoever comes: an authoriser that nobody knows
  Cors,  // index: CorsPlan
  Overload,
};

struct FilterPlan {
  FilterKind kind{};
  std::uint32_t index = 0;  // in the plan's table of that kind
  bool operator==(const FilterPlan&) const = default;
};

/// In the order in which a request meets them.
struct FilterSetPlan {
  std::vector<FilterPlan> filters;
  std::uint32_t before_fault = 0;  // the first ones stand in front of the fault filter
  bool operator==(const FilterSetPlan&) const = default;
};

}  // namespace mesh
