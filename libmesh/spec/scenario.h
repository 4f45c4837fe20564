// Everything the user asked for: resources, behaviour, load, failures, changes, and how to run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libmesh/base/fault_kind.h"
#include "libmesh/spec/behaviour.h"
#include "libmesh/spec/diagnostics.h"
#include "libmesh/spec/istio/authorization_policy.h"
#include "libmesh/spec/istio/destination_rule.h"
#include "libmesh/spec/istio/envoy_filter.h"
#include "libmesh/spec/istio/gateway.h"
#include "libmesh/spec/istio/mesh_config.h"
#include "libmesh/spec/istio/service_entry.h"
#include "libmesh/spec/istio/virtual_service.h"
#include "libmesh/spec/k8s/kubernetes.h"
#include "libmesh/spec/yaml_document.h"

namespace mesh {

/// The objects that `kubectl apply` would have sent, typed.
struct Resources {
  std::vector<k8s::Service> services;
  std::vector<k8s::Workload> workloads;
  std::vector<k8s::Namespace> namespaces;
  std::vector<k8s::ServiceAccount> service_accounts;
  std::vector<istio::VirtualService> virtual_services;
  std::vector<istio::DestinationRule> destination_rules;
  std::vector<istio::Gateway> gateways;
  std::vector<istio::ServiceEntry> service_entries;
  std::vector<istio::WorkloadEntry> workload_entries;
  std::vector<istio::EnvoyFilter> envoy_filters;
  std::vector<istio::AuthorizationPolicy> authorization_policies;
  std::vector<istio::MeshConfig> mesh_configs;  // the first one holds
  std::vector<k8s::HorizontalPodAutoscaler> autoscalers;
  bool operator==(const Resources&) const = default;
};

struct NetworkLink {
  Duration rtt{0};
  Duration jitter{0};  // mean of an exponential added per direction
  bool operator==(const NetworkLink&) const = default;
};

/// The overload manager of the proxies of a workload, with the pressure that it sees. What fills a
/// proxy's memory is not simulated, so the pressure is said, as an injected resource would say it.
struct OverloadSpec {
  struct Pressure {
    Duration at{0};
    double value = 0;  // 0 … 1, until the next one
    bool operator==(const Pressure&) const = default;
  };
  std::string workload;  // empty = all proxies
  std::vector<Pressure> pressure;
  Duration refresh = seconds(1);  // refresh_interval of the bootstrap; Envoy: 1 s
  std::optional<double> threshold, scaling, saturation;  // of stop_accepting_requests
  Place place;
  bool operator==(const OverloadSpec&) const = default;
};

struct Platform {
  std::string istio_version = "1.27";
  /// Requests count as internal at every proxy, so that their x-envoy- headers are heeded. Off as
  /// behind a default sidecar: it takes ENABLE_HCM_INTERNAL_NETWORKS (`envoy.md` §1.2).
  bool internal_requests = false;
  NetworkLink same_zone{microseconds(250), {}};  // experiments.md §6
  NetworkLink cross_zone{milliseconds(1), {}};
  /// Added latency of one proxy traversal (request and response together count as one).
  Distribution sidecar_cost = Distribution(Constant{microseconds(200)});
  std::uint32_t sidecar_concurrency = 2;  // istio.md §1.13: from the container's CPU limit
  /// Outlier intervals tick at n * interval - this: how long before the load the proxies started.
  Duration proxies_started_before{0};
  std::vector<OverloadSpec> overload;
  bool operator==(const Platform&) const = default;
};

struct RatePoint {
  Duration at{0};
  double rps = 0;
  bool ramp = false;  // true: linear from the previous point, false: a step
  bool operator==(const RatePoint&) const = default;
};

struct OpenLoad {
  enum class Arrivals : std::uint8_t { Constant, Poisson };
  Arrivals arrivals = Arrivals::Poisson;
  std::optional<Distribution> gaps;  // instead: between arrivals, scaled to the rate
  std::vector<RatePoint> rate;
  std::optional<Duration> repeat;  // the curve begins again after this
  bool operator==(const OpenLoad&) const = default;
};
struct ClosedLoad {
  std::uint32_t users = 1;
  Distribution think;          // between an answer and the next request
  Duration stagger{0};         // user k starts k * stagger later
  std::uint64_t per_user = 0;  // 0 = until the load ends
  double qps = 0;              // of all users together at most; 0 = as fast as answers come
  bool catch_up = true;        // who is late asks again at once, until it is in time
  bool operator==(const ClosedLoad&) const = default;
};

/// One request at an instant, by the name of one of the load's requests ("" = the first).
struct FixedArrival {
  Duration at{0};
  std::string request;
  bool operator==(const FixedArrival&) const = default;
};

struct WeightedRequest {
  std::string name;
  double weight = 1.0;
  RequestSpec request;
  bool operator==(const WeightedRequest&) const = default;
};

struct LoadSpec {
  std::string name;
  std::string gateway;     // entry: name or ns/name of a Gateway, with port below
  std::string service;     // or: a service called by a client with a sidecar
  std::string from;        // client workload; empty = one made for this load
  std::uint32_t port = 0;  // of the gateway's server or the service; 0 = the only HTTP one
  std::vector<WeightedRequest> requests;
  std::optional<OpenLoad> open;
  std::optional<ClosedLoad> closed;
  std::vector<FixedArrival> arrivals;  // or: exactly these, sorted by time
  std::uint32_t connections = 0;       // opened in advance, used in turn; 0 = one per worker
  Duration start{0};
  std::optional<Duration> stop;     // absent = end of the run
  std::optional<Duration> timeout;  // the user gives up
  std::optional<RetrySpec> retry;   // and tries again
  /// Class of its requests and of the calls made on their behalf; absent: that of who serves them.
  std::optional<std::uint32_t> priority;
  Place place;
  bool operator==(const LoadSpec&) const = default;
};

/// Some pods: of a workload, of a zone, or of a workload in a zone.
struct PodSelector {
  std::string workload;                   // empty = of any
  std::string zone;                       // "region/zone", or longer or shorter; empty = in any
  std::optional<std::uint32_t> replicas;  // of each workload the first so many; absent = all
  std::optional<double> share;            // or this share of them, rounded up
  bool operator==(const PodSelector&) const = default;
};

/// What happens to the messages between two sets of pods.
struct LinkFaultSpec {
  PodSelector from, to;
  bool both_ways = true;
  std::optional<Distribution> delay;
  double loss = 0;
  bool partition = false;
  bool hold = false;
  std::uint64_t bits_per_second = 0;  // 0 = no limit
  bool operator==(const LinkFaultSpec&) const = default;
};

struct FaultSpec {
  using Kind = FaultKind;
  Kind kind = Kind::Crash;
  Duration at{0};
  std::optional<Duration> lasting;  // absent = to the end
  std::optional<Duration> every;    // again and again
  std::uint32_t times = 0;          // so often; 0 = until the run ends
  PodSelector pods;
  bool restart = false;        // Crash: the kubelet starts them again
  double factor = 1.0;         // Slow: service times are multiplied
  Distribution delay;          // Delay: added to service times; Dns: until the error is known
  double share = 1.0;          // Errors: of answers; CpuSteal: of the cores
  std::uint16_t status = 500;  // Errors
  std::string host;            // Dns: service whose name is not found; empty = all names
  LinkFaultSpec link;
  std::string cache;  // CacheWipe
  std::string load;   // Shed
  Place place;
  bool operator==(const FaultSpec&) const = default;
};

struct ChangeSpec {
  Duration at{0};
  std::string label;                // file name or "scale reviews-v2 to 4"
  std::vector<YamlNode> documents;  // apply: as `kubectl apply` would
  std::string scale_workload;       // or scale
  std::uint32_t replicas = 0;
  Place place;
  bool operator==(const ChangeSpec&) const = default;
};

struct RunSpec {
  std::optional<Duration> until;  // required for `run` unless given by flag
  Duration warmup{0};
  std::uint64_t seed = 1;
  std::uint32_t replications = 1;
  std::uint64_t memory_limit_bytes = 8ull << 30;
  std::uint64_t max_in_flight = 2'000'000;  // requests in all proxies and applications together
  bool operator==(const RunSpec&) const = default;
};

struct ThresholdSpec {
  std::string metric;              // p50 p90 p99 p999 mean max error_rate rps goodput
  std::string edge;                // "source->destination", empty = all loads
  std::string load;                // or one load
  std::optional<double> min, max;  // milliseconds, share 0 … 1, or per second
  std::string min_text, max_text;  // as written: "800ms", "1%"
  Place place;
  bool operator==(const ThresholdSpec&) const = default;
};

struct RecordSpec {
  bool requests = false;
  double sample = 1.0;
  bool keep_errors = false;
  std::uint32_t keep_slowest = 0;
  Duration timeseries = seconds(1);
  bool operator==(const RecordSpec&) const = default;
};

/// A value: copy, compare and change it freely; the engine never sees it.
struct Scenario {
  std::string name;
  std::string file;  // of the Scenario document, for relative paths
  Resources resources;
  Platform platform;
  BehaviourDefaults defaults;
  std::vector<WorkloadBehaviour> behaviour;
  StoreSpecs stores;
  std::vector<LoadSpec> loads;
  std::vector<FaultSpec> faults;
  std::vector<ChangeSpec> changes;
  RunSpec run;
  std::vector<ThresholdSpec> thresholds;
  RecordSpec record;

