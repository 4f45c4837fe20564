// The sum of two records of the same scenario.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "libmesh/base/check.h"
#include "libmesh/telemetry/intern.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

namespace {

/// Where the rows of `b` go in `a`: rows that `a` lacks are appended to it.
template <class Hash, class Key>
std::vector<std::uint32_t> unite(std::vector<Key>& a, const std::vector<Key>& b) {
  Intern<Key, Hash> both;
  for (const Key& key : a) both.number(key);
  std::vector<std::uint32_t> row_in_a;
  for (const Key& key : b) row_in_a.push_back(both.number(key));
  a = both.keys();
  return row_in_a;
}

struct Renumbering {
  std::vector<std::uint32_t> edge, outcome;  // by the number in `b`
};

using Rows = const std::vector<std::uint32_t>*;  // nullptr: the numbers stay

std::uint32_t renumbered(Rows rows, std::uint32_t row) {
  return rows == nullptr || row >= rows->size() ? row : (*rows)[row];
}

void add(OutcomeTable& a, const OutcomeTable& b, Rows rows, const Renumbering& to) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::uint64_t, std::uint64_t>> sum;
  for (std::size_t i = 0; i < a.row.size(); ++i) {
    sum[{a.row[i], a.outcome[i]}] = {a.count[i], a.latency_sum_ns[i]};
  }
  for (std::size_t i = 0; i < b.row.size(); ++i) {
    auto& cell = sum[{renumbered(rows, b.row[i]), to.outcome[b.outcome[i]]}];
    cell.first += b.count[i];
    cell.second += b.latency_sum_ns[i];
  }
  a = {};
  for (const auto& [key, cell] : sum) {
    a.row.push_back(key.first);
    a.outcome.push_back(key.second);
    a.count.push_back(cell.first);
    a.latency_sum_ns.push_back(cell.second);
  }
}

using SeriesKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

void add(OutcomeSeries& a, const OutcomeSeries& b, Rows rows, const Renumbering& to) {
  std::map<SeriesKey, std::uint64_t> sum;
  for (std::size_t i = 0; i < a.row.size(); ++i) {
    sum[{a.bucket[i], a.row[i], a.outcome[i]}] += a.count[i];
  }
  for (std::size_t i = 0; i < b.row.size(); ++i) {
    sum[{b.bucket[i], renumbered(rows, b.row[i]), to.outcome[b.outcome[i]]}] += b.count[i];
  }
  a = {};
  for (const auto& [key, count] : sum) {
    a.bucket.push_back(std::get<0>(key));
    a.row.push_back(std::get<1>(key));
    a.outcome.push_back(std::get<2>(key));
    a.count.push_back(count);
  }
}

void add(LatencySeries& a, const LatencySeries& b, Rows rows) {
  std::map<SeriesKey, std::uint64_t> sum;
  for (std::size_t i = 0; i < a.row.size(); ++i) {
    sum[{a.bucket[i], a.row[i], a.bin[i]}] += a.count[i];
  }
  for (std::size_t i = 0; i < b.row.size(); ++i) {
    sum[{b.bucket[i], renumbered(rows, b.row[i]), b.bin[i]}] += b.count[i];
  }
  a = {};
  for (const auto& [key, count] : sum) {
    a.bucket.push_back(std::get<0>(key));
    a.row.push_back(std::get<1>(key));
    a.bin.push_back(std::get<2>(key));
    a.count.push_back(count);
  }
}

void add(StoreSeries& a, const StoreSeries& b) {
  std::map<SeriesKey, std::uint64_t> sum;
  for (const StoreSeries* t : {&std::as_const(a), &b}) {
    for (std::size_t i = 0; i < t->bucket.size(); ++i) {
      sum[{t->bucket[i], t->store[i], t->event[i]}] += t->count[i];
    }
  }
  a = {};
  for (const auto& [key, count] : sum) {
    a.bucket.push_back(std::get<0>(key));
    a.store.push_back(std::get<1>(key));
    a.event.push_back(static_cast<std::uint8_t>(std::get<2>(key)));
    a.count.push_back(count);
  }
}

void add(std::vector<Histogram>& a, const std::vector<Histogram>& b, Rows rows, std::size_t size) {
  a.resize(std::max(a.size(), size));
  for (std::uint32_t i = 0; i < b.size(); ++i) a[renumbered(rows, i)].merge(b[i]);
}

void add(std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  a.resize(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < b.size(); ++i) a[i] += b[i];
}

void add(std::vector<ClusterStats>& a, const std::vector<ClusterStats>& b) {
  std::map<std::pair<EndpointId, ClusterId>, ClusterStats> sum;
  for (const auto* stats : {&std::as_const(a), &b}) {
    for (const ClusterStats& s : *stats) {
      ClusterStats& cell = sum.try_emplace({s.proxy, s.cluster}, s.proxy, s.cluster).first->second;
      for (std::size_t i = 0; i < s.counters.size(); ++i) cell.counters[i] += s.counters[i];
      for (const ClusterGauge& gauge : cluster_gauges) cell.*gauge.value += s.*gauge.value;
    }
  }
  a.clear();
  for (const auto& entry : sum) a.push_back(entry.second);
}

