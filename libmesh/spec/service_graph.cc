// Isotope's graphs of services as the objects and behaviours that they are.
#include "libmesh/spec/service_graph.h"

#include <algorithm>
#include <charconv>

#include "libmesh/spec/object_table.h"
#include "libmesh/spec/scenario_tables.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh {
namespace {

constexpr std::uint32_t service_port = 8080;  // isotope/convert/pkg/consts/consts.go

struct GraphService {
  std::string name;
  bool grpc = false;
  std::uint32_t replicas = 1;
  double error_rate = 0;
  std::uint64_t response_bytes = 0;
  Script script;
  Place place;
};
/// What services and calls leave out; `services` are read when it is known.
struct Graph {
  GraphService defaults;
  std::uint64_t request_bytes = 0;
  std::vector<GraphService> services;
  Metadata metadata;
};
/// A call whose size may be left out.
struct GraphCall {
  std::string service;
  std::optional<std::uint64_t> bytes;
};

/// "1 KB", "10k", "16mb" or a number; k is 1024 (units.RAMInBytes of docker/go-units).
Reader<std::uint64_t> byte_size() {
  return custom<std::uint64_t>(
      {.kind = Shape::Kind::IntOrText},
      [](const YamlNode& node, const Reading& at, std::uint64_t& out) {
        const std::string& text = node.scalar;
        const char* const end = text.data() + text.size();
        double number = 0;
        const auto read = std::from_chars(text.data(), end, number);
        std::string unit;
        for (const char* c = read.ptr; c != end; ++c) {
          if (*c != ' ') unit += static_cast<char>(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
        }
        std::size_t power = 0;
        if (!unit.empty() && unit != "b") {
          power = std::string("kmgt").find(unit.front());
          const std::string rest = unit.substr(1);
          power = (rest.empty() || rest == "b" || rest == "ib") ? power + 1 : 0;
        }
        const bool known = unit.empty() || unit == "b" || (power >= 1 && power <= 4);
        if (node.kind != YamlNode::Kind::Scalar || read.ec != std::errc{} || !known) {
          at.error(code::malformed_value, node, "\"" + text + "\" is no size",
                   "write 128, 10k or 16 KB");
          return false;
        }
        for (; power > 0; --power) number *= 1024;
        if (!(number >= 0 && number <= 1024.0 * 1024 * 1024)) {
          at.error(code::out_of_range, node, "must be at most 1 GB, got " + text);
          return false;
        }
        out = static_cast<std::uint64_t>(number);
        return true;
      });
}

const Table<GraphCall>& call_table() {
  static const Table<GraphCall> table(
      "GraphCall", "A request to another service of the graph.",
      {
          required("service", &GraphCall::service, text(), "Its name."),
          simulated("size", &GraphCall::bytes, byte_size(), "defaults.requestSize",
                    "Bytes of the request's body."),
          simulated("payloadSize", &GraphCall::bytes, byte_size(), "", "An older name of size."),
      });
  return table;
}

Reader<GraphCall> graph_call() {
  const Reader<GraphCall> fields = object(call_table);
  return custom<GraphCall>(
      {.kind = Shape::Kind::OneOf, .of = {{.kind = Shape::Kind::Text}, fields.shape}},
      [fields](const YamlNode& node, const Reading& at, GraphCall& out) {
        if (node.kind != YamlNode::Kind::Scalar) return fields.read(node, at, out);
        return text().read(node, at, out.service);
      });
}

/// A call keeps its size in `body_bytes`, and `no_size` where it is the default's.
constexpr std::uint64_t no_size = ~std::uint64_t{0};

const Table<std::optional<Step>>& command_table() {
  using Out = std::optional<Step>;
  static const Table<Out> table(
      "GraphCommand", "What a service does to answer: one of the keys.",
      {
          simulated_whole<Out>(
              "sleep", distribution().shape,
              [](const YamlNode& node, const Reading& at, Out& out) {
                SleepStep sleep;
                if (distribution().read(node, at, sleep.time)) out = sleep;
              },
              "", "Pauses: 100ms, or a law as elsewhere."),
          simulated_whole<Out>(
              "call", graph_call().shape,
              [](const YamlNode& node, const Reading& at, Out& out) {
                GraphCall read;
                if (!graph_call().read(node, at, read)) return;
                CallStep call;
                call.service = read.service;
                call.request.body_bytes = read.bytes.value_or(no_size);
                call.place = node.place;
                out = call;
              },
              "", "Asks another service: its name, or {service: a, size: 10K}."),
      },
      [](const YamlNode& node, const Reading& at, Out&) {
        if (node.entries.size() != 1) at.error(code::invalid_step, node, "a command has one key");
      });
  return table;
}

Reader<Script> graph_script() {
  const Shape command = object(command_table).shape;
  const Shape item{.kind = Shape::Kind::OneOf,
                   .of = {command, {.kind = Shape::Kind::List, .of = {command}}}};
  return custom<Script>({.kind = Shape::Kind::List, .of = {item}},
                        [](const YamlNode& node, const Reading& at, Script& out) {
                          if (node.kind != YamlNode::Kind::Sequence) {
                            at.wrong_type(node, "a list of commands");
                            return false;
                          }
                          out.clear();
                          for (std::size_t i = 0; i < node.items.size(); ++i) {
                            const YamlNode& item = node.items[i];
                            const bool several = item.kind == YamlNode::Kind::Sequence;
                            std::vector<Script> branches;
                            for (std::size_t k = 0; k < (several ? item.items.size() : 1); ++k) {
                              std::optional<Step> step;
                              const Reading here = several ? at.item(i).item(k) : at.item(i);
                              command_table().read(several ? item.items[k] : item, here, step);
                              if (step) branches.push_back({std::move(*step)});
                            }
                            if (branches.empty()) continue;
                            if (several) {
                              out.push_back(ParallelStep{.branches = std::move(branches)});
                            } else {
                              out.push_back(std::move(branches.front().front()));
                            }
                          }
                          return true;
                        });
}

/// Rows of what may be said of all services as well as of one.
template <class T, class Get>
std::vector<Field<T>> setting_rows(Get get) {
  const auto member = [get](auto which) {
    return [get, which](T& whole) -> auto& { return get(whole).*which; };
  };
  return {
      simulated("type", member(&GraphService::grpc),
                one_of<bool>({{"http", false}, {"grpc", true}}), "http", "Protocol."),
      simulated("numReplicas", member(&GraphService::replicas), integer<std::uint32_t>(0, 100'000),
                "1", "Pods."),
      simulated("errorRate", member(&GraphService::error_rate), share(), "0%",
                "Share of requests that are answered with 500 at once."),
      simulated("responseSize", member(&GraphService::response_bytes), byte_size(), "0",
                "Bytes of the answers."),
      simulated("script", member(&GraphService::script), graph_script(), "[]",
                "Commands one after the other; those of a nested list at the same time."),
      no_effect("numRbacPolicies", any(), "Policies that are made for a benchmark."),
  };
}

const Table<Graph>& defaults_table() {
  static const Table<Graph> table(
      "GraphDefaults", "What services and calls leave out.",
      joined_rows<Graph>(setting_rows<Graph>([](Graph& g) -> GraphService& { return g.defaults; }),
                         {simulated("requestSize", &Graph::request_bytes, byte_size(), "0",
                                    "Bytes of the body of calls.")}));
  return table;
}

const Table<GraphService>& graph_service_table() {
  static const Table<GraphService> table(
      "GraphService", "One service of the graph.",
      joined_rows<GraphService>(
          {required("name", &GraphService::name, dns_label("a service's name"), "Its name."),
           no_effect("isEntrypoint", boolean(), "Where the load comes in: say so under load.")},
          setting_rows<GraphService>([](GraphService& s) -> GraphService& { return s; })));
  return table;
}

/// Services take what they leave out from the defaults, wherever these stand.
void read_services(const YamlNode& document, const Reading& at, Graph& graph) {
  const YamlNode* list = document.find("services");
  if (list == nullptr || list->kind != YamlNode::Kind::Sequence) return;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    GraphService service = graph.defaults;
    if (!graph_service_table().read(list->items[i], at.field("services").item(i), service)) {
      continue;
    }
    const bool twice = std::any_of(graph.services.begin(), graph.services.end(),
                                   [&](const GraphService& s) { return s.name == service.name; });
    if (twice) {
      at.field("services")
          .item(i)
          .error(code::duplicate_name, list->items[i], "\"" + service.name + "\" stands twice");
    } else if (!service.name.empty()) {
      graph.services.push_back(std::move(service));
    }
  }
}

YamlNode labels_of(const std::string& name) {
  return yaml::Map().add("name", yaml::text(name)).take();
}

/// Source: isotope/convert/pkg/kubernetes/kubernetes.go (makeService, makeDeployment).
void add_objects(const Graph& graph, const GraphService& service, std::vector<YamlNode>& out) {
  using yaml::Map;
  const std::string& space = graph.metadata.name_space;
  Map port, spec;
  port.add("name", yaml::text(service.grpc ? "grpc-web" : "http-web"));
  port.add("port", yaml::integer(service_port));
  spec.add("ports", yaml::list({port.take()})).add("selector", labels_of(service.name));
  out.push_back(yaml::object("v1", "Service", service.name, space, spec.take()));
  out.back().place = service.place;
  Map container, pod, part, deployment;
  container.add("name", yaml::text("mock-service")).add("image", yaml::text("isotope"));
  pod.add("containers", yaml::list({container.take()}));
  part.add("metadata", Map().add("labels", labels_of(service.name)).take());
  part.add("spec", pod.take());
  deployment.add("replicas", yaml::integer(service.replicas));
  deployment.add("selector", Map().add("matchLabels", labels_of(service.name)).take());
  deployment.add("template", part.take());
  out.push_back(yaml::object("apps/v1", "Deployment", service.name, space, deployment.take()));
  out.back().place = service.place;
}

void complete(const Graph& graph, Script& script) {
  for (Step& step : script) {
    if (auto* parallel = std::get_if<ParallelStep>(&step)) {
      for (Script& branch : parallel->branches) complete(graph, branch);
    }
    auto* call = std::get_if<CallStep>(&step);
    if (call == nullptr) continue;
    if (call->request.body_bytes == no_size) call->request.body_bytes = graph.request_bytes;
    const auto callee =
        std::find_if(graph.services.begin(), graph.services.end(),
                     [&](const GraphService& s) { return s.name == call->service; });
    if (callee == graph.services.end() || !callee->grpc) continue;
    call->request.method = "POST";
    call->request.headers = {{"content-type", "application/grpc"}};
  }
}

/// A Go server: as many requests at a time as come, no work but the script, errors before it
/// (isotope/service/pkg/srv/handler.go).
WorkloadBehaviour behaviour_of(const Graph& graph, const GraphService& service,
                               std::uint64_t number) {
  WorkloadBehaviour behaviour;
  const std::string& space = graph.metadata.name_space;
  behaviour.workload = service.name + (space == "default" ? "" : "." + space);
  behaviour.workers = 0;
  behaviour.script = service.script;
  complete(graph, *behaviour.script);
  behaviour.response_bytes = service.response_bytes;
  behaviour.place = service.place;
  if (service.error_rate <= 0) return behaviour;
  RuleSpec fails;
  fails.when.chance = service.error_rate;
  fails.when.chance_seed = number;
  fails.then.script = Script{};
  fails.then.status = 500;
  fails.place = service.place;
  behaviour.rules.push_back(std::move(fails));
  return behaviour;
}

}  // namespace

const Table<ServiceGraphDocument>& service_graph_table() {
  using Document = ServiceGraphDocument;
  static const Table<Document> table(
      "MockServiceGraph", "Isotope's graph of services; kind and apiVersion may be missing.",
      {
          no_effect("apiVersion", text(), "v1alpha1."),
          no_effect("kind", text(), "MockServiceGraph."),
          no_effect("metadata", object(metadata_table), "Its namespace is that of the services."),
          simulated("defaults", Anything{}, checked(object(defaults_table)), "",
                    "What services and calls leave out."),
          simulated("services", Anything{}, checked(list(object(graph_service_table))), "",
                    "The services.")
              .as_required(),
      });
  return table;
}

bool is_service_graph(const YamlNode& document) {
  if (document.kind != YamlNode::Kind::Mapping) return false;
  const YamlNode* kind = document.find("kind");
  if (kind != nullptr) return kind->scalar == "MockServiceGraph";
  const YamlNode* services = document.find("services");
  return document.find("apiVersion") == nullptr && services != nullptr &&
         services->kind == YamlNode::Kind::Sequence;
}

std::vector<YamlNode> without_service_graphs(const std::vector<YamlNode>& documents,
                                             std::vector<WorkloadBehaviour>& behaviours,
                                             Diagnostics& problems) {
  std::vector<YamlNode> objects;
  for (const YamlNode& document : documents) {
    if (!is_service_graph(document)) {
      objects.push_back(document);
      continue;
    }
    const Reading at("MockServiceGraph", problems);
    ServiceGraphDocument checked_only;
    service_graph_table().read(document, at, checked_only);
    // Everything has been checked above: what is read again says nothing again.
    Diagnostics said;
    const Reading again("MockServiceGraph", said);
    Graph graph;
    if (const YamlNode* defaults = document.find("defaults")) {
      defaults_table().read(*defaults, again, graph);
    }
    if (const YamlNode* metadata = document.find("metadata")) {
      metadata_table().read(*metadata, again, graph.metadata);
    }
    read_services(document, again, graph);
    for (const Diagnostic& problem : said.items()) {
      if (problem.code == code::duplicate_name.id) problems.add(problem);
    }
    for (const GraphService& service : graph.services) {
      add_objects(graph, service, objects);
      WorkloadBehaviour made = behaviour_of(graph, service, behaviours.size());
      const bool stands =
          std::any_of(behaviours.begin(), behaviours.end(),
                      [&](const WorkloadBehaviour& b) { return b.workload == made.workload; });
      if (!stands) behaviours.push_back(std::move(made));
    }
  }
  return objects;
}

}  // namespace mesh
