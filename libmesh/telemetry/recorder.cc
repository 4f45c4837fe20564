// Folds facts into columns, then freezes them as the record of a run.
#include "libmesh/telemetry/recorder.h"

#include <algorithm>
#include <utility>

#include "libmesh/base/check.h"

namespace mesh {

namespace {

bool was_served(const VisitEnded& fact) {
  const bool never_started = fact.started == fact.ended && fact.code == 0;
  return !fact.overflowed && !never_started;
}

std::vector<ClusterStats> sorted_without_zeros(std::vector<ClusterStats> stats) {
  std::erase_if(stats, [](const ClusterStats& s) {
    return std::all_of(s.counters.begin(), s.counters.end(), [](auto n) { return n == 0; });
  });
  std::stable_sort(stats.begin(), stats.end(), [](const ClusterStats& a, const ClusterStats& b) {
    return std::pair(a.proxy, a.cluster) < std::pair(b.proxy, b.cluster);
  });
  return stats;
}

}  // namespace

Recorder::Recorder(const RecordOptions& options, Names names, std::uint64_t seed)
    : options_(options),
      seed_(seed),
      names_(std::make_shared<const Names>(std::move(names))),
      log_({options.sample, options.keep_errors, options.keep_slowest, seed}) {
  MESH_CHECK(options_.bucket.ns > 0);
  const std::size_t workloads = names_->workloads.size();
  queue_time_.resize(workloads);
  service_time_.resize(workloads);
  overflowed_.resize(workloads);
  abandoned_.resize(workloads);
  latency_by_load_.reserve_rows(names_->loads.size());
}

std::uint32_t Recorder::bucket_of(Instant at) {
  if (at.ns >= bucket_begin_ && at.ns < bucket_end_) return bucket_;
  const std::int64_t bucket = at.ns / options_.bucket.ns;
  MESH_CHECK(at.ns >= 0 && bucket < 0xffffffff);
  if (at.ns >= bucket_end_) {
    bucket_begin_ = bucket * options_.bucket.ns;
    bucket_end_ = bucket_begin_ + options_.bucket.ns;
    bucket_ = static_cast<std::uint32_t>(bucket);
  }
  return static_cast<std::uint32_t>(bucket);
}

void Recorder::rename(Names names) {
  MESH_CHECK(names.workloads.size() == queue_time_.size());
  names_ = std::make_shared<const Names>(std::move(names));
  latency_by_load_.reserve_rows(names_->loads.size());
}

EdgeSlot Recorder::edge(WorkloadId source, ServiceId service, WorkloadId destination) {
  return {edges_.number({source, service, destination})};
}

void Recorder::request_ended(const RequestEnded& fact) {
  if (options_.requests) log_.add(fact);
  if (fact.inbound) return;
  const Duration latency = elapsed(fact.started, fact.ended);
  MESH_CHECK(latency.ns >= 0);
  const std::uint32_t bucket = bucket_of(fact.ended);
  const std::uint32_t kind = outcome(fact.code, fact.flags);
  const bool total = counts(fact.ended);
  const std::uint32_t bin = Histogram::bin_of(latency);
  if (fact.edge.value != EdgeSlot{}.value) {
    requests_by_edge_.add(fact.edge.value, kind, bucket, latency, total);
    latency_by_edge_.add(fact.edge.value, bucket, latency, bin, total);
  }
  if (fact.load.valid()) {
    requests_by_load_.add(fact.load.value, kind, bucket_of(fact.started), latency, total);
    latency_by_load_.add(fact.load.value, bucket, latency, bin, total);
  }
}

void Recorder::attempt_ended(const AttemptEnded& fact) {
  const Duration latency = elapsed(fact.started, fact.ended);
  MESH_CHECK(latency.ns >= 0);
  if (fact.edge.value != EdgeSlot{}.value && counts(fact.ended)) {
    attempts_by_edge_.add(fact.edge.value, outcome(fact.code, {}), OutcomeCells::no_bucket, latency,
                          true);
  }
  if (options_.requests) log_.add(fact);
}

void Recorder::visit_ended(const VisitEnded& fact) {
  if (fact.unfinished) {
    if (options_.requests) log_.add(fact);
    return;
  }
  MESH_CHECK(fact.arrived <= fact.started && fact.started <= fact.ended);
  if (fact.probe) return;
  const bool total = counts(fact.ended);
  visits_by_endpoint_.add(fact.endpoint.value, outcome(fact.code, {}), bucket_of(fact.arrived), {},
                          false);
  if (total) count_visit(fact);
  if (options_.requests) log_.add(fact);
}

void Recorder::count_visit(const VisitEnded& fact) {
  const std::uint32_t workload = fact.workload.value;
  if (was_served(fact)) {
    queue_time_[workload].add(elapsed(fact.arrived, fact.started));
    service_time_[workload].add(elapsed(fact.started, fact.ended));
  }
  overflowed_[workload] += fact.overflowed ? 1 : 0;
  abandoned_[workload] += fact.abandoned ? 1 : 0;
}

void Recorder::note(const Noted& fact) {
  events_.push_back(fact);
}

void Recorder::count(EndpointId proxy, ProxyCounter counter) {
  const std::uint32_t row = proxies_.number(proxy);
  if (row == proxy_stats_.size()) proxy_stats_.push_back({.proxy = proxy});
  ++proxy_stats_[row].counters[static_cast<std::size_t>(counter)];
}

void Recorder::tally(Instant at, StoreId store, StoreEvent event, std::uint64_t count) {
  stores_.add(bucket_of(at), store, event, count);
}

void Recorder::gauge(Instant at, StoreId store, StoreEvent event, std::uint64_t value) {
  stores_.set(bucket_of(at), store, event, value);
}

void Recorder::sample(Instant at, WorkloadId workload, std::uint32_t in_flight,
                      std::uint32_t queued, std::uint32_t busy, std::uint32_t replicas) {
  samples_.at_ns.push_back(at.ns);
  samples_.workload.push_back(workload.value);
  samples_.in_flight.push_back(in_flight);
  samples_.queued.push_back(queued);
  samples_.busy.push_back(busy);
  samples_.replicas.push_back(replicas);
}

std::shared_ptr<const RunRecord> Recorder::finish(RunInfo info, std::vector<ClusterStats> stats) {
  latency_by_edge_.close();
  latency_by_load_.close();
  auto record = std::make_shared<RunRecord>();
  record->info = std::move(info);
  record->names = *names_;
  record->bucket = options_.bucket;
  record->edges = edges_.keys();
  record->outcomes = outcomes_.keys();
  record->requests_by_edge = requests_by_edge_.table();
  record->attempts_by_edge = attempts_by_edge_.table();
  record->requests_by_load = requests_by_load_.table();
  record->latency_by_edge = latency_by_edge_.totals(edges_.keys().size());
  record->latency_by_load = latency_by_load_.totals(names_->loads.size());
  record->series_by_edge = requests_by_edge_.series();
  record->series_by_load = requests_by_load_.series();
  record->latency_series_by_edge = latency_by_edge_.series();
  record->latency_series_by_load = latency_by_load_.series();
  record->visits_by_endpoint = visits_by_endpoint_.series();
  record->queue_time_by_workload = std::move(queue_time_);
  record->service_time_by_workload = std::move(service_time_);
  record->overflowed_by_workload = std::move(overflowed_);
  record->abandoned_by_workload = std::move(abandoned_);
  record->samples = std::move(samples_);
  record->stores = stores_.take();
  record->events = std::move(events_);
  std::stable_sort(record->events.begin(), record->events.end(),
                   [](const Noted& a, const Noted& b) { return a.at < b.at; });
  record->stats = sorted_without_zeros(std::move(stats));
  record->proxies = std::move(proxy_stats_);
  std::sort(record->proxies.begin(), record->proxies.end(),
            [](const ProxyStats& a, const ProxyStats& b) { return a.proxy < b.proxy; });
  log_.freeze_into(*record);
  *this = Recorder(options_, *names_, seed_);
  return record;
}

std::shared_ptr<const RunRecord> Recorder::peek(RunInfo info,
                                                std::vector<ClusterStats> stats) const {
  return Recorder(*this).finish(std::move(info), std::move(stats));
}

}  // namespace mesh
