// NumPy columns as an Arrow stream capsule that pyarrow, polars and duckdb read without copying.
#include <pybind11/numpy.h>

#include <stdexcept>

#include "bindings/arrow_stream.h"
#include "bindings/bind.h"

namespace mesh::python {

namespace {

/// Keeps a Python object alive from C++; whoever lets go last takes the GIL for it.
std::shared_ptr<const void> keep(py::object object) {
  return {object.release().ptr(), [](const void* held) {
            if (Py_IsInitialized() == 0) return;
            const py::gil_scoped_acquire gil;
            Py_DECREF(static_cast<PyObject*>(const_cast<void*>(held)));
          }};
}

/// Arrow's format letter for a NumPy number type.
std::string format_of(const py::dtype& type) {
  const char kind = type.kind();
  const auto size = type.itemsize();
  if (kind == 'f' && size == 8) return "g";
  if (kind == 'f' && size == 4) return "f";
  const std::string letters = kind == 'i' ? "cs?i???l" : kind == 'u' ? "CS?I???L" : "";
  const char letter = size >= 1 && size <= static_cast<py::ssize_t>(letters.size())
                          ? letters[static_cast<std::size_t>(size - 1)]
                          : '?';
  if (letter == '?') throw std::invalid_argument("Arrow columns are integers or floats");
  return {letter};
}

/// Marks the rows that hold `missing` as null.
void mark_nulls(const py::array_t<std::uint32_t>& codes, std::uint32_t missing, ArrowColumn& out) {
  const auto length = static_cast<std::size_t>(codes.size());
  const std::uint32_t* values = codes.data();
  out.validity.assign((length + 7) / 8, 0);
  for (std::size_t i = 0; i < length; ++i) {
    if (values[i] == missing) {
      ++out.null_count;
    } else {
      out.validity[i / 8] = static_cast<std::uint8_t>(out.validity[i / 8] | 1u << (i % 8));
    }
  }
}

/// (name, values, categories or None): with categories the values are their indices, and the
/// largest uint32 means missing.
ArrowColumn column_from(const py::sequence& item) {
  ArrowColumn out;
  out.name = item[0].cast<std::string>();
  const auto values = py::array::ensure(item[1], py::array::c_style);
  if (!values || values.ndim() != 1) throw std::invalid_argument("a column has one dimension");
  out.format = format_of(values.dtype());
  out.data = values.data();
  if (!item[2].is_none()) {
    auto strings = std::make_shared<ArrowStrings>();
    for (const py::handle category : item[2]) strings->add(category.cast<std::string>());
    out.dictionary = std::move(strings);
    mark_nulls(values.cast<py::array_t<std::uint32_t>>(), 0xffffffffu, out);
  }
  out.owner = keep(values);
  return out;
}

void release_capsule(PyObject* capsule) {
  auto* stream =
      static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
  if (stream == nullptr) return;
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

py::object arrow_stream(const py::iterable& columns) {
  auto table = std::make_shared<ArrowTable>();
  for (const py::handle item : columns) {
    const auto parts = item.cast<py::sequence>();
    const auto length = static_cast<std::int64_t>(py::len(parts[1]));
    if (!table->columns.empty() && length != table->length) {
      throw std::invalid_argument("columns differ in length");
    }
    table->length = length;
    table->columns.push_back(column_from(parts));
  }
  auto stream = std::make_unique<ArrowArrayStream>();
  export_stream(std::move(table), stream.get());
  PyObject* capsule = PyCapsule_New(stream.get(), "arrow_array_stream", &release_capsule);
  if (capsule == nullptr) throw py::error_already_set();
  stream.release();
  return py::reinterpret_steal<py::object>(capsule);
}

}  // namespace

void bind_arrow(py::module_& m) {
  m.def("arrow_stream", &arrow_stream, py::arg("columns"),
        "A capsule of Arrow's C stream interface over (name, values, categories or None).");
}

}  // namespace mesh::python
