// Runs a plan once, or once per seed on threads, with the GIL released.
#include "bindings/bind.h"
#include "bindings/watch.h"
#include "libmesh/base/version.h"
#include "libmesh/experiment/run.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh::python {

namespace {

RunOptions options_from(const py::object& until_ns, const py::object& warmup_ns) {
  RunOptions options;
  if (!until_ns.is_none()) options.until = Instant{until_ns.cast<std::int64_t>()};
  if (!warmup_ns.is_none()) options.warmup = Instant{warmup_ns.cast<std::int64_t>()};
  return options;
}

std::shared_ptr<RunRecord> run_once(const std::shared_ptr<Plan>& plan, const py::object& until_ns,
                                    const py::object& warmup_ns, const py::object& seed,
                                    py::object progress) {
  RunOptions options = options_from(until_ns, warmup_ns);
  if (!seed.is_none()) options.seed = seed.cast<std::uint64_t>();
  Watch watch(std::move(progress));
  options.progress = watch.progress();
  std::shared_ptr<const RunRecord> record;
  {
    const py::gil_scoped_release release;
    record = run(plan, options);
  }
  watch.finish();
  return exposed(record);
}

/// Only the runs that were finished: after Ctrl-C there are fewer than seeds.
py::list replicated(const std::shared_ptr<Plan>& plan, const py::iterable& seeds, unsigned threads,
                    const py::object& until_ns, const py::object& warmup_ns, py::object progress) {
  std::vector<std::uint64_t> numbers;
  for (const py::handle seed : seeds) numbers.push_back(seed.cast<std::uint64_t>());
  RunOptions options = options_from(until_ns, warmup_ns);
  Watch watch(std::move(progress));
  options.progress = watch.progress();
  std::vector<std::shared_ptr<const RunRecord>> records;
  {
    const py::gil_scoped_release release;
    records = replicate(plan, numbers, threads, options);
  }
  watch.finish();
  py::list out;
  for (const auto& record : records) {
    if (record) out.append(py::cast(exposed(record)));
  }
  return out;
}

py::list seeds_from(std::uint64_t seed, std::uint32_t count) {
  py::list out;
  for (const std::uint64_t each : replication_seeds(seed, count)) out.append(each);
  return out;
}

/// MemoryLimitExceeded as an exception of the module with `needed` and `limit`, in bytes.
void register_memory_limit(py::module_& m) {
  static py::handle type =
      py::exception<MemoryLimitExceeded>(m, "MemoryLimitExceeded", PyExc_MemoryError).release();
  py::register_exception_translator([](std::exception_ptr raised) {
    try {
      if (raised) std::rethrow_exception(raised);
    } catch (const MemoryLimitExceeded& e) {
      py::object error = py::reinterpret_borrow<py::object>(type)(
          "the run needs at least " + std::to_string(e.needed) + " bytes, its memoryLimit is " +
          std::to_string(e.limit));
      error.attr("needed") = e.needed;
      error.attr("limit") = e.limit;
      PyErr_SetObject(type.ptr(), error.ptr());
    }
  });
}

}  // namespace

void bind_run(py::module_& m) {
  register_memory_limit(m);
  m.def("run", &run_once, py::arg("plan"), py::kw_only(), py::arg("until_ns") = py::none(),
        py::arg("warmup_ns") = py::none(), py::arg("seed") = py::none(),
        py::arg("progress") = py::none(),
        "Runs one plan to its horizon. The same plan and seed give the same record.");
  m.def("replicate", &replicated, py::arg("plan"), py::arg("seeds"), py::kw_only(),
        py::arg("threads") = 0, py::arg("until_ns") = py::none(), py::arg("warmup_ns") = py::none(),
        py::arg("progress") = py::none(),
        "One record per seed, in their order, on `threads` threads (0 = all cores).");
  m.def("replication_seeds", &seeds_from, py::arg("seed"), py::arg("count"),
        "`count` seeds far from each other; the first is `seed`.");
  m.attr("version") = version();
}

}  // namespace mesh::python
