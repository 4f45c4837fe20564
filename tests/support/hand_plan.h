// Plans written by hand: small meshes for engine tests and benchmarks, without any YAML.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libmesh/plan/plan.h"

namespace mesh::testing {

/// A mesh of services that a test fills in; ids are handed out in order of the calls.
class HandPlan {
 public:
  struct Service {
    std::uint32_t pods = 1, workers = 1, queue = unlimited;
    Distribution time = Distribution(Exponential{milliseconds(10)});
    bool sidecar = false;
    std::uint32_t concurrency = 1;
  };

  HandPlan() {
    plan_.scenario = "by hand";
    plan_.distributions.emplace_back();
    plan_.responses.emplace_back();
    plan_.versions.emplace_back();
    plan_.network.same_zone = {.one_way = Duration{}, .jitter = Duration{}};
    plan_.until = Instant{} + seconds(10);
  }

  Plan& plan() { return plan_; }

  std::uint32_t distribution(Distribution law) {
    plan_.distributions.push_back(std::move(law));
    return static_cast<std::uint32_t>(plan_.distributions.size() - 1);
  }

  /// A workload with one service, one request template and one cluster of the same number.
  WorkloadId service(const std::string& name, const Service& spec) {
    const WorkloadId id = workload(name, spec.pods, spec.sidecar, spec.concurrency);
    WorkloadPlan& w = plan_.workloads[id];
    w.workers = spec.workers;
    w.queue = spec.queue;
    handler_[id.value] = plan_.handlers.add({.name = name});
    plan_.handlers[handler_[id.value]].answer = {.time = distribution(spec.time),
                                                 .script = plan_.scripts.add({})};
    plan_.services.add(
        {.host = name + ".default.svc.cluster.local", .name = name, .name_space = "default"});
    const ServiceId service{static_cast<std::uint32_t>(plan_.services.size() - 1)};
    const ClusterId cluster = plan_.clusters.add("outbound|80||" + name);
    ClusterConfig config;
    config.cluster = cluster;
    config.service = service;
    for (std::uint32_t i = 0; i < spec.pods; ++i) {
      config.hosts.push_back({EndpointId{w.first_endpoint.value + i}});
    }
    const ClusterConfigId config_id = plan_.cluster_configs.add(config);
    RoutePlan route;
    route.name = name;
    route.clusters = {{cluster, 1}};
    route.total_weight = 1;
    const RouteId route_id = plan_.routes.add(route);
    const TemplateId request = plan_.templates.add(
        {.method = "GET", .authority = name, .path = "/", .port = 80, .text = "GET " + name + "/"});
    destinations_.push_back({id, cluster, config_id, route_id, request});
    return id;
  }

  /// The client with a sidecar (or gateway) that a load enters by.
  WorkloadId client(const std::string& name, std::uint32_t pods = 1, bool sidecar = false,
                    std::uint32_t concurrency = 1) {
    const WorkloadId id = workload(name, pods, sidecar, concurrency);
    handler_[id.value] = plan_.handlers.add({.name = name});
    plan_.handlers[handler_[id.value]].answer.script = plan_.scripts.add({});
    return id;
  }

  /// The configuration of the cluster that calls to `service` use.
  ClusterConfig& cluster_of(WorkloadId service) {
    return plan_.cluster_configs[destination(service).config];
  }
  RoutePlan& route_of(WorkloadId service) { return plan_.routes[destination(service).route]; }
  TemplateId request_to(WorkloadId service) { return destination(service).request; }

  /// The behaviour of a service, to be changed in place.
  HandlerPlan& handler_of(WorkloadId service) { return plan_.handlers[handler_[service.value]]; }

  /// From the `first`-th to the `last`-th request that a pod receives it answers like this. Rules
  /// of one service are given one after the other.
  void answers(WorkloadId service, std::uint64_t first, std::uint64_t last, AnswerPlan answer) {
    HandlerPlan& handler = handler_of(service);
    if (handler.rules++ == 0) handler.first_rule = static_cast<std::uint32_t>(plan_.rules.size());
    answer.script = handler.answer.script;
    RulePlan rule;
    rule.first_count = static_cast<std::uint32_t>(plan_.counts.size());
    rule.counts = 1;
    rule.answer = answer;
    plan_.counts.push_back({first, last});
    plan_.rules.push_back(rule);
  }

