// Adaptive concurrency: the gradient controller that finds how many requests a service bears.
#pragma once

#include <cstdint>
#include <optional>

#include "libmesh/base/time.h"
#include "libmesh/policy/latency_samples.h"

namespace mesh {

/// Source: source/extensions/filters/http/adaptive_concurrency/controller/gradient_controller.cc.
struct GradientConfig {
  double sample_percentile = 50.0;
  std::uint32_t max_concurrency_limit = 1000;
  Duration concurrency_update_interval = milliseconds(100);
  Duration min_rtt_interval = seconds(60);
  std::uint32_t min_rtt_request_count = 50;
  std::uint32_t min_concurrency = 3;
  double min_rtt_jitter_percent = 15.0;
  double min_rtt_buffer_percent = 25.0;
  bool operator==(const GradientConfig&) const = default;
};

/// One controller per filter configuration and proxy, shared by its workers. It owns no timers: the
/// caller runs one for updates, one for the next measurement of the minimum, as the answers say.
class GradientController {
 public:
  /// Starts in the measuring phase of the minimum round trip.
  GradientController(const GradientConfig& config, Instant now);

  /// Takes a place for a request; false: blocked, 503 `reached_concurrency_limit`.
  bool admit();
  /// The response was sent: latency is measured from `sent`. When this ends a measuring phase the
  /// answer is the wait until the next one, for which `random` is the jitter's word; the update
  /// timer restarts at the same moment.
  std::optional<Duration> complete(const GradientConfig& config, Instant sent, Instant now,
                                   std::uint64_t random);
  /// Reset or cancelled: the place is free, nothing is learned.
  void cancel();

  /// The update timer fired. True: the limit sat at its minimum for the fifth time in a row, so the
  /// minimum must be measured anew at once.
  bool on_update(const GradientConfig& config);
  /// The measuring timer fired (or on_update asked for it).
  void on_measure(const GradientConfig& config, Instant now);

  std::uint32_t limit() const { return limit_; }
  std::uint32_t outstanding() const { return outstanding_; }
  bool measuring() const { return deferred_limit_ > 0; }
  Duration min_rtt() const { return min_rtt_; }

 private:
  Duration take_percentile(const GradientConfig& config);
  std::uint32_t next_limit(const GradientConfig& config, Duration sample_rtt) const;
  void set_limit(const GradientConfig& config, std::uint32_t limit);

  std::uint32_t limit_;
  std::uint32_t deferred_limit_ = 0;  // that of before the measuring phase
  std::uint32_t outstanding_ = 0;
  std::uint32_t minimum_in_a_row_ = 0;
  Duration min_rtt_{0};
  Instant measuring_since_{};
  LatencySamples samples_;
};

}  // namespace mesh
