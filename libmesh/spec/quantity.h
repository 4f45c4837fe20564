// Scalars as Kubernetes and Istio write them: durations, quantities, percentages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libmesh/base/time.h"

namespace mesh {

/// Go's time.ParseDuration: "100ms", "1h10m", "1.5s", "-3s"; units ns us µs ms s m h.
std::optional<Duration> parse_duration(std::string_view text);
/// Kubernetes quantity in thousandths: "500m" = 500, "2" = 2000, "1Gi" = 1024^3 * 1000, "1e3".
std::optional<std::int64_t> parse_quantity_milli(std::string_view text);
/// "50%" or "0.1%" as a fraction 0 … 1 (not clamped).
std::optional<double> parse_percent(std::string_view text);
/// Shortest Go-style text: "1h10m0s" is written "1h10m", 1500 ms "1.5s".
std::string to_string(Duration d);

}  // namespace mesh
