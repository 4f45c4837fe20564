// Questions to a record that are answered in C++: summaries, verdicts, stories.
#include "bindings/bind.h"

namespace mesh::python {

void bind_analysis(py::module_&) {}

}  // namespace mesh::python
