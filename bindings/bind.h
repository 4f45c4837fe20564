// What the binding files share: one registration function per concept, a few conversions.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mesh {
struct Plan;
struct RunRecord;
class Diagnostics;
}  // namespace mesh

namespace mesh::python {

namespace py = pybind11;

void bind_diagnostics(py::module_& m);
void bind_scenario(py::module_& m);
void bind_plan(py::module_& m);
void bind_record(py::module_& m);
void bind_record_input(py::module_& m);
void bind_analysis(py::module_& m);
void bind_arrow(py::module_& m);
void bind_simulation(py::module_& m);
void bind_run(py::module_& m);
void bind_study(py::module_& m);
void bind_builder(py::module_& m);
void bind_verify(py::module_& m);
void bind_export(py::module_& m);

/// Diagnostics as a Python list, sorted as they are shown.
py::list to_list(const Diagnostics& problems);

/// pybind11 holders are not const; nothing that changes a record or a plan is exposed.
template <class T>
std::shared_ptr<T> exposed(std::shared_ptr<const T> value) {
  return std::const_pointer_cast<T>(std::move(value));
}

/// Text that may hold bytes which are no UTF-8 (a YAML file can): those become U+FFFD.
inline py::str text(std::string_view s) {
  PyObject* decoded = PyUnicode_DecodeUTF8(s.data(), static_cast<Py_ssize_t>(s.size()), "replace");
  if (decoded == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(decoded);
}

/// 16 hexadecimal digits: how digests and fingerprints are written everywhere.
std::string hex(std::uint64_t value);
std::uint64_t from_hex(std::string_view digits);

}  // namespace mesh::python
