// The digest of a run's record.
#include "libmesh/telemetry/run_record.h"

#include "libmesh/base/hash.h"

namespace mesh {

namespace {

/// A column carries its length, so that moving a value between columns shows.
template <class T>
void add_column(Digest& digest, const std::vector<T>& values) {
  digest.word(values.size());
  for (const T& value : values) digest.word(static_cast<std::uint64_t>(value));
}

template <class... Column>
void columns(Digest& digest, const Column&... column) {
  (add_column(digest, column), ...);
}

void add(Digest& digest, const std::vector<std::string>& texts) {
  digest.word(texts.size());
  for (const std::string& text : texts) digest.text(text);
}

template <class Id>
void ids(Digest& digest, const std::vector<Id>& values) {
  digest.word(values.size());
  for (const Id& id : values) digest.word(id.value);
}

void add(Digest& digest, const RunInfo& info) {  // all but the version
  digest.text(info.scenario);
  digest.word(info.config_digest);
  digest.word(info.seed);
  for (const Instant at : {info.until, info.warmup, info.ended}) {
    digest.word(static_cast<std::uint64_t>(at.ns));
  }
  digest.word(static_cast<std::uint64_t>(info.ended_by));
  digest.text(info.limit);
  digest.word(info.events);
  digest.word(info.fingerprint);
  digest.word(info.requests_created);
  digest.word(info.requests_in_flight);
  digest.word(info.updates_via_merge);
  digest.word(info.runs);
  digest.word(info.fault_spans.size());
  for (const RunInfo::FaultSpan& span : info.fault_spans) {
    digest.word(static_cast<std::uint64_t>(span.from.ns));
    digest.word(static_cast<std::uint64_t>(span.to.ns));
    digest.word(span.fault.value);
  }
}

void add(Digest& digest, const Names& names) {
  for (const auto* texts :
       {&names.workloads.items(), &names.workload_namespaces.items(), &names.versions.items(),
        &names.localities.items(), &names.services.items(), &names.endpoints.items(),
        &names.clusters.items(), &names.routes.items(), &names.route_places.items(),
        &names.requests.items(), &names.loads.items(), &names.faults.items(),
        &names.changes.items()}) {
    add(digest, *texts);
  }
  ids(digest, names.endpoint_workload.items());
  if (names.stores.size() > 0) add(digest, names.stores.items());
}

void add(Digest& digest, const OutcomeTable& t) {
  columns(digest, t.row, t.outcome, t.count, t.latency_sum_ns);
}

void add(Digest& digest, const OutcomeSeries& t) {
  columns(digest, t.bucket, t.row, t.outcome, t.count);
}

void add(Digest& digest, const LatencySeries& t) {
  columns(digest, t.bucket, t.row, t.bin, t.count);
}

void add(Digest& digest, const std::vector<Histogram>& histograms) {
  digest.word(histograms.size());
  for (const Histogram& h : histograms) {
    digest.word(static_cast<std::uint64_t>(h.sum().ns));
    digest.word(static_cast<std::uint64_t>(h.min().ns));
    digest.word(static_cast<std::uint64_t>(h.max().ns));
    digest.word(h.first_bin());
    add_column(digest, h.bins());
  }
}

void add(Digest& digest, const std::vector<Noted>& events) {
  digest.word(events.size());
  for (const Noted& e : events) {
    digest.word(static_cast<std::uint64_t>(e.at.ns));
    digest.word(static_cast<std::uint64_t>(e.what));
    digest.word(e.proxy_workload.value);
    digest.word(e.proxy.value);
    digest.word(e.cluster.value);
    digest.word(e.endpoint.value);
    digest.word(e.detail);
    if (e.rates == EjectionRates{}) continue;
    digest.word(std::uint64_t{e.rates.host} << 16 | std::uint64_t{e.rates.mean} << 8 |
                e.rates.threshold);
  }
}

void add(Digest& digest, const std::vector<ClusterStats>& stats) {
  digest.word(stats.size());
  for (const ClusterStats& s : stats) {
    digest.word(s.proxy.value);
    digest.word(s.cluster.value);
    for (const std::uint64_t counter : s.counters) digest.word(counter);
    for (const ClusterGauge& gauge : cluster_gauges) digest.word(s.*gauge.value);
  }
}

void add(Digest& digest, const std::vector<ProxyStats>& proxies) {
  digest.word(proxies.size());
  for (const ProxyStats& p : proxies) {
    digest.word(p.proxy.value);
    for (const std::uint64_t counter : p.counters) digest.word(counter);
  }
}

void add(Digest& digest, const RequestTable& t) {
  columns(digest, t.id, t.parent, t.root, t.started_ns, t.ended_ns, t.load, t.request, t.source,
          t.proxy, t.cluster, t.route, t.host, t.edge, t.code, t.attempts, t.flags, t.details,
          t.mirror, t.inbound);
}

void add(Digest& digest, const AttemptTable& t) {
  columns(digest, t.request, t.number, t.code, t.started_ns, t.connected_ns, t.ended_ns, t.cluster,
          t.host, t.details, t.new_connection, t.reached);
}

void add(Digest& digest, const VisitTable& t) {
  columns(digest, t.request, t.workload, t.endpoint, t.arrived_ns, t.started_ns, t.ended_ns, t.code,
          t.abandoned, t.overflowed, t.unfinished);
}

void add(Digest& digest, const Fill& fill) {
  digest.word(fill.now).word(fill.most);
}

void add(Digest& digest, const std::vector<HostPicked>& picks) {
  digest.word(picks.size());
  for (const HostPicked& p : picks) {
    digest.word(p.request).word(p.number).word(p.host.value);
    digest.word(static_cast<std::uint64_t>(p.by)).word(p.panic).word(p.scheduled);
    digest.word(p.priority).word(p.hosts).word(p.members).word(p.tried);
    digest.word(p.weight).word(p.weights).word(p.worker);
    digest.word(p.idle).word(p.busy).word(p.connecting);
    for (const Fill& fill : {p.connections, p.pending, p.requests, p.retries}) add(digest, fill);
    for (const Duration d : {p.timeout, p.timeout_left, p.per_try}) {
      digest.word(static_cast<std::uint64_t>(d.ns));
    }
    digest.word(p.expected_ms);
  }
}

void add(Digest& digest, const std::vector<HostCompared>& compared) {
  digest.word(compared.size());
  for (const HostCompared& c : compared) {
    digest.word(c.request).word(c.number).word(c.host.value).word(c.active);
  }
}

void add(Digest& digest, const std::vector<RetryDecided>& decisions) {
  digest.word(decisions.size());
  for (const RetryDecided& d : decisions) {
    digest.word(static_cast<std::uint64_t>(d.at.ns)).word(d.request).word(d.number);
    digest.word(static_cast<std::uint64_t>(d.decision));
    digest.word(d.asked).word(static_cast<std::uint64_t>(d.backoff.ns));
    digest.word(static_cast<std::uint64_t>(d.window.ns)).word(d.remaining);
    add(digest, d.retries);
  }
}

}  // namespace

std::uint64_t RunRecord::hash() const {
  Digest digest;
  add(digest, info);
  add(digest, names);
  digest.word(static_cast<std::uint64_t>(bucket.ns));
  digest.word(edges.size());
  for (const Edge& e : edges) {
    digest.word(e.source.value);
    digest.word(e.service.value);
    digest.word(e.destination.value);
  }
  digest.word(outcomes.size());
  for (const Outcome& o : outcomes) {
    digest.word(o.code);
    digest.word(o.flags.packed());
  }
  for (const auto* table : {&requests_by_edge, &attempts_by_edge, &requests_by_load}) {
    add(digest, *table);
  }
  for (const auto* series : {&series_by_edge, &series_by_load, &visits_by_endpoint}) {
    add(digest, *series);
  }
  add(digest, latency_series_by_edge);
  add(digest, latency_series_by_load);
  for (const auto* histograms :
       {&latency_by_edge, &latency_by_load, &queue_time_by_workload, &service_time_by_workload}) {
    add(digest, *histograms);
  }
  columns(digest, overflowed_by_workload, abandoned_by_workload);
  columns(digest, samples.at_ns, samples.workload, samples.in_flight, samples.queued, samples.busy,
          samples.replicas);
  if (!stores.bucket.empty()) {
    columns(digest, stores.bucket, stores.store, stores.event, stores.count);
  }
  add(digest, events);
  add(digest, stats);
  add(digest, proxies);
  add(digest, requests);
  add(digest, attempts);
  add(digest, visits);
  add(digest, picks);
  add(digest, compared);
  add(digest, decisions);
  return digest.value();
}

}  // namespace mesh
