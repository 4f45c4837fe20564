// Makes a scenario in code: trees that grow word by word.
#include "libmesh/spec/builder.h"

#include <algorithm>
#include <utility>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/spec/scenario_parts.h"
#include "libmesh/spec/yaml_build.h"
#include "libmesh/spec/yaml_mapping.h"

namespace mesh {

namespace {

using Kind = YamlNode::Kind;
using yaml::Map;

/// The value of a key, made if it is not there.
YamlNode& entry(YamlNode& mapping, std::string_view key, const Place& place) {
  if (mapping.kind != Kind::Mapping) {
    mapping = YamlNode{};
    mapping.kind = Kind::Mapping;
    mapping.place = place;
  }
  if (YamlNode* found = mapping.find(key)) return *found;
  YamlNode name = yaml::text(std::string(key));
  name.place = place;
  mapping.entries.emplace_back(std::move(name), YamlNode{});
  mapping.entries.back().second.place = place;
  return mapping.entries.back().second;
}

void append(YamlNode& list, YamlNode item) {
  if (list.kind != Kind::Sequence) {
    list.kind = Kind::Sequence;
    list.place = item.place;
  }
  list.items.push_back(std::move(item));
}

/// All nodes of what was made here were written where the caller stands.
YamlNode placed(YamlNode node, const Place& place) {
  node.place = place;
  for (YamlNode& item : node.items) item = placed(std::move(item), place);
  for (auto& [key, value] : node.entries) {
    key.place = place;
    value = placed(std::move(value), place);
  }
  return node;
}

YamlNode one(YamlNode item) {
  return yaml::list({std::move(item)});
}

YamlNode labels(const std::string& app, const std::string& version) {
  Map map;
  map.add("app", yaml::text(app));
  if (!version.empty()) map.add("version", yaml::text(version));
  return map.take();
}

}  // namespace

Builder::Builder(const std::string& name) {
  Map spec;
  document_ = yaml::object("meshsim.dev/v1alpha1", "Scenario", name, "", spec.take());
}

Builder& Builder::service(const std::string& name, const Service& service) {
  Map port, spec;
  port.add("name", yaml::text("http")).add("port", yaml::integer(service.port));
  spec.add("selector", labels(name, "")).add("ports", one(port.take()));
  const YamlNode document = yaml::object("v1", "Service", name, service.name_space, spec.take());
  return object(placed(document, service.place));
}

Builder& Builder::deployment(const std::string& name, const Deployment& deployment) {
  const std::string app = deployment.app.empty() ? name : deployment.app;
  const auto selected = [&] { return labels(app, deployment.version); };
  Map container, pods, about, spec;
  container.add("name", yaml::text(app)).add("image", yaml::text("example.com/" + app));
  pods.add("containers", one(container.take()));
  about.add("metadata", Map().add("labels", selected()).take()).add("spec", pods.take());
  spec.add("replicas", yaml::integer(deployment.replicas));
  spec.add("selector", Map().add("matchLabels", selected()).take()).add("template", about.take());
  const YamlNode document =
      yaml::object("apps/v1", "Deployment", name, deployment.name_space, spec.take());
  return object(placed(document, deployment.place));
}

Builder& Builder::ingress(const std::string& service, const Ingress& ingress) {
  Map port, server, gateway, destination, route, spec;
  port.add("number", yaml::integer(80)).add("name", yaml::text("http"));
  port.add("protocol", yaml::text("HTTP"));
  server.add("port", port.take()).add("hosts", one(yaml::text("*")));
  gateway.add("selector", Map().add("istio", yaml::text("ingressgateway")).take());
  gateway.add("servers", one(server.take()));
  object(
      placed(yaml::object("networking.istio.io/v1", "Gateway", ingress.gateway, "", gateway.take()),
             ingress.place));
  destination.add("host", yaml::text(service));
  route.add("route", one(Map().add("destination", destination.take()).take()));
  const std::string host = ingress.host.empty() ? service + ".example" : ingress.host;
  spec.add("hosts", one(yaml::text(host))).add("gateways", one(yaml::text(ingress.gateway)));
  spec.add("http", one(route.take()));
  const std::string name = ingress.gateway + "-" + service.substr(0, service.find('.'));
  return object(
      placed(yaml::object("networking.istio.io/v1", "VirtualService", name, "", spec.take()),
             ingress.place));
}

Builder& Builder::object(YamlNode document) {
  objects_ = merged_objects(std::move(objects_), {std::move(document)});
  return *this;
}

Builder& Builder::include(const std::string& path, const Place& place) {
  const std::vector<std::string> files = expand_path(path);
  if (files.empty()) {
    unreadable_.add(yaml_problem(code::unreadable_file, place, path + " does not exist",
                                 "give a file, a folder or a pattern"));
  }
  for (const std::string& file : files) {
    for (YamlNode& document : read_yaml_file(file, unreadable_)) {
      if (!is_scenario(document)) append_objects(std::move(document), objects_);
    }
  }
  return *this;
}

YamlNode& Builder::workload(const std::string& name, const Place& place) {
  YamlNode& spec = entry(document_, "spec", place);
  YamlNode& node = entry(entry(entry(spec, "behaviour", place), "workloads", place), name, place);
  if (node.kind == Kind::Null) node.kind = Kind::Mapping;
  return node;
}

Builder& Builder::behave(const std::string& name, const YamlNode& words) {
  YamlNode& node = workload(name, words.place);
  for (const auto& [key, value] : words.entries) entry(node, key.scalar, key.place) = value;
  return *this;
}

std::size_t Builder::handler(const std::string& name, YamlNode words) {
  YamlNode& list = entry(workload(name, words.place), "handlers", words.place);
  append(list, std::move(words));
  return list.items.size() - 1;
}

Builder& Builder::step(const std::string& name, std::optional<std::size_t> handler, YamlNode step) {
  YamlNode& node = workload(name, step.place);
  YamlNode& owner = handler ? entry(node, "handlers", step.place).items.at(*handler) : node;
  YamlNode& script = entry(owner, "script", step.place);
  append(script, std::move(step));
  return *this;
}

Builder& Builder::add(std::string_view list, YamlNode item) {
  YamlNode& items = entry(entry(document_, "spec", item.place), list, item.place);
  append(items, std::move(item));
  return *this;
}

Builder& Builder::set(std::string_view path, YamlNode value) {
  YamlNode* node = &entry(document_, "spec", value.place);
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = &entry(*node, path.substr(0, dot), value.place);
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  *node = std::move(value);
  return *this;
}

Scenario Builder::build() const {
  return assemble(document_, objects_, "", unreadable_);
}

}  // namespace mesh
