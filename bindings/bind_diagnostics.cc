// Python's view of the problems found in an input.
#include "bindings/bind.h"
#include "libmesh/spec/diagnostics.h"

namespace mesh::python {

namespace {

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  return "error";
}

}  // namespace

py::list to_list(const Diagnostics& problems) {
  Diagnostics sorted = problems;
  sorted.sort();
  py::list out;
  for (const Diagnostic& d : sorted) out.append(py::cast(d));
  return out;
}

void bind_diagnostics(py::module_& m) {
  py::class_<Place>(m, "Place", "Where something was written; line and column count from 1.")
      .def(py::init([](std::string file, std::uint32_t line, std::uint32_t column) {
             return Place{std::move(file), line, column};
           }),
           py::arg("file"), py::arg("line") = 0, py::arg("column") = 0)
      .def_property_readonly("file", [](const Place& p) { return text(p.file); })
      .def_readonly("line", &Place::line)
      .def_readonly("column", &Place::column)
      .def("__str__", [](const Place& p) { return text(to_string(p)); })
      .def("__repr__", [](const Place& p) { return text("Place(" + to_string(p) + ")"); })
      .def(
          "__eq__", [](const Place& a, const Place& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const Place& p) { return py::hash(text(to_string(p))); });

  py::class_<Diagnostic>(m, "Diagnostic", "One problem: place, stable code, what, and how to fix.")
      .def_property_readonly("severity",
                             [](const Diagnostic& d) { return severity_name(d.severity); })
      .def_property_readonly("code", [](const Diagnostic& d) { return text(d.code); })
      .def_property_readonly("place", [](const Diagnostic& d) { return d.place; })
      .def_property_readonly("path", [](const Diagnostic& d) { return text(d.path); })
      .def_property_readonly("what", [](const Diagnostic& d) { return text(d.what); })
      .def_property_readonly("hint", [](const Diagnostic& d) { return text(d.hint); })
      .def("__str__", [](const Diagnostic& d) { return text(to_string(d)); })
      .def("__repr__",
           [](const Diagnostic& d) { return text("<Diagnostic " + to_string(d) + ">"); })
      .def(
          "__eq__", [](const Diagnostic& a, const Diagnostic& b) { return a == b; },
          py::is_operator())
      .def("__hash__", [](const Diagnostic& d) { return py::hash(text(to_string(d))); });
}

}  // namespace mesh::python