  YamlNode document;                // the Scenario document itself
  std::vector<YamlNode> documents;  // all other objects, in order, untouched
  Diagnostics diagnostics;          // found while reading
  Diagnostics unreadable;           // of them, those of the files: re-reading cannot find them

  bool operator==(const Scenario&) const = default;
};

/// Reads a scenario file or a folder with scenario.yaml. Never throws for bad input: look at
/// `diagnostics` (errors mean that it must not be compiled).
Scenario load_scenario(const std::string& path);
/// The same from parts: Scenario document from `scenario_path` ("" = none), plus further resource
/// files, folders or globs.
Scenario load_scenario(const std::vector<std::string>& resource_paths,
                       const std::string& scenario_path);
/// The same from text; `file` names it in diagnostics and anchors relative includes.
Scenario parse_scenario(std::string_view text, const std::string& file);

/// One override of `--set` and `with_`: "spec.path" of the scenario, or
/// "Kind/name[.namespace]:spec.path" of an object; list items by name or index, "..field" = the
/// only field of that name. `value` is YAML.
struct Override {
  std::string path, value;
};
/// The scenario read again with its documents changed.
Scenario with_overrides(const Scenario& scenario, const std::vector<Override>& overrides);
/// The scenario with documents added or replaced by (kind, namespace, name), as `kubectl apply`.
Scenario with_applied(const Scenario& scenario, const std::vector<YamlNode>& documents);
/// Typed objects of documents; used by load_scenario, changes and apply.
Resources read_resources(const std::vector<YamlNode>& documents, Diagnostics& problems);
/// The resources after `kubectl apply` of documents on top.
Resources apply_documents(const Scenario& scenario, const std::vector<YamlNode>& documents,
                          Diagnostics& problems);

/// YAML with every default visible (`run --print-effective`).
std::string effective_yaml(const Scenario& scenario);
/// Digest of the effective content.
std::uint64_t config_digest(const Scenario& scenario);
/// JSON Schema 2020-12 of the scenario file, from the field tables.
std::string scenario_json_schema();
/// One line per field of every table: kind, path, type, status (simulated, reported, rejected).
std::string field_coverage();

}  // namespace mesh
