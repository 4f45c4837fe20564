// Adaptive throttling: a caller refuses its own calls while the callee turns many away.
#pragma once

#include <array>
#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

/// Source: Beyer et al. (eds), Site Reliability Engineering, 2016, chapter 21, equation 21-1: K = 2
/// over two minutes.
struct AdaptiveThrottleConfig {
  double k = 2.0;
  Duration window = seconds(120);
  bool operator==(const AdaptiveThrottleConfig&) const = default;
};

/// Requests, those refused by the caller itself included, and how many of them the callee accepted,
/// in a sliding window: its length is known to one of its parts.
class ThrottleWindow {
 public:
  static constexpr std::uint32_t parts = 24;  // 5 s each of two minutes

  /// Drops what is too old; call before anything else of an instant.
  void advance(const AdaptiveThrottleConfig& config, Instant now);
  void add_request();
  void add_accept();
  std::uint64_t requests() const { return requests_; }
  std::uint64_t accepts() const { return accepts_; }

 private:
  struct Part {
    std::uint32_t requests = 0, accepts = 0;
  };
  Part& newest() { return parts_[static_cast<std::size_t>(part_ % parts)]; }

  std::array<Part, parts> parts_{};
  std::int64_t part_ = 0;  // number of the newest part
  std::uint64_t requests_ = 0, accepts_ = 0;
};

/// max(0, (requests - K accepts) / (requests + 1)).
double refusal_probability(const AdaptiveThrottleConfig& config, const ThrottleWindow& window);

/// Is this call refused? It counts as a request either way; `uniform` lies in (0, 1).
bool refuses(const AdaptiveThrottleConfig& config, ThrottleWindow& window, Instant now,
             double uniform);

/// The callee did not turn the call away.
void accept(const AdaptiveThrottleConfig& config, ThrottleWindow& window, Instant now);

}  // namespace mesh
