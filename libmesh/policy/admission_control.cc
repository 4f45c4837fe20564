// The sliding window with the probability of refusal.
#include "libmesh/policy/admission_control.h"

#include <algorithm>

#include "libmesh/base/math.h"

namespace mesh {
namespace {

constexpr Duration granularity = seconds(1);

}  // namespace

void AdmissionWindow::advance(const AdmissionControlConfig& config, Instant now) {
  while (!buckets_.empty() && elapsed(buckets_.front().since, now) >= config.sampling_window) {
    const Bucket old = buckets_.pop_front();
    requests_ -= old.requests;
    successes_ -= old.successes;
  }
  if (buckets_.empty() || elapsed(buckets_.back().since, now) >= granularity) {
    buckets_.push_back({now});
  }
}

void AdmissionWindow::record(const AdmissionControlConfig& config, Instant now, bool success) {
  advance(config, now);
  const std::uint64_t one = success ? 1 : 0;
  buckets_.back().requests += 1;
  buckets_.back().successes += one;
  requests_ += 1;
  successes_ += one;
}

double rejection_probability(const AdmissionControlConfig& config, std::uint64_t total,
                             std::uint64_t successes) {
  const auto all = static_cast<double>(total);
  const double p =
      (all - static_cast<double>(successes) / (config.threshold_percent / 100.0)) / (all + 1.0);
  if (p <= 0.0) return p;
  const double aggression = std::max(1.0, config.aggression);
  const double sharpened = aggression == 1.0 ? p : mesh::pow(p, 1.0 / aggression);
  return std::min(sharpened, config.max_rejection_percent / 100.0);
}

bool rejects(const AdmissionControlConfig& config, AdmissionWindow& window, Instant now,
             std::uint64_t random) {
  // The average looks at the window as it stands, the probability at what is left of it.
  const auto window_s =
      std::max<std::int64_t>(1, whole_milliseconds(config.sampling_window) / 1000);
  if (window.requests() / static_cast<std::uint64_t>(window_s) < config.rps_threshold) return false;
  window.advance(config, now);
  const double p = rejection_probability(config, window.requests(), window.successes());
  return 10'000.0 * std::max(p, 0.0) > static_cast<double>(random % 10'000);
}

}  // namespace mesh
