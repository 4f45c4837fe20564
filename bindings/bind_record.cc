// The record of a run: facts about it, names behind its ids, columns as NumPy views.
#include "bindings/bind.h"
#include "bindings/enum_names.h"
#include "bindings/record_columns.h"
#include "bindings/record_facts.h"
#include "bindings/record_views.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh::python {

namespace {

py::dict info_of(const RunRecord& r) {
  const RunInfo& info = r.info;
  py::list spans;
  for (const auto& span : info.fault_spans) {
    spans.append(py::make_tuple(span.from.ns, span.to.ns, span.fault.value));
  }
  py::dict out;
  out["scenario"] = text(info.scenario);
  out["version"] = text(info.version);
  out["config_digest"] = hex(info.config_digest);
  out["seed"] = info.seed;
  out["until_ns"] = info.until.ns;
  out["warmup_ns"] = info.warmup.ns;
  out["ended_ns"] = info.ended.ns;
  out["ended_by"] = std::string(ended_by_names[static_cast<std::size_t>(info.ended_by)]);
  out["limit"] = text(info.limit);
  out["events"] = info.events;
  out["fingerprint"] = hex(info.fingerprint);
  out["requests_created"] = info.requests_created;
  out["requests_in_flight"] = info.requests_in_flight;
  out["runs"] = info.runs;
  out["updates_via_merge"] = info.updates_via_merge;
  out["fault_spans"] = spans;
  out["bucket_ns"] = r.bucket.ns;
  return out;
}

py::dict names_of(const RunRecord& r) {
  py::dict out;
  visit_names(r.names, [&](const char* name, const auto& list) {
    py::list items;
    for (const std::string& item : list) items.append(text(item));
    out[name] = items;
  });
  return out;
}

void add_views_of_items(const RunRecord& r, py::handle owner, py::dict& out) {
  using u16 = std::uint16_t;
  using u32 = std::uint32_t;
  out["edges.source"] = member_view<u32>(r.edges, &Edge::source, owner);
  out["edges.service"] = member_view<u32>(r.edges, &Edge::service, owner);
  out["edges.destination"] = member_view<u32>(r.edges, &Edge::destination, owner);
  out["outcomes.code"] = member_view<u16>(r.outcomes, &Outcome::code, owner);
  out["outcomes.flags"] = member_view<u32>(r.outcomes, &Outcome::flags, owner);
  out["events.at_ns"] = member_view<std::int64_t>(r.events, &Noted::at, owner);
  out["events.what"] = member_view<std::uint8_t>(r.events, &Noted::what, owner);
  out["events.proxy_workload"] = member_view<u32>(r.events, &Noted::proxy_workload, owner);
  out["events.proxy"] = member_view<u32>(r.events, &Noted::proxy, owner);
  out["events.cluster"] = member_view<u32>(r.events, &Noted::cluster, owner);
  out["events.endpoint"] = member_view<u32>(r.events, &Noted::endpoint, owner);
  out["events.detail"] = member_view<u32>(r.events, &Noted::detail, owner);
  out["events.host_rate"] =
      computed<std::uint8_t>(r.events, [](const Noted& e) { return e.rates.host; });
  out["events.mean_rate"] =
      computed<std::uint8_t>(r.events, [](const Noted& e) { return e.rates.mean; });
  out["events.threshold_rate"] =
      computed<std::uint8_t>(r.events, [](const Noted& e) { return e.rates.threshold; });
  out["stats.proxy"] = member_view<u32>(r.stats, &ClusterStats::proxy, owner);
  out["stats.cluster"] = member_view<u32>(r.stats, &ClusterStats::cluster, owner);
  visit_gauges([&](const char* name, std::uint32_t ClusterStats::*gauge) {
    out[py::str(std::string("stats.") + name)] = member_view<u32>(r.stats, gauge, owner);
  });
  out["endpoints.workload"] =
      computed<u32>(r.names.endpoint_workload.items(), [](WorkloadId w) { return w.value; });
}

/// (rows, counters): one row per (proxy, cluster), or per proxy; Envoy's counters as columns.
template <class Row>
py::array counters_view(const std::vector<Row>& stats, py::handle owner) {
  const auto rows = static_cast<py::ssize_t>(stats.size());
  const auto columns = static_cast<py::ssize_t>(Row{}.counters.size());
  const std::uint64_t* first = stats.empty() ? nullptr : stats.front().counters.data();
  return read_only(
      py::array(py::dtype::of<std::uint64_t>(), std::vector<py::ssize_t>{rows, columns},
                std::vector<py::ssize_t>{sizeof(Row), sizeof(std::uint64_t)}, first, owner));
}

/// Members of facts: strided views.
void add_facts(const RunRecord& r, py::handle owner, py::dict& out) {
  visit_facts(r, [&](const char* table, const char* name, const auto& facts, auto get) {
    using Fact = typename std::decay_t<decltype(facts)>::value_type;
    using Value = std::remove_cvref_t<decltype(get(std::declval<const Fact&>()))>;
    const Value* first = facts.empty() ? nullptr : &get(facts.front());
    out[py::str(std::string(table) + "." + name)] = read_only(py::array(
        py::dtype::of<Value>(), std::vector<py::ssize_t>{static_cast<py::ssize_t>(facts.size())},
        std::vector<py::ssize_t>{static_cast<py::ssize_t>(sizeof(Fact))}, first, owner));
  });
}

py::dict columns_of(py::object self) {
  const auto& r = self.cast<const RunRecord&>();
  py::dict out;
  visit_columns(r, [&](const char* table, const char* name, const auto& column) {
    out[py::str(std::string(table) + "." + name)] = view(column, self);
  });
  add_views_of_items(r, self, out);
  out["stats.counters"] = counters_view(r.stats, self);
  out["proxies.proxy"] = member_view<std::uint32_t>(r.proxies, &ProxyStats::proxy, self);
  out["proxies.counters"] = counters_view(r.proxies, self);
  add_facts(r, self, out);
  visit_histograms(r, [&](const char* table, const std::vector<Histogram>& histograms) {
    add_histograms(table, histograms, out);
  });
  return out;
}

py::array flag_names(const py::array_t<std::uint32_t>& packed) {
  py::list out;
  for (py::ssize_t i = 0; i < packed.size(); ++i) {
    out.append(py::str(ResponseFlags::from_packed(packed.at(i)).to_string()));
  }
  return py::array(out);
}

py::tuple bin_bounds(std::uint32_t bins) {
  py::array_t<std::int64_t> lower(bins), upper(bins);
  for (std::uint32_t bin = 0; bin < bins; ++bin) {
    lower.mutable_at(bin) = Histogram::lower(bin).ns;
    upper.mutable_at(bin) = Histogram::upper(bin).ns;
  }
  return py::make_tuple(lower, upper);
}

}  // namespace

