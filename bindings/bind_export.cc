// Python's view of what other programs read: configurations of a real Envoy.
#include "bindings/bind.h"
#include "libmesh/export/envoy_bootstrap.h"
#include "libmesh/export/outlier_log.h"
#include "libmesh/verify/case_scenario.h"

namespace mesh::python {

namespace {

py::tuple bootstrap(const Scenario& scenario, const std::string& workload,
                    const std::string& listen, std::uint32_t port) {
  Diagnostics problems;
  std::string written;
  bool done = false;
  {
    const py::gil_scoped_release release;
    const ProxyTables tables = proxy_tables(scenario, workload, problems);
    done = tables.plan != nullptr;
    if (done) written = envoy_bootstrap(tables, {.listen = listen, .port = port});
  }
  py::object answer = py::none();
  if (done) answer = text(written);
  return py::make_tuple(answer, to_list(problems));
}

Scenario case_scenario(const std::string& folder) {
  Diagnostics problems;
  const verify::Case recorded = verify::read_case(folder, problems);
  Scenario scenario;
  if (!problems.has_errors()) scenario = verify::scenario_of(recorded, {}, problems);
  scenario.diagnostics = std::move(problems);
  return scenario;
}

}  // namespace

void bind_export(py::module_& m) {
  m.def("envoy_bootstrap", &bootstrap, py::arg("scenario"), py::arg("workload"), py::kw_only(),
        py::arg("listen") = "127.0.0.1", py::arg("port") = 0,
        "(JSON or None, diagnostics): the configuration of one workload's proxy.");
  m.def("outlier_log", &outlier_log, py::arg("record"), py::arg("proxy") = "",
        py::call_guard<py::gil_scoped_release>(),
        "Ejections as JSON lines of Envoy's outlier event log; empty proxy = all.");
  m.def("case_scenario", &case_scenario, py::arg("folder"),
        py::call_guard<py::gil_scoped_release>(),
        "The scenario that a folder with case.yaml and istio.yaml stands for.");
}

}  // namespace mesh::python
