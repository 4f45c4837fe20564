// Scenarios made in Python: dicts, lists and numbers as the trees that YAML would give.
#include <optional>

#include "bindings/bind.h"
#include "libmesh/spec/builder.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh::python {

namespace {

constexpr int depth_max = 100;

YamlNode node_of(const py::handle& value, const Place& place, int depth = 0) {
  if (depth > depth_max) throw py::value_error("too deeply nested, or a list inside itself");
  YamlNode node;
  if (value.is_none()) {
  } else if (py::isinstance<py::bool_>(value)) {
    node = yaml::boolean(value.cast<bool>());
  } else if (py::isinstance<py::int_>(value)) {
    node = yaml::plain(py::str(value).cast<std::string>());
  } else if (py::isinstance<py::float_>(value)) {
    node = yaml::number(value.cast<double>());
  } else if (py::isinstance<py::str>(value)) {
    node = yaml::text(value.cast<std::string>());
  } else if (py::isinstance<py::dict>(value)) {
    node.kind = YamlNode::Kind::Mapping;
    for (const auto& [key, item] : value.cast<py::dict>()) {
      if (!py::isinstance<py::str>(key)) throw py::type_error("keys must be texts");
      YamlNode name = yaml::text(key.cast<std::string>());
      name.place = place;
      node.entries.emplace_back(std::move(name), node_of(item, place, depth + 1));
    }
  } else if (py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value)) {
    node.kind = YamlNode::Kind::Sequence;
    for (const py::handle item : value) node.items.push_back(node_of(item, place, depth + 1));
  } else {
    throw py::type_error("a scenario holds texts, numbers, dicts and lists, not " +
                         py::repr(value).cast<std::string>());
  }
  node.place = place;
  return node;
}

using Class = py::class_<Builder>;

/// What `kubectl apply` sends.
void bind_objects(Class& builder) {
  builder
      .def(
          "service",
          [](Builder& b, const std::string& name, const std::string& name_space, std::uint32_t port,
             const Place& place) {
            b.service(name, {.name_space = name_space, .port = port, .place = place});
          },
          py::arg("name"), py::arg("namespace"), py::arg("port"), py::arg("place"))
      .def(
          "deployment",
          [](Builder& b, const std::string& name, const std::string& app,
             const std::string& version, const std::string& name_space, std::uint32_t replicas,
             const Place& place) {
            b.deployment(name, {.app = app,
                                .version = version,
                                .name_space = name_space,
                                .replicas = replicas,
                                .place = place});
          },
          py::arg("name"), py::arg("app"), py::arg("version"), py::arg("namespace"),
          py::arg("replicas"), py::arg("place"))
      .def(
          "ingress",
          [](Builder& b, const std::string& service, const std::string& gateway,
             const std::string& host, const Place& place) {
            b.ingress(service, {.gateway = gateway, .host = host, .place = place});
          },
          py::arg("service"), py::arg("gateway"), py::arg("host"), py::arg("place"))
      .def(
          "object",
          [](Builder& b, const py::dict& document, const Place& place) {
            b.object(node_of(document, place));
          },
          py::arg("document"), py::arg("place"))
      .def(
          "include",
          [](Builder& b, const std::string& path, const Place& place) { b.include(path, place); },
          py::arg("path"), py::arg("place"));
}

/// What the Scenario document says.
void bind_words(Class& builder) {
  builder
      .def(
          "behave",
          [](Builder& b, const std::string& workload, const py::dict& words, const Place& place) {
            b.behave(workload, node_of(words, place));
          },
          py::arg("workload"), py::arg("words"), py::arg("place"))
      .def(
          "handler",
          [](Builder& b, const std::string& workload, const py::dict& words, const Place& place) {
            return b.handler(workload, node_of(words, place));
          },
          py::arg("workload"), py::arg("words"), py::arg("place"))
      .def(
          "step",
          [](Builder& b, const std::string& workload, const py::object& handler,
             const py::object& step, const Place& place) {
            std::optional<std::size_t> number;
            if (!handler.is_none()) number = handler.cast<std::size_t>();
            b.step(workload, number, node_of(step, place));
          },
          py::arg("workload"), py::arg("handler"), py::arg("step"), py::arg("place"))
      .def(
          "add",
          [](Builder& b, const std::string& list, const py::dict& item, const Place& place) {
            b.add(list, node_of(item, place));
          },
          py::arg("list"), py::arg("item"), py::arg("place"))
      .def(
          "set",
          [](Builder& b, const std::string& path, const py::object& value, const Place& place) {
            b.set(path, node_of(value, place));
          },
          py::arg("path"), py::arg("value"), py::arg("place"));
}

}  // namespace

void bind_builder(py::module_& m) {
  Class builder(m, "Builder", "Collects the documents of a scenario.");
  builder.def(py::init<std::string>(), py::arg("name"));
  bind_objects(builder);
  bind_words(builder);
  builder.def("build", &Builder::build, "A Scenario; its diagnostics say what is wrong.");
}

}  // namespace mesh::python
