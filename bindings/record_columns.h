// The one list of a record's columns: views, saved files and loading all walk it.
#pragma once

#include "libmesh/telemetry/run_record.h"

namespace mesh::python {

/// Calls visit("table.column", vector) for every numeric column. `Record` may be const.
template <class Record, class Visit>
void visit_columns(Record& r, Visit&& visit) {
  const auto totals = [&](const char* table, auto& t) {
    visit(table, "row", t.row);
    visit(table, "outcome", t.outcome);
    visit(table, "count", t.count);
    visit(table, "latency_sum_ns", t.latency_sum_ns);
  };
  const auto series = [&](const char* table, auto& t) {
    visit(table, "bucket", t.bucket);
    visit(table, "row", t.row);
    visit(table, "outcome", t.outcome);
    visit(table, "count", t.count);
  };
  const auto latency = [&](const char* table, auto& t) {
    visit(table, "bucket", t.bucket);
    visit(table, "row", t.row);
    visit(table, "bin", t.bin);
    visit(table, "count", t.count);
  };
  totals("requests_by_edge", r.requests_by_edge);
  totals("attempts_by_edge", r.attempts_by_edge);
  totals("requests_by_load", r.requests_by_load);
  series("series_by_edge", r.series_by_edge);
  series("series_by_load", r.series_by_load);
  latency("latency_series_by_edge", r.latency_series_by_edge);
  latency("latency_series_by_load", r.latency_series_by_load);
  series("visits_by_endpoint", r.visits_by_endpoint);
  visit("workloads", "overflowed", r.overflowed_by_workload);
  visit("workloads", "abandoned", r.abandoned_by_workload);

  visit("samples", "at_ns", r.samples.at_ns);
  visit("samples", "workload", r.samples.workload);
  visit("samples", "in_flight", r.samples.in_flight);
  visit("samples", "queued", r.samples.queued);
  visit("samples", "busy", r.samples.busy);
  visit("samples", "replicas", r.samples.replicas);

  visit("stores", "bucket", r.stores.bucket);
  visit("stores", "store", r.stores.store);
  visit("stores", "event", r.stores.event);
  visit("stores", "count", r.stores.count);

  visit("requests", "id", r.requests.id);
  visit("requests", "parent", r.requests.parent);
  visit("requests", "root", r.requests.root);
  visit("requests", "started_ns", r.requests.started_ns);
  visit("requests", "ended_ns", r.requests.ended_ns);
  visit("requests", "load", r.requests.load);
  visit("requests", "request", r.requests.request);
  visit("requests", "source", r.requests.source);
  visit("requests", "proxy", r.requests.proxy);
  visit("requests", "cluster", r.requests.cluster);
  visit("requests", "route", r.requests.route);
  visit("requests", "host", r.requests.host);
  visit("requests", "edge", r.requests.edge);
  visit("requests", "code", r.requests.code);
  visit("requests", "attempts", r.requests.attempts);
  visit("requests", "flags", r.requests.flags);
  visit("requests", "details", r.requests.details);
  visit("requests", "mirror", r.requests.mirror);
  visit("requests", "inbound", r.requests.inbound);
  visit("requests", "inbound", r.requests.inbound);

  visit("attempts", "request", r.attempts.request);
  visit("attempts", "number", r.attempts.number);
  visit("attempts", "code", r.attempts.code);
  visit("attempts", "started_ns", r.attempts.started_ns);
  visit("attempts", "connected_ns", r.attempts.connected_ns);
  visit("attempts", "ended_ns", r.attempts.ended_ns);
  visit("attempts", "cluster", r.attempts.cluster);
  visit("attempts", "host", r.attempts.host);
  visit("attempts", "details", r.attempts.details);
  visit("attempts", "new_connection", r.attempts.new_connection);
  visit("attempts", "reached", r.attempts.reached);

  visit("visits", "request", r.visits.request);
  visit("visits", "workload", r.visits.workload);
  visit("visits", "endpoint", r.visits.endpoint);
  visit("visits", "arrived_ns", r.visits.arrived_ns);
  visit("visits", "started_ns", r.visits.started_ns);
  visit("visits", "ended_ns", r.visits.ended_ns);
  visit("visits", "code", r.visits.code);
  visit("visits", "abandoned", r.visits.abandoned);
  visit("visits", "overflowed", r.visits.overflowed);
  visit("visits", "unfinished", r.visits.unfinished);
}

/// Calls visit("table", histograms) for every family of histograms.
template <class Record, class Visit>
void visit_histograms(Record& r, Visit&& visit) {
  visit("latency_by_edge", r.latency_by_edge);
  visit("latency_by_load", r.latency_by_load);
  visit("queue_time_by_workload", r.queue_time_by_workload);
  visit("service_time_by_workload", r.service_time_by_workload);
}

/// Calls visit("gauge", member) for every gauge of ClusterStats.
template <class Visit>
void visit_gauges(Visit&& visit) {
  visit("connections_active", &ClusterStats::connections_active);
  visit("requests_active", &ClusterStats::requests_active);
  visit("pending_active", &ClusterStats::pending_active);
  visit("retries_active", &ClusterStats::retries_active);
  visit("ejections_active", &ClusterStats::ejections_active);
  visit("cx_open", &ClusterStats::cx_open);
  visit("cx_pool_open", &ClusterStats::cx_pool_open);
  visit("rq_open", &ClusterStats::rq_open);
  visit("rq_pending_open", &ClusterStats::rq_pending_open);
  visit("rq_retry_open", &ClusterStats::rq_retry_open);
  visit("membership_total", &ClusterStats::membership_total);
  visit("membership_healthy", &ClusterStats::membership_healthy);
}

/// Calls visit("workloads", names) for every list of names.
template <class NamesT, class Visit>
void visit_names(NamesT& n, Visit&& visit) {
  visit("workloads", n.workloads);
  visit("workload_namespaces", n.workload_namespaces);
  visit("versions", n.versions);
  visit("localities", n.localities);
  visit("services", n.services);
  visit("endpoints", n.endpoints);
  visit("clusters", n.clusters);
  visit("routes", n.routes);
  visit("route_places", n.route_places);
  visit("requests", n.requests);
  visit("loads", n.loads);
  visit("faults", n.faults);
  visit("changes", n.changes);
  visit("stores", n.stores);
}

}  // namespace mesh::python
