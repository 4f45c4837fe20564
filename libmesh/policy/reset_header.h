// Waiting times that an upstream's answer names, for rate limited retries.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "libmesh/base/time.h"

namespace mesh {

/// Source: source/common/router/reset_header_parser.cc.
enum class ResetHeaderFormat : std::uint8_t { Seconds, UnixTimestamp };

/// One configured reset header with the value that the response carries; empty = absent.
struct ResetHeader {
  ResetHeaderFormat format = ResetHeaderFormat::Seconds;
  std::optional<std::string_view> value{};
};

/// Longest interval that is honoured unless configured.
/// Source: source/common/router/retry_policy_impl.h (reset_max_interval_).
inline constexpr Duration default_reset_max_interval = seconds(300);

/// One header's interval: whole seconds from now, or until a timestamp that is not in the past.
/// `unix_now_s` is the wall clock of the simulated world.
std::optional<Duration> reset_interval(const ResetHeader& header, std::int64_t unix_now_s);

/// The first header, in configured order, whose interval parses and does not exceed `max_interval`.
/// Nothing: the exponential back-off applies. Source: source/common/router/retry_state_impl.cc
/// (parseResetInterval).
std::optional<Duration> reset_interval(std::span<const ResetHeader> headers,
                                       std::int64_t unix_now_s,
                                       Duration max_interval = default_reset_max_interval);

}  // namespace mesh
