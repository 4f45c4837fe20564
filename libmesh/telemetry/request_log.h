// The per-request tables while they grow, with the choice of what is kept in the end.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/telemetry/decisions.h"
#include "libmesh/telemetry/facts.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

struct RequestLogOptions {
  double sample = 1.0;             // share of root requests, 0 … 1
  bool keep_errors = false;        // every root that ended with code 0 or >= 400
  std::uint32_t keep_slowest = 0;  // the slowest roots; of equal ones those created first
  std::uint64_t seed = 1;
};

/// Collects every row and keeps, when frozen, the trees of the chosen roots: sampled ones by a draw
/// keyed by the root's id, so the choice is the same in every what-if, and errors and the slowest
/// among the roots that have ended. A request that is still open has no row yet, so its attempts
/// and visits stay only when everything is kept.
class RequestLog {
 public:
  explicit RequestLog(const RequestLogOptions& options) : options_(options) {}

  void add(const RequestEnded& fact);
  void add(const AttemptEnded& fact);
  void add(const VisitEnded& fact);
  void add(const HostPicked& fact) { picks_.push_back(fact); }
  void add(const HostCompared& fact) { compared_.push_back(fact); }
  void add(const RetryDecided& fact) { decisions_.push_back(fact); }

  /// Moves the kept rows into the record and is empty afterwards.
  void freeze_into(RunRecord& record);

 private:
  bool sampled(std::uint64_t root) const;
  std::vector<bool> kept_roots() const;

  RequestLogOptions options_;
  std::uint64_t ids_ = 0;  // one more than the largest request id seen
  RequestTable requests_;
  AttemptTable attempts_;
  VisitTable visits_;
  std::vector<HostPicked> picks_;
  std::vector<HostCompared> compared_;
  std::vector<RetryDecided> decisions_;
};

}  // namespace mesh
