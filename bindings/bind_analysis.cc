// Questions to a record that are answered in C++: summaries, verdicts, stories.
#include <limits>

#include "bindings/bind.h"
#include "bindings/record_views.h"
#include "libmesh/analysis/explain.h"
#include "libmesh/analysis/summary.h"
#include "libmesh/experiment/verdict.h"

namespace mesh::python {

namespace {

/// Columns of what `traffic(item)` says about every item; times without requests are NaN.
template <class Item, class Get>
void add_traffic(const std::vector<Item>& items, Get&& traffic, py::dict& out) {
  const auto count = [&](const char* name, std::uint64_t Traffic::*member) {
    out[name] =
        computed<std::uint64_t>(items, [&](const Item& item) { return traffic(item).*member; });
  };
  const auto number = [&](const char* name, double Traffic::*member) {
    out[name] = computed<double>(items, [&](const Item& item) { return traffic(item).*member; });
  };
  const auto known = [&](const char* name, double Traffic::*member) {
    out[name] = computed<double>(items, [&](const Item& item) {
      const Traffic& t = traffic(item);
      return t.requests == 0 ? std::numeric_limits<double>::quiet_NaN() : t.*member;
    });
  };
  count("requests", &Traffic::requests);
  count("failures", &Traffic::failures);
  number("rps", &Traffic::rps);
  number("goodput_rps", &Traffic::goodput_rps);
  known("error_rate", &Traffic::error_rate);
  known("mean_ms", &Traffic::mean_ms);
  known("p50_ms", &Traffic::p50_ms);
  known("p90_ms", &Traffic::p90_ms);
  known("p99_ms", &Traffic::p99_ms);
  known("p999_ms", &Traffic::p999_ms);
  known("max_ms", &Traffic::max_ms);
}

py::dict summary_of(const RunRecord& record) {
  const Summary summary = summarize(record);
  py::dict loads, edges;
  loads["load"] =
      computed<std::uint32_t>(summary.loads, [](const LoadSummary& s) { return s.load.value; });
  add_traffic(
      summary.loads, [](const LoadSummary& s) -> const Traffic& { return s.traffic; }, loads);
  const auto edge = [&](const char* name, auto get) {
    edges[name] = computed<std::uint32_t>(summary.edges, get);
  };
  edge("source", [](const EdgeSummary& s) { return s.edge.source.value; });
  edge("service", [](const EdgeSummary& s) { return s.edge.service.value; });
  edge("destination", [](const EdgeSummary& s) { return s.edge.destination.value; });
  add_traffic(
      summary.edges, [](const EdgeSummary& s) -> const Traffic& { return s.traffic; }, edges);
  const auto count = [&](const char* name, std::uint64_t EdgeSummary::*member) {
    edges[name] =
        computed<std::uint64_t>(summary.edges, [&](const EdgeSummary& s) { return s.*member; });
  };
  count("attempts", &EdgeSummary::attempts);
  count("retries", &EdgeSummary::retries);
  count("ejections", &EdgeSummary::ejections);
  py::dict out;
  out["measured_s"] = summary.measured_s;
  out["loads"] = loads;
  out["edges"] = edges;
  return out;
}

py::list verdicts_of(const Scenario& scenario, const RunRecord& record) {
  py::list out;
  for (const Verdict& verdict : judge(record, scenario.thresholds)) {
    py::dict row;
    row["text"] = text(verdict.text);
    row["metric"] = text(verdict.metric);
    row["of"] = text(verdict.of);
    row["value"] = verdict.value ? py::object(py::float_(*verdict.value)) : py::none();
    row["unit"] = verdict.unit;
    row["ok"] = verdict.ok;
    out.append(row);
  }
  return out;
}

py::list ids(const std::vector<std::uint64_t>& requests) {
  py::list out;
  for (const std::uint64_t id : requests) out.append(id);
  return out;
}

py::object story_of(const RunRecord& record, std::uint64_t request) {
  const auto story = explain(record, request);
  return story ? py::object(text(*story)) : py::none();
}

}  // namespace

void bind_analysis(py::module_& m) {
  m.def("summarize", &summary_of, py::arg("record"),
        "Figures by load and by edge: {'loads': columns, 'edges': columns, 'measured_s': …}.");
  m.def("explain", &story_of, py::arg("record"), py::arg("request"),
        "The story of one kept request, or None when the run did not keep it.");
  m.def(
      "slowest", [](const RunRecord& r, std::size_t count) { return ids(slowest(r, count)); },
      py::arg("record"), py::arg("count"),
      "Ids of the slowest kept requests that a load sent, slowest first.");
  m.def(
      "errors", [](const RunRecord& r, std::size_t count) { return ids(errors(r, count)); },
      py::arg("record"), py::arg("count"),
      "Ids of the first kept requests of loads that got 4xx, 5xx or no answer.");
  m.def("verdicts", &verdicts_of, py::arg("scenario"), py::arg("record"),
        "One dict per threshold of the scenario: text, metric, of, value, unit, ok.");
}

}  // namespace mesh::python
