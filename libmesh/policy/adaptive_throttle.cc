// Adaptive throttling: a caller refuses its own calls while the callee turns many away.
#include "libmesh/policy/adaptive_throttle.h"

#include <algorithm>

namespace mesh {

void ThrottleWindow::advance(const AdaptiveThrottleConfig& config, Instant now) {
  const std::int64_t width = std::max<std::int64_t>(config.window.ns / parts, 1);
  const std::int64_t part = now.ns / width;
  if (part == part_) return;
  for (std::int64_t p = std::max(part_ + 1, part - parts + 1); p <= part; ++p) {
    Part& old = parts_[static_cast<std::size_t>(p % parts)];
    requests_ -= old.requests;
    accepts_ -= old.accepts;
    old = {};
  }
  part_ = part;
}

void ThrottleWindow::add_request() {
  ++newest().requests;
  ++requests_;
}

void ThrottleWindow::add_accept() {
  ++newest().accepts;
  ++accepts_;
}

double refusal_probability(const AdaptiveThrottleConfig& config, const ThrottleWindow& window) {
  const auto requests = static_cast<double>(window.requests());
  const double beyond = requests - config.k * static_cast<double>(window.accepts());
  return std::max(0.0, beyond / (requests + 1.0));
}

bool refuses(const AdaptiveThrottleConfig& config, ThrottleWindow& window, Instant now,
             double uniform) {
  window.advance(config, now);
  const bool refused = uniform < refusal_probability(config, window);
  window.add_request();
  return refused;
}

void accept(const AdaptiveThrottleConfig& config, ThrottleWindow& window, Instant now) {
  window.advance(config, now);
  window.add_accept();
}

}  // namespace mesh
