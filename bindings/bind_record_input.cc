// A record built again from its facts, names and columns, as a saved run holds them.
#include <pybind11/numpy.h>

#include <algorithm>
#include <stdexcept>

#include "bindings/bind.h"
#include "bindings/enum_names.h"
#include "bindings/record_checks.h"
#include "bindings/record_columns.h"
#include "bindings/record_facts.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh::python {

namespace {

/// The columns of a saved run; every complaint names the column.
class Columns {
 public:
  explicit Columns(py::dict columns) : columns_(std::move(columns)) {}

  template <class T>
  py::array_t<T, py::array::c_style> array(const std::string& name) const {
    if (!columns_.contains(name)) throw std::invalid_argument("column " + name + " is missing");
    const py::object found = columns_[py::str(name)];
    if (!py::isinstance<py::array_t<T>>(found)) {
      throw std::invalid_argument("column " + name + " has another type than expected");
    }
    return py::array_t<T, py::array::c_style>::ensure(found);
  }
  template <class T>
  std::vector<T> vector(const std::string& name) const {
    const auto a = array<T>(name);
    if (a.ndim() != 1) throw std::invalid_argument("column " + name + " is not a list");
    return std::vector<T>(a.data(), a.data() + a.size());
  }

 private:
  py::dict columns_;
};

/// Every id of `column` is below `count`, or none where that is allowed.
void check_ids(const std::vector<std::uint32_t>& column, std::size_t count, const char* name) {
  for (const std::uint32_t id : column) {
    if (id >= count && id != WorkloadId::none().value) {
      throw std::invalid_argument(std::string("column ") + name + " refers to nothing");
    }
  }
}

template <class T>
T field(const py::dict& info, const char* name) {
  if (!info.contains(name)) throw std::invalid_argument(std::string(name) + " is missing");
  return info[name].cast<T>();
}

void read_info(const py::dict& from, RunRecord& r) {
  RunInfo& info = r.info;
  info.scenario = field<std::string>(from, "scenario");
  info.version = field<std::string>(from, "version");
  info.config_digest = from_hex(field<std::string>(from, "config_digest"));
  info.seed = field<std::uint64_t>(from, "seed");
  info.until = Instant{field<std::int64_t>(from, "until_ns")};
  info.warmup = Instant{field<std::int64_t>(from, "warmup_ns")};
  info.ended = Instant{field<std::int64_t>(from, "ended_ns")};
  const auto ended_by = field<std::string>(from, "ended_by");
  const auto at = std::find(ended_by_names.begin(), ended_by_names.end(), ended_by);
  if (at == ended_by_names.end()) throw std::invalid_argument("ended_by is unknown");
  info.ended_by = static_cast<EndedBy>(at - ended_by_names.begin());
  info.limit = field<std::string>(from, "limit");
  info.events = field<std::uint64_t>(from, "events");
  info.fingerprint = from_hex(field<std::string>(from, "fingerprint"));
  info.requests_created = field<std::uint64_t>(from, "requests_created");
  info.requests_in_flight = field<std::uint64_t>(from, "requests_in_flight");
  info.runs = field<decltype(info.runs)>(from, "runs");
  info.updates_via_merge = field<std::uint64_t>(from, "updates_via_merge");
  for (const py::handle item : field<py::list>(from, "fault_spans")) {
    const auto span = item.cast<py::sequence>();
    info.fault_spans.push_back({Instant{span[0].cast<std::int64_t>()},
                                Instant{span[1].cast<std::int64_t>()},
                                FaultId{span[2].cast<std::uint32_t>()}});
  }
  r.bucket = Duration{field<std::int64_t>(from, "bucket_ns")};
  if (r.bucket.ns <= 0) throw std::invalid_argument("bucket_ns must be positive");
}

void read_names(const py::dict& from, const Columns& columns, Names& names) {
  visit_names(names, [&](const char* name, auto& list) {
    for (const py::handle item : field<py::list>(from, name)) list.add(item.cast<std::string>());
  });
  const auto workloads = columns.vector<std::uint32_t>("endpoints.workload");
  check_ids(workloads, names.workloads.size(), "endpoints.workload");
  for (const std::uint32_t workload : workloads) {
    names.endpoint_workload.add(WorkloadId{workload});
  }
  if (names.endpoints.size() != workloads.size()) {
    throw std::invalid_argument("endpoints and endpoints.workload differ in length");
  }
}

void read_edges(const Columns& columns, RunRecord& r) {
  const auto source = columns.vector<std::uint32_t>("edges.source");
  const auto service = columns.vector<std::uint32_t>("edges.service");
  const auto destination = columns.vector<std::uint32_t>("edges.destination");
  check_ids(source, r.names.workloads.size(), "edges.source");
  check_ids(service, r.names.services.size(), "edges.service");
  check_ids(destination, r.names.workloads.size(), "edges.destination");
  for (std::size_t i = 0; i < source.size(); ++i) {
    r.edges.push_back(
        {WorkloadId{source[i]}, ServiceId{service.at(i)}, WorkloadId{destination.at(i)}});
  }
  const auto code = columns.vector<std::uint16_t>("outcomes.code");
  const auto flags = columns.vector<std::uint32_t>("outcomes.flags");
  for (std::size_t i = 0; i < code.size(); ++i) {
    r.outcomes.push_back({code[i], ResponseFlags::from_packed(flags.at(i))});
  }
}

void read_events(const Columns& columns, RunRecord& r) {
  const auto at = columns.vector<std::int64_t>("events.at_ns");
  const auto what = columns.vector<std::uint8_t>("events.what");
  const auto proxy_workload = columns.vector<std::uint32_t>("events.proxy_workload");
  const auto proxy = columns.vector<std::uint32_t>("events.proxy");
  const auto cluster = columns.vector<std::uint32_t>("events.cluster");
  const auto endpoint = columns.vector<std::uint32_t>("events.endpoint");
  const auto detail = columns.vector<std::uint32_t>("events.detail");
  const auto host_rate = columns.vector<std::uint8_t>("events.host_rate");
  const auto mean_rate = columns.vector<std::uint8_t>("events.mean_rate");
  const auto threshold_rate = columns.vector<std::uint8_t>("events.threshold_rate");
  check_ids(proxy_workload, r.names.workloads.size(), "events.proxy_workload");
  check_ids(proxy, r.names.endpoints.size(), "events.proxy");
  check_ids(cluster, r.names.clusters.size(), "events.cluster");
  check_ids(endpoint, r.names.endpoints.size(), "events.endpoint");
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (what.at(i) >= event_note_count) throw std::invalid_argument("events.what is unknown");
    r.events.push_back({Instant{at[i]},
                        static_cast<EventNote>(what[i]),
                        WorkloadId{proxy_workload.at(i)},
                        EndpointId{proxy.at(i)},
                        ClusterId{cluster.at(i)},
                        EndpointId{endpoint.at(i)},
                        detail.at(i),
                        {host_rate.at(i), mean_rate.at(i), threshold_rate.at(i)}});
  }
}

