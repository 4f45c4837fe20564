// Python's view of a Scenario: loading, overriding, applying, printing.
#include "bindings/bind.h"
#include "libmesh/plan/compile.h"
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario.h"

namespace mesh::python {

namespace {

std::vector<std::string> strings(const py::iterable& items) {
  std::vector<std::string> out;
  for (const py::handle item : items) out.push_back(item.cast<std::string>());
  return out;
}

Scenario overridden(const Scenario& scenario, const py::iterable& pairs) {
  std::vector<Override> overrides;
  for (const py::handle item : pairs) {
    const auto pair = item.cast<py::sequence>();
    overrides.push_back({pair[0].cast<std::string>(), pair[1].cast<std::string>()});
  }
  const py::gil_scoped_release release;
  return with_overrides(scenario, overrides);
}

/// Documents of `text` on top; what is wrong with the text itself joins the diagnostics.
Scenario applied(const Scenario& scenario, const std::string& yaml, const std::string& file) {
  Diagnostics problems;
  const std::vector<YamlNode> documents = parse_yaml(yaml, file, problems);
  Scenario out = with_applied(scenario, documents);
  out.diagnostics.append(problems);
  return out;
}

py::list loads_of(const Scenario& s) {
  py::list out;
  for (const LoadSpec& load : s.loads) out.append(text(load.name));
  return out;
}

py::object optional_ns(const std::optional<Duration>& d) {
  return d ? py::object(py::int_(d->ns)) : py::none();
}

std::string yaml_of(const std::vector<YamlNode>& documents) {
  std::string out;
  for (const YamlNode& document : documents) {
    if (!out.empty()) out += "---\n";
    out += to_yaml(document);
    if (!out.empty() && out.back() != '\n') out += '\n';
  }
  return out;
}

py::tuple compiled(const Scenario& scenario) {
  CompileResult result;
  {
    const py::gil_scoped_release release;
    result = compile(scenario);
  }
  return py::make_tuple(exposed(result.plan), to_list(result.problems));
}

}  // namespace

void bind_scenario(py::module_& m) {
  using release = py::call_guard<py::gil_scoped_release>;
  py::class_<Scenario>(m, "Scenario", "Everything the user asked for, as a value.")
      .def_property_readonly("name", [](const Scenario& s) { return text(s.name); })
      .def_property_readonly("file", [](const Scenario& s) { return text(s.file); })
      .def_property_readonly("diagnostics",
                             [](const Scenario& s) { return to_list(s.diagnostics); })
      .def_property_readonly("loads", &loads_of)
      .def_property_readonly("until_ns", [](const Scenario& s) { return optional_ns(s.run.until); })
      .def_property_readonly("seed", [](const Scenario& s) { return s.run.seed; })
      .def_property_readonly("replications", [](const Scenario& s) { return s.run.replications; })
      .def("with_overrides", &overridden, py::arg("pairs"),
           "The scenario with (path, YAML value) pairs changed.")
      .def("with_applied", &applied, py::arg("yaml"), py::arg("file"),
           "The scenario with the documents of a YAML text on top, as `kubectl apply` would.")
      .def("compile", &compiled, "(plan or None, diagnostics)")
      .def("effective_yaml", [](const Scenario& s) { return text(effective_yaml(s)); })
      .def("documents_yaml", [](const Scenario& s) { return text(yaml_of(s.documents)); })
      .def("digest", [](const Scenario& s) { return hex(config_digest(s)); })
      .def(
          "__eq__", [](const Scenario& a, const Scenario& b) { return a == b; }, py::is_operator());

  m.def("load_scenario", py::overload_cast<const std::string&>(&load_scenario), py::arg("path"),
        release());
  m.def(
      "load_parts",
      [](const py::iterable& resources, const std::string& scenario) {
        const std::vector<std::string> paths = strings(resources);
        const py::gil_scoped_release released;
        return load_scenario(paths, scenario);
      },
      py::arg("resources"), py::arg("scenario"));
  m.def(
      "parse_scenario",
      [](const std::string& yaml, const std::string& file) { return parse_scenario(yaml, file); },
      py::arg("text"), py::arg("file"), release());
  m.def("scenario_json_schema", [] { return text(scenario_json_schema()); });
  m.def("field_coverage", [] { return text(field_coverage()); });
  m.def(
      "parse_duration_ns", [](const std::string& s) { return optional_ns(parse_duration(s)); },
      py::arg("text"), "Nanoseconds of '1h10m', or None when it is no duration.");
  m.def(
      "duration_text", [](std::int64_t ns) { return to_string(Duration{ns}); }, py::arg("ns"));
}

}  // namespace mesh::python
