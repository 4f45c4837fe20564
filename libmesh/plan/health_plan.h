// How a cluster's hosts are looked after beside outlier detection.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/policy/health_check.h"

namespace mesh {

/// Statuses from `first` up to, not including, `end`.
struct StatusRange {
  std::uint32_t first = 200, end = 201;
  bool contains(std::uint32_t status) const { return first <= status && status < end; }
  bool operator==(const StatusRange&) const = default;
};

/// Active health checks, by each proxy on its own.
/// Source: api/envoy/config/core/v3/health_check.proto.
struct HealthCheckPlan {
  enum class Kind : std::uint8_t { None, Http, Tcp };  // Tcp: the connection alone is the check
  Kind kind = Kind::None;
  HealthCheckConfig timing;
  TemplateId request;  // Http: as hosts receive it
  std::vector<StatusRange> expected = {{}};
  std::vector<StatusRange> retriable;  // count towards the threshold in place of failing at once
  bool reuse_connection = true;
  bool ignore_new_hosts = false;    // ignore_new_hosts_until_first_hc
  bool keeps_removed_hosts = true;  // not ignore_health_on_host_removal
  bool returns_ejected = true;      // successful_active_health_check_uneject_host

  bool checks() const { return kind != Kind::None; }
  bool operator==(const HealthCheckPlan&) const = default;
};

}  // namespace mesh
