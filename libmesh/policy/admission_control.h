// Admission control: refuse a share of the requests while the success rate is low.
#pragma once

#include <cstdint>

#include "libmesh/base/ring.h"
#include "libmesh/base/time.h"

namespace mesh {

/// Source: source/extensions/filters/http/admission_control/admission_control.cc.
struct AdmissionControlConfig {
  Duration sampling_window = seconds(30);  // whole seconds
  double threshold_percent = 95.0;
  double aggression = 1.0;  // at least 1
  std::uint32_t rps_threshold = 0;
  double max_rejection_percent = 80.0;
  bool operator==(const AdmissionControlConfig&) const = default;
};

/// Requests that one worker saw within the sampling window, in buckets of at least one second.
/// Source: the same folder, thread_local_controller.cc.
class AdmissionWindow {
 public:
  void record(const AdmissionControlConfig& config, Instant now, bool success);
  /// Drops what is too old; call before reading.
  void advance(const AdmissionControlConfig& config, Instant now);

  std::uint64_t requests() const { return requests_; }
  std::uint64_t successes() const { return successes_; }
  bool is_empty() const { return requests_ == 0; }

 private:
  struct Bucket {
    Instant since;
    std::uint64_t requests = 0, successes = 0;
  };
  Ring<Bucket> buckets_;
  std::uint64_t requests_ = 0, successes_ = 0;
};

/// (total - successes/threshold) / (total + 1), to the power 1/aggression, at most the maximum; not
/// positive = nothing is refused. Source: admission_control.cc (shouldRejectRequest).
double rejection_probability(const AdmissionControlConfig& config, std::uint64_t total,
                             std::uint64_t successes);

/// Is this request refused? Not below rps_threshold. Refused ones are not recorded. `random` is
/// compared modulo 10 000.
bool rejects(const AdmissionControlConfig& config, AdmissionWindow& window, Instant now,
             std::uint64_t random);

/// Success by default: HTTP below 500. Source: the same folder,
/// evaluators/success_criteria_evaluator.cc.
constexpr bool is_http_success(std::uint16_t code) {
  return code < 500;
}
/// All but Aborted, DataLoss, DeadlineExceeded, Internal, ResourceExhausted, Unavailable.
constexpr bool is_grpc_success(std::uint32_t status) {
  return status != 10 && status != 15 && status != 4 && status != 13 && status != 8 && status != 14;
}

}  // namespace mesh