void bind_record(py::module_& m) {
  py::class_<RunRecord, std::shared_ptr<RunRecord>>(m, "RunRecord",
                                                    "The immutable result of one run.")
      .def(py::init<>(), "An empty record.")
      .def_property_readonly("info", &info_of, "Facts about the run; times in nanoseconds.")
      .def_property_readonly("names", &names_of, "Names behind the ids: list name -> names.")
      .def("columns", &columns_of, "All columns, 'table.column' -> read-only array, not copied.")
      .def(
          "hash", [](const RunRecord& r) { return hex(r.hash()); },
          "Digest of all simulated content, 16 hexadecimal digits.");
  m.def(
      "merge", [](const RunRecord& a, const RunRecord& b) { return exposed(merge(a, b)); },
      py::arg("a"), py::arg("b"), py::call_guard<py::gil_scoped_release>(),
      "The sum of two records of one scenario: counts, histograms and series add.");
  m.def("flag_names", &flag_names, py::arg("packed"),
        "Envoy's response flags of packed numbers: 'UF,URX', or '-'.");
  m.def("bin_bounds", &bin_bounds, py::arg("bins"),
        "Lower and upper ends, in nanoseconds, of the first `bins` histogram bins.");
  m.attr("detail_names") = names_list<Details>(details_count);
  m.attr("store_event_names") = names_list<StoreEvent>(store_event_count);
  py::list detectors;
  for (const std::string_view name : detector_names) detectors.append(name);
  m.attr("detector_names") = detectors;
  m.attr("event_names") = names_list<EventNote>(event_note_count);
  m.attr("counter_names") = names_list<ClusterCounter>(cluster_counter_count);
}

}  // namespace mesh::python
