// The gradient and its measuring phases.
#include "libmesh/policy/adaptive_concurrency.h"

#include <algorithm>
#include <cmath>

#include "libmesh/base/check.h"

namespace mesh {
namespace {

std::int64_t whole_microseconds(Duration d) {
  return d.ns / 1000;
}

Duration with_jitter(Duration interval, double percent, std::uint64_t random) {
  if (percent == 0.0) return interval;
  const std::int64_t ms = whole_milliseconds(interval);
  const auto range =
      static_cast<std::uint32_t>(std::ceil(static_cast<double>(ms) * (percent / 100.0)));
  return range == 0 ? interval : milliseconds(ms + static_cast<std::int64_t>(random % range));
}

}  // namespace

GradientController::GradientController(const GradientConfig& config, Instant now)
    : limit_(config.min_concurrency) {
  on_measure(config, now);
}

bool GradientController::admit() {
  if (outstanding_ >= limit_) return false;
  outstanding_ += 1;
  return true;
}

std::optional<Duration> GradientController::complete(const GradientConfig& config, Instant sent,
                                                     Instant now, std::uint64_t random) {
  cancel();
  if (sent < measuring_since_) return std::nullopt;  // from before the measuring phase
  samples_.add(static_cast<std::uint64_t>(whole_microseconds(elapsed(sent, now))));
  if (!measuring() || samples_.count() < config.min_rtt_request_count) return std::nullopt;
  min_rtt_ = take_percentile(config);
  set_limit(config, deferred_limit_);
  deferred_limit_ = 0;
  return with_jitter(config.min_rtt_interval, config.min_rtt_jitter_percent, random);
}

void GradientController::cancel() {
  MESH_CHECK(outstanding_ > 0);
  outstanding_ -= 1;
}

bool GradientController::on_update(const GradientConfig& config) {
  if (measuring() || samples_.count() == 0) return false;
  set_limit(config, next_limit(config, take_percentile(config)));
  return minimum_in_a_row_ >= 5;
}

void GradientController::on_measure(const GradientConfig& config, Instant now) {
  if (measuring()) return;
  deferred_limit_ = limit_;
  set_limit(config, config.min_concurrency);
  samples_.clear();
  measuring_since_ = now;
}

Duration GradientController::take_percentile(const GradientConfig& config) {
  const double us = samples_.quantile(config.sample_percentile / 100.0);
  samples_.clear();
  return microseconds(static_cast<std::int64_t>(us));
}

std::uint32_t GradientController::next_limit(const GradientConfig& config,
                                             Duration sample_rtt) const {
  const auto min_us = static_cast<double>(whole_microseconds(min_rtt_));
  const double buffered = min_us + min_us * (config.min_rtt_buffer_percent / 100.0);
  // A sample of 0 µs cannot happen in Envoy; here it counts as the steepest rise.
  const auto sample_us = static_cast<double>(whole_microseconds(sample_rtt));
  const double raw = sample_us > 0.0 ? buffered / sample_us : 2.0;
  const double gradient = std::clamp(raw, 0.5, 2.0);
  const double limit = limit_ * gradient;
  const auto with_headroom = static_cast<std::uint32_t>(limit + std::sqrt(limit));
  return std::clamp(with_headroom, config.min_concurrency,
                    std::max(config.min_concurrency, config.max_concurrency_limit));
}

void GradientController::set_limit(const GradientConfig& config, std::uint32_t limit) {
  const bool stays_at_minimum =
      !measuring() && limit_ == config.min_concurrency && limit == config.min_concurrency;
  minimum_in_a_row_ = stays_at_minimum ? minimum_in_a_row_ + 1 : 0;
  limit_ = limit;
}

}  // namespace mesh
