// Reads Retry-After-like headers as intervals.
#include "libmesh/policy/reset_header.h"

#include <charconv>

namespace mesh {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

}  // namespace

std::optional<Duration> reset_interval(const ResetHeader& header, std::int64_t unix_now_s) {
  if (!header.value) return std::nullopt;
  std::optional<std::int64_t> wait_s = whole_number(*header.value);
  if (!wait_s) return std::nullopt;
  if (header.format == ResetHeaderFormat::UnixTimestamp) {
    if (*wait_s < unix_now_s) return std::nullopt;
    *wait_s -= unix_now_s;
  }
  constexpr std::int64_t longest_s = 9'000'000'000;  // what nanoseconds can hold
  if (*wait_s > longest_s) return std::nullopt;
  return seconds(*wait_s);
}

std::optional<Duration> reset_interval(std::span<const ResetHeader> headers,
                                       std::int64_t unix_now_s, Duration max_interval) {
  for (const ResetHeader& header : headers) {
    const auto interval = reset_interval(header, unix_now_s);
    if (interval && *interval <= max_interval) return interval;
  }
  return std::nullopt;
}

}  // namespace mesh
