// Checks of lengths and references of a record's columns.
#include "bindings/record_checks.h"

#include <map>
#include <stdexcept>
#include <string>

#include "bindings/record_columns.h"

namespace mesh::python {

namespace {

using Column = std::vector<std::uint32_t>;

[[noreturn]] void refuse(const std::string& column, const char* why) {
  throw std::invalid_argument("column " + column + " " + why);
}

/// Every id is below `count`.
void ids(const char* column, const Column& values, std::size_t count) {
  for (const std::uint32_t id : values) {
    if (id >= count) refuse(column, "refers to nothing");
  }
}

/// Every id is below `count` or none.
void optional_ids(const char* column, const Column& values, std::size_t count) {
  for (const std::uint32_t id : values) {
    if (id >= count && id != WorkloadId::none().value) refuse(column, "refers to nothing");
  }
}

void check_lengths(const RunRecord& r) {
  std::map<std::string, std::size_t> length;
  visit_columns(r, [&](const char* table, const char* name, const auto& column) {
    const std::size_t expected = length.emplace(table, column.size()).first->second;
    if (column.size() != expected) {
      refuse(std::string(table) + "." + name, "differs in length from its table");
    }
  });
  const auto sized = [](const char* what, std::size_t found, std::size_t expected) {
    if (found != expected) refuse(what, "has another length than its names");
  };
  sized("workloads.overflowed", r.overflowed_by_workload.size(), r.names.workloads.size());
  sized("latency_by_edge", r.latency_by_edge.size(), r.edges.size());
  sized("latency_by_load", r.latency_by_load.size(), r.names.loads.size());
  sized("queue_time_by_workload", r.queue_time_by_workload.size(), r.names.workloads.size());
  sized("service_time_by_workload", r.service_time_by_workload.size(), r.names.workloads.size());
}

void check_series(const RunRecord& r) {
  const std::size_t edges = r.edges.size(), loads = r.names.loads.size();
  const std::size_t outcomes = r.outcomes.size();
  ids("requests_by_edge.row", r.requests_by_edge.row, edges);
  ids("attempts_by_edge.row", r.attempts_by_edge.row, edges);
  ids("requests_by_load.row", r.requests_by_load.row, loads);
  ids("series_by_edge.row", r.series_by_edge.row, edges);
  ids("series_by_load.row", r.series_by_load.row, loads);
  ids("latency_series_by_edge.row", r.latency_series_by_edge.row, edges);
  ids("latency_series_by_load.row", r.latency_series_by_load.row, loads);
  ids("visits_by_endpoint.row", r.visits_by_endpoint.row, r.names.endpoints.size());
  ids("requests_by_edge.outcome", r.requests_by_edge.outcome, outcomes);
  ids("attempts_by_edge.outcome", r.attempts_by_edge.outcome, outcomes);
  ids("requests_by_load.outcome", r.requests_by_load.outcome, outcomes);
  ids("series_by_edge.outcome", r.series_by_edge.outcome, outcomes);
  ids("series_by_load.outcome", r.series_by_load.outcome, outcomes);
  ids("visits_by_endpoint.outcome", r.visits_by_endpoint.outcome, outcomes);
  ids("latency_series_by_edge.bin", r.latency_series_by_edge.bin, Histogram::bin_count);
  ids("latency_series_by_load.bin", r.latency_series_by_load.bin, Histogram::bin_count);
  ids("samples.workload", r.samples.workload, r.names.workloads.size());
  ids("stores.store", r.stores.store, r.names.stores.size());
}

void check_tables(const RunRecord& r) {
  const Names& n = r.names;
  optional_ids("requests.load", r.requests.load, n.loads.size());
  optional_ids("requests.request", r.requests.request, n.requests.size());
  optional_ids("requests.source", r.requests.source, n.workloads.size());
  optional_ids("requests.proxy", r.requests.proxy, n.endpoints.size());
  optional_ids("requests.cluster", r.requests.cluster, n.clusters.size());
  optional_ids("requests.route", r.requests.route, n.routes.size());
  optional_ids("requests.host", r.requests.host, n.endpoints.size());
  optional_ids("requests.edge", r.requests.edge, r.edges.size());
  optional_ids("attempts.cluster", r.attempts.cluster, n.clusters.size());
  optional_ids("attempts.host", r.attempts.host, n.endpoints.size());
  optional_ids("visits.workload", r.visits.workload, n.workloads.size());
  optional_ids("visits.endpoint", r.visits.endpoint, n.endpoints.size());
  for (const std::uint8_t details : r.requests.details) {
    if (details >= details_count) refuse("requests.details", "refers to nothing");
  }
  for (const std::uint8_t details : r.attempts.details) {
    if (details >= details_count) refuse("attempts.details", "refers to nothing");
  }
  for (const auto& span : r.info.fault_spans) {
    if (!n.faults.contains(span.fault)) refuse("fault_spans", "refers to nothing");
  }
  if (n.workload_namespaces.size() != n.workloads.size() ||
      n.versions.size() != n.workloads.size() || n.localities.size() != n.workloads.size() ||
      n.route_places.size() != n.routes.size()) {
    refuse("names", "has lists of different lengths");
  }
}

}  // namespace

void check_references(const RunRecord& r) {
  check_lengths(r);
  check_series(r);
  check_tables(r);
}

}  // namespace mesh::python
