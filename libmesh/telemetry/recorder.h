// Folds facts into columns; the engine does not know who counts them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "libmesh/telemetry/facts.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// What to keep beside the totals that are always kept.
struct RecordOptions {
  Duration bucket = seconds(1);    // width of the time series, > 0
  Instant warmup{};                // facts that end before this do not enter totals
  bool requests = false;           // keep the per-request and per-attempt tables at all
  double sample = 1.0;             // share of root requests kept (keyed by request id)
  bool keep_errors = false;        // keep every root request with code 0 or >= 400 beside them
  std::uint32_t keep_slowest = 0;  // and this many slowest root requests
  bool operator==(const RecordOptions&) const = default;
};

class Recorder {
 public:
  Recorder(const RecordOptions& options, Names names, std::uint64_t seed);

  /// The row of (source workload, destination service, destination workload or none).
  EdgeSlot edge(WorkloadId source, ServiceId service, WorkloadId destination);
  void request_ended(const RequestEnded& fact);
  void attempt_ended(const AttemptEnded& fact);
  void visit_ended(const VisitEnded& fact);
  void note(const Noted& fact);
  /// In-flight, queue length and busy workers of a workload at a sample instant.
  void sample(Instant at, WorkloadId workload, std::uint32_t in_flight, std::uint32_t queued,
              std::uint32_t busy, std::uint32_t replicas);

  /// Freezes what was recorded. `info` names the run; the recorder is empty afterwards.
  std::shared_ptr<const RunRecord> finish(RunInfo info, std::vector<ClusterStats> stats);
  /// The same without emptying it: what a paused or interrupted run shows.
  std::shared_ptr<const RunRecord> peek(RunInfo info, std::vector<ClusterStats> stats) const;
};

}  // namespace mesh