/// Counters as columns, one row for each of `rows`.
py::array_t<std::uint64_t> counters_of(const Columns& columns, const std::string& name,
                                       std::size_t rows, std::size_t wide) {
  const auto counters = columns.array<std::uint64_t>(name);
  if (counters.ndim() != 2 || counters.shape(1) != static_cast<py::ssize_t>(wide) ||
      counters.shape(0) != static_cast<py::ssize_t>(rows)) {
    throw std::invalid_argument(name + " has another shape than expected");
  }
  return counters;
}

void read_proxies(const Columns& columns, RunRecord& r) {
  const auto proxy = columns.vector<std::uint32_t>("proxies.proxy");
  const auto counters = counters_of(columns, "proxies.counters", proxy.size(), proxy_counter_count);
  check_ids(proxy, r.names.endpoints.size(), "proxies.proxy");
  for (std::size_t i = 0; i < proxy.size(); ++i) {
    ProxyStats row{.proxy = EndpointId{proxy[i]}};
    const std::uint64_t* from = counters.data(static_cast<py::ssize_t>(i), 0);
    std::copy(from, from + proxy_counter_count, row.counters.begin());
    r.proxies.push_back(row);
  }
}

void read_stats(const Columns& columns, RunRecord& r) {
  const auto proxy = columns.vector<std::uint32_t>("stats.proxy");
  const auto cluster = columns.vector<std::uint32_t>("stats.cluster");
  const auto counters = counters_of(columns, "stats.counters", proxy.size(), cluster_counter_count);
  check_ids(proxy, r.names.endpoints.size(), "stats.proxy");
  check_ids(cluster, r.names.clusters.size(), "stats.cluster");
  for (std::size_t i = 0; i < proxy.size(); ++i) {
    ClusterStats row;
    row.proxy = EndpointId{proxy[i]};
    row.cluster = ClusterId{cluster.at(i)};
    const std::uint64_t* from = counters.data(static_cast<py::ssize_t>(i), 0);
    std::copy(from, from + cluster_counter_count, row.counters.begin());
    r.stats.push_back(row);
  }
  visit_gauges([&](const char* name, std::uint32_t ClusterStats::*gauge) {
    const auto values = columns.vector<std::uint32_t>(std::string("stats.") + name);
    for (std::size_t i = 0; i < r.stats.size(); ++i) r.stats[i].*gauge = values.at(i);
  });
}

