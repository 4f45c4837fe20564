// The scenario with every default visible, its digest, its schema.
#include "libmesh/spec/effective.h"

#include "libmesh/base/hash.h"
#include "libmesh/spec/json_schema.h"
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"
#include "libmesh/spec/yaml_build.h"
#include "libmesh/spec/yaml_scalar.h"

namespace mesh {
namespace {

using yaml::Map;

// ---- Load ---------------------------------------------------------------------------------------

YamlNode request_node(const WeightedRequest& request) {
  Map map;
  if (!request.name.empty()) map.add("name", yaml::text(request.name));
  map.add("weight", yaml::number(request.weight));
  for (auto& [key, value] : request_entries(request.request).entries) {
    map.add(key, std::move(value));
  }
  return map.take();
}

YamlNode open_node(const OpenLoad& open) {
  Map map;
  const bool poisson = open.arrivals == OpenLoad::Arrivals::Poisson;
  map.add("arrivals",
          open.gaps ? to_node(*open.gaps) : yaml::text(poisson ? "poisson" : "constant"));
  map.add("rate", yaml::list_of(open.rate, [](const RatePoint& point) {
            Map entry;
            entry.add("at", yaml::duration(point.at)).add("rps", yaml::number(point.rps));
            entry.add("ramp", yaml::boolean(point.ramp));
            return entry.take();
          }));
  return map.add_if("repeat", open.repeat, yaml::duration).take();
}

YamlNode closed_node(const ClosedLoad& closed) {
  Map map;
  map.add("users", yaml::integer(closed.users)).add("think", to_node(closed.think));
  map.add("stagger", yaml::duration(closed.stagger));
  if (closed.per_user != 0) map.add("perUser", yaml::integer(closed.per_user));
  if (closed.qps > 0) {
    map.add("qps", yaml::number(closed.qps)).add("catchUp", yaml::boolean(closed.catch_up));
  }
  return map.take();
}

YamlNode arrival_node(const FixedArrival& arrival) {
  Map map;
  map.add("at", yaml::duration(arrival.at));
  if (!arrival.request.empty()) map.add("request", yaml::text(arrival.request));
  return map.take();
}

// ---- Faults, changes --------------------------------------------------------------------------

void add_pods(Map& map, const PodSelector& pods) {
  if (!pods.workload.empty()) map.add("workload", yaml::text(pods.workload));
  if (!pods.zone.empty()) map.add("zone", yaml::text(pods.zone));
  map.add_if("replicas", pods.replicas, yaml::integer).add_if("replicas", pods.share, yaml::share);
}

YamlNode link_fault_node(const LinkFaultSpec& link) {
  Map map, from, to;
  add_pods(from, link.from);
  add_pods(to, link.to);
  if (!from.empty()) map.add("from", from.take());
  if (!to.empty()) map.add("to", to.take());
  map.add("direction", yaml::text(link.both_ways ? "both" : "to"));
  map.add_if("delay", link.delay, [](const Distribution& law) { return to_node(law); });
  map.add("loss", yaml::share(link.loss)).add("partition", yaml::boolean(link.partition));
  map.add("hold", yaml::boolean(link.hold));
  if (link.bits_per_second > 0) {
    map.add("bandwidth", yaml::text(std::to_string(link.bits_per_second) + "bit"));
  }
  return map.take();
}

YamlNode fault_node(const FaultSpec& fault) {
  using Kind = FaultSpec::Kind;
  Map map, blow;
  map.add("at", yaml::duration(fault.at)).add_if("for", fault.lasting, yaml::duration);
  map.add_if("every", fault.every, yaml::duration);
  if (fault.times > 0) map.add("times", yaml::integer(fault.times));
  if (fault.kind == Kind::Link) return map.add("network", link_fault_node(fault.link)).take();
  add_pods(blow, fault.pods);
  switch (fault.kind) {
    case Kind::Crash:
      return map.add("crash", blow.take()).take();
    case Kind::Hang:
      return map.add("hang", blow.take()).take();
    case Kind::Slow:
      blow.add("factor", yaml::number(fault.factor));
      return map.add("slow", blow.take()).take();
    case Kind::Delay:
      blow.add("time", to_node(fault.delay));
      return map.add("delay", blow.take()).take();
    case Kind::Errors:
      blow.add("share", yaml::share(fault.share)).add("status", yaml::integer(fault.status));
      return map.add("errors", blow.take()).take();
    case Kind::CpuSteal:
      blow.add("share", yaml::share(fault.share));
      return map.add("cpuSteal", blow.take()).take();
    case Kind::Dns:
      if (!fault.host.empty()) blow.add("host", yaml::text(fault.host));
      blow.add("time", to_node(fault.delay));
      return map.add("dns", blow.take()).take();
    case Kind::ResetConnections:
    case Kind::Link:
      break;
  }
  return map.add("resetConnections", blow.take()).take();
}

YamlNode change_node(const ChangeSpec& change, bool named) {
  Map map;
  map.add("at", yaml::duration(change.at));
  if (named) map.add("label", yaml::text(change.label));
  if (!change.scale_workload.empty()) {
    Map scale;
    scale.add("workload", yaml::text(change.scale_workload));
    scale.add("replicas", yaml::integer(change.replicas));
    return map.add("scale", scale.take()).take();
  }
  return map.add("apply", yaml::list(change.documents)).take();
}

// ---- Platform, run, thresholds, record --------------------------------------------------------

YamlNode link_node(const NetworkLink& link) {
  Map map;
  map.add("rtt", yaml::duration(link.rtt)).add("jitter", yaml::duration(link.jitter));
  return map.take();
}

YamlNode overload_node(const OverloadSpec& overload) {
  Map map;
  if (!overload.workload.empty()) map.add("workload", yaml::text(overload.workload));
  map.add_list("pressure", overload.pressure, [](const OverloadSpec::Pressure& p) {
    return Map().add("at", yaml::duration(p.at)).add("value", yaml::share(p.value)).take();
  });
  map.add("refreshInterval", yaml::duration(overload.refresh));
  map.add_if("threshold", overload.threshold, yaml::share);
  map.add_if("scalingThreshold", overload.scaling, yaml::share);
  map.add_if("saturationThreshold", overload.saturation, yaml::share);
  return map.take();
}

YamlNode platform_node(const Platform& platform) {
  Map map, network, sidecar;
  network.add("sameZone", link_node(platform.same_zone));
  network.add("crossZone", link_node(platform.cross_zone));
  sidecar.add("cost", to_node(platform.sidecar_cost));
  sidecar.add("concurrency", yaml::integer(platform.sidecar_concurrency));
  map.add("istioVersion", yaml::text(platform.istio_version));
  map.add("internalRequests", yaml::boolean(platform.internal_requests));
  map.add("network", network.take()).add("sidecar", sidecar.take());
  map.add_list("overload", platform.overload, overload_node);
  return map.take();
}

YamlNode run_node(const RunSpec& run) {
  Map map;
  map.add_if("until", run.until, yaml::duration).add("warmup", yaml::duration(run.warmup));
  map.add("seed", yaml::integer(run.seed));
  map.add("replications", yaml::integer(run.replications));
  map.add("memoryLimit", yaml::bytes(run.memory_limit_bytes));
  return map.add("maxInFlight", yaml::integer(run.max_in_flight)).take();
}

/// As it was written, else as the metric's unit asks.
YamlNode bound_node(const std::string& metric, double value, const std::string& written) {
  if (!written.empty()) return yaml::plain(written);
  if (metric == "error_rate") return yaml::share(value);
  if (metric == "rps" || metric == "goodput") return yaml::number(value);
  return yaml::duration({static_cast<std::int64_t>(value * 1e6 + 0.5)});
}

YamlNode threshold_node(const ThresholdSpec& t) {
  Map map;
  map.add("metric", yaml::text(t.metric));
  if (!t.edge.empty()) map.add("edge", yaml::text(t.edge));
  if (!t.load.empty()) map.add("load", yaml::text(t.load));
  if (t.min) map.add("min", bound_node(t.metric, *t.min, t.min_text));
  if (t.max) map.add("max", bound_node(t.metric, *t.max, t.max_text));
  return map.take();
}

YamlNode record_node(const RecordSpec& record) {
  Map map, requests;
  requests.add("sample", yaml::share(record.sample));
  requests.add("keepErrors", yaml::boolean(record.keep_errors));
  requests.add("keepSlowest", yaml::integer(record.keep_slowest));
  map.add("requests", record.requests ? requests.take() : yaml::boolean(false));
  return map.add("timeseries", yaml::duration(record.timeseries)).take();
}

// ---- Digest -------------------------------------------------------------------------------------

/// Spelling does not count: a quoted text equals the plain one that means the same.
void fold(const YamlNode& node, Digest& digest) {
  digest.word(static_cast<std::uint64_t>(node.kind));
  if (node.kind == YamlNode::Kind::Scalar) {
    digest.word(node.quoted || scalar_type(node) == ScalarType::Text ? 1 : 0).text(node.scalar);
  }
  digest.word(node.items.size());
  for (const YamlNode& item : node.items) fold(item, digest);
  digest.word(node.entries.size());
  for (const auto& [key, value] : node.entries) {
    digest.text(key.scalar);
    fold(value, digest);
  }
}

}  // namespace

RequestEntries request_entries(const RequestSpec& request) {
  RequestEntries all;
  all.entries.emplace_back("path", yaml::text(request.path));
  all.entries.emplace_back("method", yaml::text(request.method));
  if (!request.authority.empty()) all.entries.emplace_back("host", yaml::text(request.authority));
  if (!request.headers.empty()) all.entries.emplace_back("headers", headers_node(request.headers));
  all.entries.emplace_back("body", yaml::bytes(request.body_bytes));
  return all;
}

YamlNode headers_node(const std::vector<std::pair<std::string, std::string>>& headers) {
  Map map;
  for (const auto& [name, value] : headers) map.add(name, yaml::text(value));
  return map.take();
}

YamlNode to_node(const LoadSpec& load) {
  Map map, to;
  to.add(load.gateway.empty() ? "service" : "gateway",
         yaml::text(load.gateway.empty() ? load.service : load.gateway));
  if (load.port != 0) to.add("port", yaml::integer(load.port));
  const bool single =
      load.requests.size() == 1 && load.requests[0].name.empty() && load.requests[0].weight == 1.0;
  if (single) {
    for (auto& [key, value] : request_entries(load.requests[0].request).entries) {
      to.add(key, std::move(value));
    }
  }
  map.add("name", yaml::text(load.name)).add("to", to.take());
  if (!load.from.empty()) map.add("from", yaml::text(load.from));
  if (!single) map.add_list("requests", load.requests, request_node);
  map.add_if("open", load.open, open_node).add_if("closed", load.closed, closed_node);
  map.add_list("arrivals", load.arrivals, arrival_node);
  if (load.connections != 0) map.add("connections", yaml::integer(load.connections));
  map.add("start", yaml::duration(load.start)).add_if("stop", load.stop, yaml::duration);
  map.add_if("timeout", load.timeout, yaml::duration);
  map.add_if("retry", load.retry, [](const RetrySpec& retry) { return to_node(retry); });
  map.add_if("priority", load.priority, yaml::integer);
  return map.take();
}

YamlNode effective_document(const Scenario& scenario, bool named) {
  Map spec, behaviour, workloads;
  for (const WorkloadBehaviour& b : scenario.behaviour) workloads.add(b.workload, to_node(b));
  behaviour.add("defaults", to_node(scenario.defaults));
  if (!workloads.empty()) behaviour.add("workloads", workloads.take());
  spec.add("platform", platform_node(scenario.platform)).add("behaviour", behaviour.take());
  spec.add_list("load", scenario.loads, [](const LoadSpec& load) { return to_node(load); });
  spec.add_list("faults", scenario.faults, fault_node);
  spec.add_list("changes", scenario.changes,
                [named](const ChangeSpec& change) { return change_node(change, named); });
  spec.add("run", run_node(scenario.run));
  spec.add_list("thresholds", scenario.thresholds, threshold_node);
  spec.add("record", record_node(scenario.record));
  Map map;
  map.add("apiVersion", yaml::text("meshsim.dev/v1alpha1")).add("kind", yaml::text("Scenario"));
  if (named) map.add("metadata", Map().add("name", yaml::text(scenario.name)).take());
  return map.add("spec", spec.take()).take();
}

std::string effective_yaml(const Scenario& scenario) {
  std::string text = to_yaml(effective_document(scenario, true));
  for (const YamlNode& document : scenario.documents) text += "---\n" + to_yaml(document);
  return text;
}

std::uint64_t config_digest(const Scenario& scenario) {
  Digest digest;
  fold(effective_document(scenario, false), digest);
  digest.word(scenario.documents.size());
  for (const YamlNode& document : scenario.documents) fold(document, digest);
  return digest.value();
}

std::string scenario_json_schema() {
  return json_schema(scenario_table().info(), "meshsim scenario");
}

}  // namespace mesh
