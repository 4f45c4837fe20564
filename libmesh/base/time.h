// Instants and durations in integer nanoseconds, so that a run is bit-identical everywhere.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace mesh {

struct Duration {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
};

constexpr Duration nanoseconds(std::int64_t n) {
  return {n};
}
constexpr Duration microseconds(std::int64_t n) {
  return {n * 1'000};
}
constexpr Duration milliseconds(std::int64_t n) {
  return {n * 1'000'000};
}
constexpr Duration seconds(std::int64_t n) {
  return {n * 1'000'000'000};
}
constexpr Duration minutes(std::int64_t n) {
  return seconds(n * 60);
}
constexpr Duration hours(std::int64_t n) {
  return seconds(n * 3600);
}
constexpr Duration operator+(Duration a, Duration b) {
  return {a.ns + b.ns};
}
constexpr Duration operator-(Duration a, Duration b) {
  return {a.ns - b.ns};
}
constexpr Duration operator*(Duration a, std::int64_t k) {
  return {a.ns * k};
}

/// Whole milliseconds, truncated, as Envoy's timers count.
constexpr std::int64_t whole_milliseconds(Duration d) {
  return d.ns / 1'000'000;
}
constexpr double as_seconds(Duration d) {
  return static_cast<double>(d.ns) * 1e-9;
}
constexpr double as_milliseconds(Duration d) {
  return static_cast<double>(d.ns) * 1e-6;
}

struct Instant {
  std::int64_t ns = 0;  // since the run began; a run has no calendar
  friend constexpr auto operator<=>(Instant, Instant) = default;
};

constexpr Instant operator+(Instant t, Duration d) {
  return {t.ns + d.ns};
}
constexpr Instant operator-(Instant t, Duration d) {
  return {t.ns - d.ns};
}
constexpr Duration elapsed(Instant from, Instant to) {
  return {to.ns - from.ns};
}
inline constexpr Instant never{std::numeric_limits<std::int64_t>::max()};

}  // namespace mesh
