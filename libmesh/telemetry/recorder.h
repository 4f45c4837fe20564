// Folds facts into columns; the engine does not know who counts them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "libmesh/telemetry/facts.h"
#include "libmesh/telemetry/intern.h"
#include "libmesh/telemetry/latency_rows.h"
#include "libmesh/telemetry/outcome_cells.h"
#include "libmesh/telemetry/request_log.h"
#include "libmesh/telemetry/run_record.h"
#include "libmesh/telemetry/store_tally.h"

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

/// A value: a copy goes on independently of the original. In steady state a fact is a few adds into
/// columns; memory grows with time buckets and touched rows, and with requests only when the
/// per-request tables are asked for.
class Recorder {
 public:
  Recorder(const RecordOptions& options, Names names, std::uint64_t seed);

  /// Names of a plan that goes on from here: same workloads and pods, perhaps more routes,
  /// clusters.
  void rename(Names names);

  /// The row of (source workload, destination service, destination workload or none).
  EdgeSlot edge(WorkloadId source, ServiceId service, WorkloadId destination);
  void request_ended(const RequestEnded& fact);
  void attempt_ended(const AttemptEnded& fact);
  void visit_ended(const VisitEnded& fact);
  /// Whether the tables of requests are kept: only then are picks and decisions worth stating.
  bool keeps_requests() const { return options_.requests; }
  void host_picked(const HostPicked& fact) { log_.add(fact); }
  void host_compared(const HostCompared& fact) { log_.add(fact); }
  void retry_decided(const RetryDecided& fact) { log_.add(fact); }
  void note(const Noted& fact);
  void count(EndpointId proxy, ProxyCounter counter);
  void tally(Instant at, StoreId store, StoreEvent event, std::uint64_t count = 1);
  /// A gauge: the last value of a bucket stays.
  void gauge(Instant at, StoreId store, StoreEvent event, std::uint64_t value);
  /// In-flight, queue length and busy workers of a workload at a sample instant.
  void sample(Instant at, WorkloadId workload, std::uint32_t in_flight, std::uint32_t queued,
              std::uint32_t busy, std::uint32_t replicas);

  /// Freezes what was recorded. `info` names the run; the recorder is empty afterwards.
  std::shared_ptr<const RunRecord> finish(RunInfo info, std::vector<ClusterStats> stats);
  /// The same without emptying it: what a paused or interrupted run shows.
  std::shared_ptr<const RunRecord> peek(RunInfo info, std::vector<ClusterStats> stats) const;

 private:
  bool counts(Instant ended) const { return ended >= options_.warmup; }
  std::uint32_t bucket_of(Instant at);
  std::uint32_t outcome(std::uint16_t code, ResponseFlags flags) {
    return outcomes_.number({code, flags});
  }
  void count_visit(const VisitEnded& fact);

  RecordOptions options_;
  std::uint64_t seed_ = 1;
  std::shared_ptr<const Names> names_;  // shared by all forks
  std::int64_t bucket_begin_ = 0, bucket_end_ = 0;
  std::uint32_t bucket_ = 0;  // the one that [begin, end) is; what most facts ask for

  Intern<Edge, EdgeHash> edges_;
  Intern<Outcome, OutcomeHash> outcomes_;
  OutcomeCells requests_by_edge_, attempts_by_edge_, requests_by_load_, visits_by_endpoint_;
  LatencyRows latency_by_edge_, latency_by_load_;
  std::vector<Histogram> queue_time_, service_time_;   // by workload
  std::vector<std::uint64_t> overflowed_, abandoned_;  // by workload
  WorkloadSamples samples_;
  StoreTally stores_;
  std::vector<Noted> events_;
  Intern<EndpointId, EndpointHash> proxies_;  // those that have counted anything
  std::vector<ProxyStats> proxy_stats_;       // by their number
  RequestLog log_;
};

}  // namespace mesh