  /// Requests at exactly these milliseconds.
  LoadId requests_at(WorkloadId entry, WorkloadId service, const std::vector<int>& at_ms) {
    LoadPlan load;
    load.name = "fixed";
    load.entry = entry;
    load.requests = {{destination(service).request, 1.0}};
    for (const int ms : at_ms) {
      load.fixed.push_back({Instant{} + milliseconds(ms), destination(service).request});
    }
    return plan_.loads.add(load);
  }

  /// After its own time, `caller` calls `services` one after the other.
  void calls(WorkloadId caller, const std::vector<WorkloadId>& services) {
    ScriptPlan script{static_cast<std::uint32_t>(plan_.steps.size()), 0};
    for (const WorkloadId s : services) {
      const CallId call = plan_.calls.add({.request = destination(s).request});
      plan_.steps.push_back({.kind = StepKind::Call, .call = call});
      ++script.count;
    }
    plan_.handlers[handler_[caller.value]].answer.script = plan_.scripts.add(script);
  }

  LoadId open_load(const std::string& name, WorkloadId entry, WorkloadId service, double rps) {
    LoadPlan load;
    load.name = name;
    load.entry = entry;
    load.requests = {{destination(service).request, 1.0}};
    load.rate = {{Instant{}, seconds(1'000'000), rps, rps}};
    return plan_.loads.add(load);
  }
  LoadId closed_load(const std::string& name, WorkloadId entry, WorkloadId service,
                     std::uint32_t users, Distribution think) {
    LoadPlan load;
    load.name = name;
    load.entry = entry;
    load.requests = {{destination(service).request, 1.0}};
    load.closed = true;
    load.users = users;
    load.think = distribution(std::move(think));
    return plan_.loads.add(load);
  }

  /// Fills the per-workload tables: every proxy can route to every service.
  std::shared_ptr<const Plan> build() {
    ConfigVersion& version = plan_.versions.front();
    version.proxies.resize(plan_.workloads.size());
    for (std::uint32_t w = 0; w < plan_.workloads.size(); ++w) {
      ProxyConfig& proxy = version.proxies[WorkloadId{w}];
      proxy.route_of.resize(plan_.templates.size());
      proxy.cluster_of.resize(plan_.clusters.size());
      for (const Destination& d : destinations_) {
        proxy.route_of[d.request] = {d.route, d.request};
        proxy.cluster_of[d.cluster] = d.config;
      }
      plan_.workloads[WorkloadId{w}].handler_of =
          IdVector<TemplateId, HandlerId>(plan_.templates.size(), handler_[w]);
    }
    return std::make_shared<const Plan>(plan_);
  }

 private:
  struct Destination {
    WorkloadId workload;
    ClusterId cluster;
    ClusterConfigId config;
    RouteId route;
    TemplateId request;
  };

  const Destination& destination(WorkloadId service) const {
    for (const Destination& d : destinations_) {
      if (d.workload == service) return d;
    }
    return destinations_.front();
  }

  WorkloadId workload(const std::string& name, std::uint32_t pods, bool sidecar,
                      std::uint32_t concurrency) {
    WorkloadPlan w;
    w.name = name;
    w.name_space = "default";
    w.first_endpoint = EndpointId{static_cast<std::uint32_t>(plan_.endpoints.size())};
    w.reserved = w.replicas = pods;
    w.has_sidecar = w.receives_through_sidecar = sidecar;
    w.concurrency = concurrency;
    const WorkloadId id = plan_.workloads.add(w);
    for (std::uint32_t i = 0; i < pods; ++i) {
      plan_.endpoints.add({name + "-" + std::to_string(i), id});
    }
    handler_.resize(plan_.workloads.size());
    return id;
  }

  Plan plan_;
  std::vector<HandlerId> handler_;  // by workload
  std::vector<Destination> destinations_;
};

}  // namespace mesh::testing
