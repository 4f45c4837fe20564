// Many runs as one question: studies, intervals, differences, with the GIL released.
#include <optional>

#include "bindings/bind.h"
#include "bindings/watch.h"
#include "libmesh/analysis/comparison.h"
#include "libmesh/analysis/metric.h"
#include "libmesh/analysis/retry_amplification.h"
#include "libmesh/analysis/saturation.h"
#include "libmesh/experiment/study.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh::python {

namespace {

std::vector<double> numbers(const py::iterable& values) {
  std::vector<double> out;
  for (const py::handle value : values) out.push_back(value.cast<double>());
  return out;
}

Study study_from(const py::iterable& cells, const py::iterable& questions) {
  Study study;
  for (const py::handle item : cells) {
    const auto pair = item.cast<py::sequence>();
    StudyCell& cell = study.cells.emplace_back();
    cell.plan = pair[0].cast<std::shared_ptr<Plan>>();
    for (const py::handle seed : pair[1]) cell.seeds.push_back(seed.cast<std::uint64_t>());
  }
  for (const py::handle item : questions) {
    const auto q = item.cast<py::sequence>();
    study.questions.push_back(
        {q[0].cast<std::string>(), q[1].cast<std::string>(), q[2].cast<std::string>()});
  }
  return study;
}

py::object run_dict(const StudyRun& run) {
  if (!run.finished) return py::none();
  py::dict out;
  out["seed"] = run.seed;
  out["fingerprint"] = hex(run.fingerprint);
  py::list answers;
  for (const double answer : run.answers) answers.append(answer);
  out["answers"] = answers;
  out["record"] = run.record ? py::cast(exposed(run.record)) : py::none();
  return out;
}

/// A list per cell: a dict per seed, None for a run that was not finished.
py::list studied(const py::iterable& cells, const py::iterable& questions, unsigned threads,
                 bool keep_records, const py::object& until_ns, const py::object& warmup_ns,
                 py::object progress) {
  Study study = study_from(cells, questions);
  std::optional<Instant> until, warmup;
  if (!until_ns.is_none()) until = Instant{until_ns.cast<std::int64_t>()};
  if (!warmup_ns.is_none()) warmup = Instant{warmup_ns.cast<std::int64_t>()};
  for (StudyCell& cell : study.cells) cell.plan = with_times(cell.plan, until, warmup);
  Watch watch(std::move(progress));
  std::vector<std::vector<StudyRun>> runs;
  {
    const py::gil_scoped_release release;
    runs = run_study(
        study, {.threads = threads, .keep_records = keep_records, .progress = watch.progress()});
  }
  watch.finish();
  py::list out;
  for (const std::vector<StudyRun>& cell : runs) {
    py::list row;
    for (const StudyRun& run : cell) row.append(run_dict(run));
    out.append(row);
  }
  return out;
}

/// (which value of each axis, [(path, YAML), …]) of every point.
py::list grid_of(const py::iterable& axes) {
  std::vector<Axis> all;
  for (const py::handle item : axes) {
    const auto pair = item.cast<py::sequence>();
    Axis& axis = all.emplace_back(Axis{.name = "", .path = pair[0].cast<std::string>()});
    for (const py::handle value : pair[1]) axis.values.push_back(value.cast<std::string>());
  }
  py::list out;
  for (const DesignPoint& point : full_grid(all)) {
    py::list at, overrides;
    for (const std::size_t i : point.at) at.append(i);
    for (const Override& o : point.overrides) overrides.append(py::make_tuple(o.path, o.value));
    out.append(py::make_tuple(at, overrides));
  }
  return out;
}

py::object answer_of(const RunRecord& record, const std::string& metric, const std::string& edge,
                     const std::string& load) {
  const auto measure = evaluate(record, metric, edge, load);
  return measure ? py::object(py::float_(measure->value)) : py::none();
}

py::list metrics() {
  py::list out;
  for (const std::string_view name : metric_names()) out.append(py::str(name));
  return out;
}

py::tuple triple(const Interval& interval) {
  return py::make_tuple(interval.mean, interval.half_width, interval.count);
}

py::tuple interval_of(const py::iterable& values, double confidence) {
  return triple(mean_interval(numbers(values), confidence));
}

py::dict difference_of(const std::string& metric, const py::iterable& a, const py::iterable& b,
                       bool paired, double confidence) {
  const std::vector<double> left = numbers(a), right = numbers(b);
  if (paired && left.size() != right.size()) throw std::invalid_argument("pairs are incomplete");
  const Difference d = paired ? paired_difference(metric, left, right, confidence)
                              : independent_difference(metric, left, right, confidence);
  py::dict out;
  out["a"] = triple(d.a);
  out["b"] = triple(d.b);
  out["difference"] = triple(d.difference);
  out["verdict"] = py::str(effect_name(d.effect));
  return out;
}

/// By layer of the call graph, and for each row of the edges its layer and its factor.
py::dict amplification_of(const RunRecord& record) {
  const RetryAmplification all = retry_amplification(record);
  py::list layers, edges;
  for (const LayerAmplification& l : all.layers) {
    layers.append(py::make_tuple(l.layer, l.requests, l.attempts, l.factor, l.cumulative));
  }
  for (const EdgeAmplification& e : all.edges) edges.append(py::make_tuple(e.layer, e.factor));
  py::dict out;
  out["layers"] = layers;
  out["edges"] = edges;
  return out;
}

}  // namespace

void bind_study(py::module_& m) {
  m.def("run_study", &studied, py::arg("cells"), py::arg("questions"), py::kw_only(),
        py::arg("threads") = 0, py::arg("keep_records") = false, py::arg("until_ns") = py::none(),
        py::arg("warmup_ns") = py::none(), py::arg("progress") = py::none(),
        "A list per (plan, seeds) cell with a dict per seed; None for what was not finished.");
  m.def("full_grid", &grid_of, py::arg("axes"),
        "All combinations of (path, YAML values) axes, the last one changes fastest.");
  m.def("evaluate", &answer_of, py::arg("record"), py::arg("metric"), py::arg("edge") = "",
        py::arg("load") = "", "A metric of a record, or None when it has no such edge or load.");
  m.def("metric_names", &metrics, "What `evaluate` knows.");
  m.def("mean_interval", &interval_of, py::arg("values"), py::arg("confidence") = 0.95,
        "(mean, half width, count) by Student's t.");
  m.def("difference", &difference_of, py::arg("metric"), py::arg("a"), py::arg("b"), py::kw_only(),
        py::arg("paired") = true, py::arg("confidence") = 0.95,
        "a, b and b - a as (mean, half width, count), and the verdict.");
  m.def("retry_amplification", &amplification_of, py::arg("record"),
        "layers: (layer, requests, attempts, factor, cumulative); edges: (layer, factor).");
  m.def(
      "workers",
      [](const Plan& plan) {
        py::list out;
        for (const std::uint32_t workers : workers_of(plan)) out.append(workers);
        return out;
      },
      py::arg("plan"), "Workers of one pod of each workload; 0 = unlimited.");
}

}  // namespace mesh::python
