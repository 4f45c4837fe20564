// A run in progress that Python can pause, copy, change and resume.
#include "bindings/bind.h"
#include "bindings/watch.h"
#include "libmesh/engine/simulation.h"

namespace mesh::python {

namespace {

bool run_until(Simulation& simulation, std::int64_t until_ns, py::object progress) {
  Watch watch(std::move(progress));
  bool finished = false;
  {
    const py::gil_scoped_release release;
    finished = simulation.run_until(Instant{until_ns}, watch.progress());
  }
  watch.finish();
  return finished;
}

}  // namespace

void bind_simulation(py::module_& m) {
  using release = py::call_guard<py::gil_scoped_release>;
  py::class_<Simulation>(m, "Simulation", "One run in progress: a value.")
      .def(py::init([](const std::shared_ptr<Plan>& plan, std::uint64_t seed) {
             return Simulation(plan, seed);
           }),
           py::arg("plan"), py::arg("seed"), release())
      .def("run_until", &run_until, py::arg("until_ns"), py::arg("progress"),
           "Handles events up to and including `until_ns`; False when it was stopped.")
      .def(
          "run_events", [](Simulation& s, std::uint64_t count) { return s.run_events(count); },
          py::arg("count"), release(), "At most `count` further events; how many there were.")
      .def(
          "fork", [](const Simulation& s) { return Simulation(s); }, release(),
          "An independent copy of this history.")
      .def(
          "adopt", [](Simulation& s, const std::shared_ptr<Plan>& plan) { return s.adopt(plan); },
          py::arg("plan"), release(), "Goes on under another plan; False when it does not fit.")
      .def(
          "record", [](const Simulation& s) { return exposed(s.record()); }, release(),
          "What has been recorded so far.")
      .def_property_readonly("now_ns", [](const Simulation& s) { return s.now().ns; })
      .def_property_readonly("events", &Simulation::events)
      .def_property_readonly("fingerprint",
                             [](const Simulation& s) { return hex(s.fingerprint()); });
}

}  // namespace mesh::python
