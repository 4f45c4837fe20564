// Active health checks that an EnvoyFilter adds to clusters.
#pragma once

#include <string>
#include <vector>

#include "libmesh/policy/health_check.h"
#include "libmesh/spec/resource.h"

namespace mesh::istio {

/// Statuses from `start` up to, not including, `end`.
struct StatusRangePatch {
  std::uint32_t start = 0, end = 0;
  bool operator==(const StatusRangePatch&) const = default;
};

/// One entry of health_checks; names as in api/envoy/config/core/v3/health_check.proto.
struct HealthCheckPatch {
  enum class Kind : std::uint8_t { Unsaid, Http, Tcp, Other };
  HealthCheckConfig timing;
  Kind kind = Kind::Unsaid;
  std::string method = "GET", host, path;  // no host = the name of the cluster
  std::vector<StatusRangePatch> expected, retriable;
  bool reuse_connection = true;
  Place place;
  bool operator==(const HealthCheckPatch&) const = default;
};

}  // namespace mesh::istio
