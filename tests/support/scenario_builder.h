// Scenarios written by hand: a few lines per service, any rule as a struct, without any YAML.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libmesh/spec/scenario.h"

namespace mesh::testing {

/// Each object gets its own line of "test.yaml", so that diagnostics can be told apart.
class ScenarioBuilder {
 public:
  ScenarioBuilder() {
    scenario_.name = "by hand";
    scenario_.file = "test.yaml";
    scenario_.run.until = seconds(60);
  }

  /// A Service that selects app: name in "default" (or "name.namespace"), on one HTTP port.
  ScenarioBuilder& service(const std::string& name, std::uint32_t port = 80,
                           const std::string& port_name = "http") {
    k8s::Service service;
    service.metadata = metadata(name);
    service.selector = {{"app", service.metadata.name}};
    service.ports.push_back({port_name, port, "", "TCP", "", next_place()});
    service.place = next_place();
    scenario_.resources.services.push_back(std::move(service));
    return *this;
  }
  /// A Deployment "app-version" with labels app and version; without version just "app".
  ScenarioBuilder& deployment(const std::string& app, const std::string& version = "",
                              std::uint32_t replicas = 1) {
    const Metadata meta = metadata(app);
    k8s::Workload workload;
    workload.metadata = meta;
    workload.pod_labels = {{"app", meta.name}};
    if (!version.empty()) {
      workload.metadata.name += "-" + version;
      workload.pod_labels["version"] = version;
    }
    workload.match_labels = workload.pod_labels;
    workload.replicas = replicas;
    workload.place = next_place();
    scenario_.resources.workloads.push_back(std::move(workload));
    return *this;
  }

  /// How a workload behaves; change the returned object at will.
  WorkloadBehaviour& behaviour(const std::string& workload, Distribution time = {}) {
    WorkloadBehaviour behaviour;
    behaviour.workload = workload;
    behaviour.time = std::move(time);
    behaviour.place = next_place();
    scenario_.behaviour.push_back(std::move(behaviour));
    return scenario_.behaviour.back();
  }
  /// A workload that works for `time`, then calls services one after the other.
  ScenarioBuilder& calls(const std::string& workload, const std::vector<std::string>& services,
                         Distribution time = {}) {
    Script script;
    for (const std::string& service : services) script.push_back(call(service));
    behaviour(workload, std::move(time)).script = std::move(script);
    return *this;
  }
  CallStep call(const std::string& service, const std::string& path = "/") {
    CallStep step;
    step.service = service;
    step.request.path = path;
    step.place = next_place();
    return step;
  }

  LoadSpec& load(const std::string& service, double rps = 100) {
    LoadSpec load;
    load.name = scenario_.loads.empty() ? "load" : "load" + std::to_string(scenario_.loads.size());
    load.service = service;
    load.open = OpenLoad{.rate = {{Duration{0}, rps, false}}};
    load.requests.push_back({});
    load.place = next_place();
    scenario_.loads.push_back(std::move(load));
    return scenario_.loads.back();
  }
  LoadSpec& gateway_load(const std::string& gateway, const std::string& host = "",
                         const std::string& path = "/") {
    LoadSpec& spec = load("");
    spec.gateway = gateway;
    spec.requests.back().request.authority = host;
    spec.requests.back().request.path = path;
    return spec;
  }

  istio::VirtualService& virtual_service(const std::string& name, std::vector<std::string> hosts) {
    istio::VirtualService rule;
    rule.metadata = metadata(name);
    rule.hosts = std::move(hosts);
    rule.place = next_place();
    scenario_.resources.virtual_services.push_back(std::move(rule));
    return scenario_.resources.virtual_services.back();
  }
  istio::DestinationRule& destination_rule(const std::string& name, const std::string& host) {
    istio::DestinationRule rule;
    rule.metadata = metadata(name);
    rule.host = host;
    rule.place = next_place();
    scenario_.resources.destination_rules.push_back(std::move(rule));
    return scenario_.resources.destination_rules.back();
  }
  istio::Gateway& gateway(const std::string& name, std::vector<std::string> hosts = {"*"},
                          std::uint32_t port = 80) {
    istio::Gateway gateway;
    gateway.metadata = metadata(name);
    gateway.selector = {{"istio", "ingressgateway"}};
    istio::Server server;
    server.port = port;
    server.port_name = "http";
    server.protocol = "HTTP";
    server.hosts = std::move(hosts);
    gateway.servers.push_back(std::move(server));
    gateway.place = next_place();
    scenario_.resources.gateways.push_back(std::move(gateway));
    return scenario_.resources.gateways.back();
  }

  /// A rule without match that sends everything to one place.
  istio::HttpRoute to(const std::string& host, const std::string& subset = "",
                      std::uint32_t port = 0) {
    istio::HttpRoute http;
    http.route.push_back(destination(host, subset, 1, port));
    http.place = next_place();
    return http;
  }
  istio::RouteDestination destination(const std::string& host, const std::string& subset,
                                      std::uint32_t weight, std::uint32_t port = 0) {
    istio::RouteDestination entry;
    entry.destination = {host, subset, port, next_place()};
    entry.weight = weight;
    entry.weight_set = true;
    return entry;
  }
  istio::Subset subset(const std::string& version) {
    istio::Subset subset;
    subset.name = version;
    subset.labels = {{"version", version}};
    subset.place = next_place();
    return subset;
  }

  Scenario& scenario() { return scenario_; }
  Place next_place() { return {"test.yaml", ++line_, 1}; }

 private:
  static Metadata metadata(const std::string& name) {
    Metadata meta;
    const std::size_t dot = name.find('.');
    meta.name = name.substr(0, dot);
    if (dot != std::string::npos) meta.name_space = name.substr(dot + 1);
    return meta;
  }

  Scenario scenario_;
  std::uint32_t line_ = 0;
};

inline istio::StringMatch exact(std::string text) {
  return {istio::StringMatch::Kind::Exact, std::move(text)};
}
inline istio::StringMatch prefix(std::string text) {
  return {istio::StringMatch::Kind::Prefix, std::move(text)};
}
inline istio::StringMatch regex(std::string text) {
  return {istio::StringMatch::Kind::Regex, std::move(text)};
}

/// One service of `replicas` pods with `workers` each, exponential service, Poisson arrivals; no
/// sidecar costs anything, so that queueing theory can be compared.
inline Scenario make_mmc(double arrivals_per_s, Duration mean_service, std::uint32_t workers,
                         std::uint32_t replicas = 1) {
  ScenarioBuilder builder;
  builder.service("server").deployment("server", "", replicas);
  WorkloadBehaviour& behaviour =
      builder.behaviour("server", Distribution(Exponential{mean_service}));
  behaviour.workers = workers;
  behaviour.queue = 0xffffffffu;
  builder.load("server", arrivals_per_s);
  Scenario scenario = builder.scenario();
  scenario.platform.sidecar_cost = Distribution();
  scenario.platform.same_zone = scenario.platform.cross_zone = {};
  return scenario;
}
inline Scenario make_mm1(double arrivals_per_s, Duration mean_service) {
  return make_mmc(arrivals_per_s, mean_service, 1);
}

}  // namespace mesh::testing