void read_histograms(const Columns& columns, const std::string& table,
                     std::vector<Histogram>& out) {
  const auto row = columns.vector<std::uint32_t>(table + ".row");
  const auto bin = columns.vector<std::uint32_t>(table + ".bin");
  const auto count = columns.vector<std::uint64_t>(table + ".count");
  const auto total = columns.vector<std::int64_t>(table + ".total");
  const auto sum = columns.vector<std::int64_t>(table + ".sum_ns");
  const auto min = columns.vector<std::int64_t>(table + ".min_ns");
  const auto max = columns.vector<std::int64_t>(table + ".max_ns");
  std::size_t next = 0;
  for (std::uint32_t i = 0; i < total.size(); ++i) {
    std::vector<std::uint64_t> bins;
    const std::uint32_t first = next < bin.size() ? bin[next] : 0;
    for (; next < row.size() && row[next] == i; ++next) {
      if (bin.at(next) < first + bins.size() || bin[next] >= Histogram::bin_count) {
        throw std::invalid_argument("column " + table + ".bin is not sorted");
      }
      bins.resize(bin[next] - first + 1);
      bins.back() = count.at(next);
    }
    out.push_back(Histogram::restored(first, std::move(bins), Duration{sum.at(i)},
                                      Duration{min.at(i)}, Duration{max.at(i)}));
  }
  if (next != row.size()) throw std::invalid_argument("column " + table + ".row is not sorted");
}

/// Columns of bytes hold flags, but for two of enumerators.
std::size_t values_of(const std::string& name) {
  if (name == "picks.by") return picked_by_count;
  return name == "decisions.decision" ? retry_decision_count : 2;
}

void read_facts(const Columns& columns, RunRecord& r) {
  visit_facts(r, [&](const char* table, const char* member, auto& facts, auto get) {
    using Value = std::remove_cvref_t<decltype(get(facts.front()))>;
    const std::string name = std::string(table) + "." + member;
    const std::vector<Value> column = columns.vector<Value>(name);
    if (std::string_view(member) == "request") facts.resize(column.size());
    if (facts.size() != column.size()) {
      throw std::invalid_argument("column " + name + " differs in length from its table");
    }
    for (std::size_t i = 0; i < facts.size(); ++i) {
      if constexpr (sizeof(Value) == 1) {
        if (column[i] >= values_of(name)) {
          throw std::invalid_argument("column " + name + " holds an unknown value");
        }
      }
      get(facts[i]) = column[i];
    }
  });
}

std::shared_ptr<RunRecord> record_from(const py::dict& info, const py::dict& names,
                                       const py::dict& arrays) {
  const Columns columns(arrays);
  auto r = std::make_shared<RunRecord>();
  read_info(info, *r);
  read_names(names, columns, r->names);
  visit_columns(*r, [&](const char* table, const char* name, auto& column) {
    using Value = typename std::decay_t<decltype(column)>::value_type;
    column = columns.vector<Value>(std::string(table) + "." + name);
  });
  read_edges(columns, *r);
  read_events(columns, *r);
  read_stats(columns, *r);
  read_proxies(columns, *r);
  read_facts(columns, *r);
  visit_histograms(*r, [&](const char* table, std::vector<Histogram>& out) {
    read_histograms(columns, table, out);
  });
  check_references(*r);
  return r;
}

}  // namespace

void bind_record_input(py::module_& m) {
  m.def("record_from", &record_from, py::arg("info"), py::arg("names"), py::arg("columns"),
        "The record that `info`, `names` and `columns` of a saved run describe; ValueError when "
        "they do not fit together.");
}

}  // namespace mesh::python