void add(std::vector<ProxyStats>& a, const std::vector<ProxyStats>& b) {
  std::map<EndpointId, ProxyStats> sum;
  for (const auto* rows : {&std::as_const(a), &b}) {
    for (const ProxyStats& row : *rows) {
      ProxyStats& cell = sum.try_emplace(row.proxy, row.proxy).first->second;
      for (std::size_t i = 0; i < row.counters.size(); ++i) cell.counters[i] += row.counters[i];
    }
  }
  a.clear();
  for (const auto& entry : sum) a.push_back(entry.second);
}

template <class T>
void append(std::vector<T>& a, const std::vector<T>& b) {
  a.insert(a.end(), b.begin(), b.end());
}

void append(RequestTable& a, const RequestTable& b, const Renumbering& to) {
  append(a.id, b.id);
  append(a.parent, b.parent);
  append(a.root, b.root);
  append(a.started_ns, b.started_ns);
  append(a.ended_ns, b.ended_ns);
  append(a.load, b.load);
  append(a.request, b.request);
  append(a.source, b.source);
  append(a.proxy, b.proxy);
  append(a.cluster, b.cluster);
  append(a.route, b.route);
  append(a.host, b.host);
  for (const std::uint32_t edge : b.edge) a.edge.push_back(renumbered(&to.edge, edge));
  append(a.code, b.code);
  append(a.attempts, b.attempts);
  append(a.flags, b.flags);
  append(a.details, b.details);
  append(a.mirror, b.mirror);
  append(a.inbound, b.inbound);
}

void append(AttemptTable& a, const AttemptTable& b) {
  append(a.request, b.request);
  append(a.number, b.number);
  append(a.code, b.code);
  append(a.started_ns, b.started_ns);
  append(a.connected_ns, b.connected_ns);
  append(a.ended_ns, b.ended_ns);
  append(a.cluster, b.cluster);
  append(a.host, b.host);
  append(a.details, b.details);
  append(a.new_connection, b.new_connection);
  append(a.reached, b.reached);
}

void append(VisitTable& a, const VisitTable& b) {
  append(a.request, b.request);
  append(a.workload, b.workload);
  append(a.endpoint, b.endpoint);
  append(a.arrived_ns, b.arrived_ns);
  append(a.started_ns, b.started_ns);
  append(a.ended_ns, b.ended_ns);
  append(a.code, b.code);
  append(a.abandoned, b.abandoned);
  append(a.overflowed, b.overflowed);
  append(a.unfinished, b.unfinished);
}

void append(WorkloadSamples& a, const WorkloadSamples& b) {
  append(a.at_ns, b.at_ns);
  append(a.workload, b.workload);
  append(a.in_flight, b.in_flight);
  append(a.queued, b.queued);
  append(a.busy, b.busy);
  append(a.replicas, b.replicas);
}

void add(RunInfo& a, const RunInfo& b) {
  a.events += b.events;
  a.requests_created += b.requests_created;
  a.requests_in_flight += b.requests_in_flight;
  a.updates_via_merge += b.updates_via_merge;
  a.runs += b.runs;
  if (a.ended_by == EndedBy::Horizon) {
    a.ended_by = b.ended_by;
    a.limit = b.limit;
  }
}

}  // namespace

bool can_merge(const RunRecord& a, const RunRecord& b) {
  return a.names == b.names && a.bucket == b.bucket;
}

std::shared_ptr<const RunRecord> merge(const RunRecord& a, const RunRecord& b) {
  MESH_CHECK(can_merge(a, b));
  auto sum = std::make_shared<RunRecord>(a);
  const Renumbering to{unite<EdgeHash>(sum->edges, b.edges),
                       unite<OutcomeHash>(sum->outcomes, b.outcomes)};
  const std::size_t edges = sum->edges.size();
  add(sum->info, b.info);
  add(sum->requests_by_edge, b.requests_by_edge, &to.edge, to);
  add(sum->attempts_by_edge, b.attempts_by_edge, &to.edge, to);
  add(sum->requests_by_load, b.requests_by_load, nullptr, to);
  add(sum->latency_by_edge, b.latency_by_edge, &to.edge, edges);
  add(sum->latency_by_load, b.latency_by_load, nullptr, b.latency_by_load.size());
  add(sum->series_by_edge, b.series_by_edge, &to.edge, to);
  add(sum->series_by_load, b.series_by_load, nullptr, to);
  add(sum->latency_series_by_edge, b.latency_series_by_edge, &to.edge);
  add(sum->latency_series_by_load, b.latency_series_by_load, nullptr);
  add(sum->visits_by_endpoint, b.visits_by_endpoint, nullptr, to);
  add(sum->queue_time_by_workload, b.queue_time_by_workload, nullptr,
      b.queue_time_by_workload.size());
  add(sum->service_time_by_workload, b.service_time_by_workload, nullptr,
      b.service_time_by_workload.size());
  add(sum->overflowed_by_workload, b.overflowed_by_workload);
  add(sum->abandoned_by_workload, b.abandoned_by_workload);
  append(sum->samples, b.samples);
  add(sum->stores, b.stores);
  append(sum->events, b.events);
  add(sum->stats, b.stats);
  add(sum->proxies, b.proxies);
  append(sum->requests, b.requests, to);
  append(sum->attempts, b.attempts);
  append(sum->visits, b.visits);
  append(sum->picks, b.picks);
  append(sum->compared, b.compared);
  append(sum->decisions, b.decisions);
  return sum;
}

}  // namespace mesh
