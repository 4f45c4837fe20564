// Python's view of recorded experiments: cases, rows, measures.
#include "bindings/bind.h"
#include "bindings/watch.h"
#include "libmesh/verify/verify.h"

namespace mesh::python {

namespace {

using verify::CaseResult;
using verify::Measures;
using verify::Recorded;
using verify::RowResult;

py::list numbers(const std::vector<double>& values) {
  py::list out;
  for (const double value : values) out.append(value);
  return out;
}

/// Name → one value a run; a measure that a run lacks is 0 there, as in the recordings.
py::dict scalars_of(const CaseResult& result) {
  py::dict out;
  for (const Measures& run : result.runs) {
    for (const auto& [name, value] : run.scalars) {
      if (out.contains(text(name))) continue;
      py::list values;
      for (const Measures& each : result.runs) values.append(each.scalar(name));
      out[text(name)] = values;
    }
  }
  return out;
}

/// Name → one list of values by second for each run.
py::dict series_of(const CaseResult& result) {
  py::dict out;
  for (const Measures& run : result.runs) {
    for (const auto& [name, values] : run.series) {
      if (out.contains(text(name))) continue;
      py::list runs;
      for (const Measures& each : result.runs) {
        const auto found = each.series.find(name);
        runs.append(found == each.series.end() ? py::list() : numbers(found->second));
      }
      out[text(name)] = runs;
    }
  }
  return out;
}

/// Name → (mean, sd, min, max).
py::dict recorded_of(const CaseResult& result) {
  py::dict out;
  for (const auto& [name, r] : result.expected.scalars) {
    out[text(name)] = py::make_tuple(r.mean, r.sd, r.min, r.max);
  }
  return out;
}

py::list verified(const py::iterable& folders, unsigned threads, py::object progress) {
  std::vector<std::string> given;
  for (const py::handle folder : folders) given.push_back(folder.cast<std::string>());
  Watch watch(std::move(progress));
  const Progress look = watch.progress();
  std::vector<CaseResult> results;
  {
    const py::gil_scoped_release release;
    const std::vector<std::string> cases = verify::find_cases(given);
    const auto tell = [&](std::size_t done) {
      return look(static_cast<double>(done) / static_cast<double>(cases.size()), done);
    };
    results = verify::verify_cases(cases, threads, {}, tell);
  }
  watch.finish();
  py::list out;
  for (CaseResult& result : results) out.append(py::cast(std::move(result)));
  return out;
}

/// Nanoseconds that measuring added, by what it was added to.
py::dict overhead() {
  const verify::Overhead o;
  py::dict out;
  out["proxy"] = o.proxy.ns;
  out["loopback"] = o.loopback.ns;
  out["service"] = o.service.ns;
  out["client"] = o.client.ns;
  return out;
}

}  // namespace

void bind_verify(py::module_& m) {
  py::class_<RowResult>(m, "VerifiedRow", "One row of `compare`: ours against Envoy's.")
      .def_property_readonly("measure", [](const RowResult& r) { return text(r.measure); })
      .def_property_readonly("kind", [](const RowResult& r) { return verify::to_string(r.kind); })
      .def_property_readonly("ours", [](const RowResult& r) { return numbers(r.ours); })
      .def_property_readonly("mean", [](const RowResult& r) { return r.recorded.mean; })
      .def_property_readonly("sd", [](const RowResult& r) { return r.recorded.sd; })
      .def_property_readonly("min", [](const RowResult& r) { return r.recorded.min; })
      .def_property_readonly("max", [](const RowResult& r) { return r.recorded.max; })
      .def_property_readonly("difference", [](const RowResult& r) { return r.difference; })
      .def_property_readonly("tolerance", [](const RowResult& r) { return text(r.tolerance); })
      .def_property_readonly("holds", [](const RowResult& r) { return r.holds; })
      .def_property_readonly("note", [](const RowResult& r) { return text(r.note); });

  py::class_<CaseResult>(m, "VerifiedCase", "A recorded experiment, repeated.")
      .def_property_readonly("folder", [](const CaseResult& c) { return text(c.folder); })
      .def_property_readonly("name", [](const CaseResult& c) { return text(c.name); })
      .def_property_readonly("title", [](const CaseResult& c) { return text(c.title); })
      .def_property_readonly("question", [](const CaseResult& c) { return text(c.question); })
      .def_property_readonly("finished", [](const CaseResult& c) { return c.finished; })
      .def_property_readonly("holds", &CaseResult::holds)
      .def_property_readonly("broken", [](const CaseResult& c) { return c.problems.has_errors(); })
      .def_property_readonly("diagnostics", [](const CaseResult& c) { return to_list(c.problems); })
      .def_property_readonly("rows",
                             [](const CaseResult& c) {
                               py::list out;
                               for (const RowResult& row : c.rows) out.append(py::cast(row));
                               return out;
                             })
      .def("scalars", &scalars_of, "Measure -> one value a run, ours.")
      .def("series", &series_of, "Series -> one list of values by second for each run, ours.")
      .def("recorded", &recorded_of, "Measure -> (mean, sd, min, max), Envoy's.");

  m.def("verify", &verified, py::arg("folders"), py::kw_only(), py::arg("threads") = 0,
        py::arg("progress") = py::none(),
        "Every case of the folders on `threads` threads (0 = all cores), in their order.");
  m.def(
      "recording_overhead", &overhead,
      "What measuring added in the recordings: where -> nanoseconds, from their case `baseline`.");
}

}  // namespace mesh::python
