// Field table of the Scenario document, with platform, run, thresholds, record.
#include <set>

#include "libmesh/spec/object_table.h"
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {

namespace {

// ---- Platform -----------------------------------------------------------------------------------

const Table<NetworkLink>& network_link_table() {
  static const Table<NetworkLink> table(
      "NetworkLink", "The way between two pods.",
      {
          simulated("rtt", &NetworkLink::rtt, time_span(), "", "There and back."),
          simulated("jitter", &NetworkLink::jitter, time_span(), "0s",
                    "Mean of an exponential time added in each direction."),
      });
  return table;
}

const Table<Platform>& network_table() {
  static const Table<Platform> table(
      "Network", "Delays between pods.",
      {
          simulated("sameZone", &Platform::same_zone, object(network_link_table), "{rtt: 250us}",
                    "Within a zone."),
          simulated("crossZone", &Platform::cross_zone, object(network_link_table), "{rtt: 1ms}",
                    "Between zones."),
      });
  return table;
}

const Table<Platform>& sidecar_table() {
  static const Table<Platform> table(
      "Sidecar", "What a proxy costs.",
      {
          simulated("cost", &Platform::sidecar_cost, distribution(), "200us",
                    "Latency added by passing one proxy with request and response."),
          simulated("concurrency", &Platform::sidecar_concurrency, integer<std::uint32_t>(1, 1024),
                    "2", "Worker threads of a proxy."),
      });
  return table;
}

// ---- Run, record, thresholds ------------------------------------------------------------------

Reader<std::uint64_t> memory_limit() {
  const Reader<std::int64_t> reader = quantity();
  return custom<std::uint64_t>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, std::uint64_t& out) {
        std::int64_t bytes = 0;
        if (!reader.read(node, at, bytes)) return false;
        if (bytes < (std::int64_t{1} << 20)) {
          at.error(code::out_of_range, node, "must be at least 1Mi, got " + node.scalar);
          return false;
        }
        out = static_cast<std::uint64_t>(bytes);
        return true;
      });
}

void check_run(const YamlNode& node, const Reading& at, RunSpec& run) {
  if (!run.until || run.warmup < *run.until) return;
  at.field("warmup").error(code::invalid_time, child_or_self(node, "warmup"),
                           "must be shorter than until");
}

enum class Unit : std::uint8_t { Time, Share, PerSecond };

struct Metric {
  const char* name;
  Unit unit;
};
constexpr Metric metrics[] = {
    {"p50", Unit::Time},          {"p90", Unit::Time},         {"p95", Unit::Time},
    {"p99", Unit::Time},          {"p999", Unit::Time},        {"mean", Unit::Time},
    {"max", Unit::Time},          {"error_rate", Unit::Share}, {"rps", Unit::PerSecond},
    {"goodput", Unit::PerSecond},
};

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Metric& metric : metrics) names.push_back(metric.name);
  return names;
}

/// A bound in the unit of its metric, which stands in another field: kept as written at first.
struct ThresholdForm : ThresholdSpec {
  const YamlNode* min_node = nullptr;
  const YamlNode* max_node = nullptr;
};

Field<ThresholdForm> bound_row(std::string name, const YamlNode* ThresholdForm::*node,
                               std::string doc) {
  const Shape shape{.kind = Shape::Kind::OneOf,
                    .of = {{.kind = Shape::Kind::Duration},
                           {.kind = Shape::Kind::Percent},
                           {.kind = Shape::Kind::Number, .min = 0.0}}};
  return simulated_whole<ThresholdForm>(
      std::move(name), shape,
      [node](const YamlNode& value, const Reading&, ThresholdForm& out) { out.*node = &value; }, "",
      std::move(doc));
}

void read_bound(const YamlNode* node, const Reading& at, Unit unit, std::optional<double>& value,
                std::string& written) {
  if (node == nullptr) return;
  double number_read = 0;
  Duration time;
  bool good = false;
  switch (unit) {
    case Unit::Time:
      good = time_span().read(*node, at, time);
      number_read = as_milliseconds(time);
      break;
    case Unit::Share:
      good = share().read(*node, at, number_read);
      break;
    case Unit::PerSecond:
      good = number(0).read(*node, at, number_read);
      break;
  }
  if (!good) return;
  value = number_read;
  written = node->scalar;
}

void check_threshold(const YamlNode& node, const Reading& at, ThresholdForm& t) {
  for (const Metric& metric : metrics) {
    if (t.metric != metric.name) continue;
    read_bound(t.min_node, at.field("min"), metric.unit, t.min, t.min_text);
    read_bound(t.max_node, at.field("max"), metric.unit, t.max, t.max_text);
  }
  if (t.min_node == nullptr && t.max_node == nullptr) {
    at.error(code::one_needed, node, "one of min, max is needed");
  }
  if (t.min && t.max && *t.min > *t.max) {
    at.field("min").error(code::out_of_range, *t.min_node, "must not be above max");
  }
  if (!t.edge.empty() && !t.load.empty()) {
    at.error(code::exclusive_fields, node, "only one of edge, load may be set");
  }
  const std::size_t arrow = t.edge.find("->");
  const bool whole = arrow != std::string::npos && arrow > 0 && arrow + 2 < t.edge.size();
  if (!t.edge.empty() && !whole) {
    at.field("edge").error(code::malformed_value, child_or_self(node, "edge"),
                           "an edge looks like \"source->destination\"");
  }
}

const Table<ThresholdForm>& threshold_table() {
  static const Table<ThresholdForm> table(
      "Threshold", "A bound that decides whether the run passes (exit code 99 if not).",
      {
          required("metric", &ThresholdForm::metric, word(metric_names()), "What is measured."),
          simulated("edge", &ThresholdForm::edge, text(), "all loads",
                    "\"source->destination\", \"ingress->productpage\"."),
          simulated("load", &ThresholdForm::load, text(), "all loads", "Name of a load."),
          bound_row("min", &ThresholdForm::min_node, "At least: 99ms, 1%, 200 by the metric."),
          bound_row("max", &ThresholdForm::max_node, "At most: 99ms, 1%, 200 by the metric."),
      },
      check_threshold);
  return table;
}

Reader<ThresholdSpec> threshold() {
  const Reader<ThresholdForm> reader = object(threshold_table);
  return custom<ThresholdSpec>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, ThresholdSpec& out) {
        ThresholdForm form;
        if (!reader.read(node, at, form)) return false;
        out = std::move(form);
        return true;
      });
}

const Table<RecordSpec>& request_record_table() {
  static const Table<RecordSpec> table(
      "RequestRecord", "Which requests get a row of their own.",
      {
          simulated("sample", &RecordSpec::sample, share(), "100%", "Share of all requests."),
          simulated("keepErrors", &RecordSpec::keep_errors, boolean(), "false",
                    "All that failed, beyond the sample."),
          simulated("keepSlowest", &RecordSpec::keep_slowest, integer<std::uint32_t>(0, 1'000'000),
                    "0", "That many of the slowest too."),
      });
  return table;
}

Field<RecordSpec> request_record_row() {
  const Reader<RecordSpec> reader = object(request_record_table);
  const Shape shape{.kind = Shape::Kind::OneOf,
                    .of = {{.kind = Shape::Kind::Boolean}, reader.shape}};
  return simulated_whole<RecordSpec>(
      "requests", shape,
      [reader](const YamlNode& node, const Reading& at, RecordSpec& out) {
        if (node.kind != YamlNode::Kind::Mapping) {
          boolean().read(node, at, out.requests);
        } else if (reader.read(node, at, out)) {
          out.requests = true;
        }
      },
      "false", "true, or {sample: 1%, keepErrors: true, keepSlowest: 100}.");
}

// ---- The document -------------------------------------------------------------------------------

Field<ScenarioDocument> include_row() {
  const Shape text_shape{.kind = Shape::Kind::Text};
  const Shape shape{.kind = Shape::Kind::OneOf,
                    .of = {text_shape, {.kind = Shape::Kind::List, .of = {text_shape}}}};
  return simulated_whole<ScenarioDocument>(
      "include", shape,
      [](const YamlNode& node, const Reading& at, ScenarioDocument& out) {
        const bool several = node.kind == YamlNode::Kind::Sequence;
        const std::vector<YamlNode> items = several ? node.items : std::vector<YamlNode>{node};
        for (std::size_t i = 0; i < items.size(); ++i) {
          IncludeEntry entry{.path = "", .place = items[i].place};
          const Reading here = several ? at.item(i) : at;
          if (text().read(items[i], here, entry.path)) out.include.push_back(std::move(entry));
        }
      },
      "", "Files, folders, globs, - for standard input; relative to this file.");
}

/// name: behaviour; an empty entry says that the defaults are meant.
Reader<std::vector<WorkloadBehaviour>> behaviours() {
  using Behaviours = std::vector<WorkloadBehaviour>;
  const Shape shape{.kind = Shape::Kind::Map, .of = {object(workload_behaviour_table).shape}};
  return custom<Behaviours>(shape, [](const YamlNode& node, const Reading& at, Behaviours& out) {
    if (node.kind != YamlNode::Kind::Mapping) {
      at.wrong_type(node, "a mapping of workloads");
      return false;
    }
    for (const auto& [key, value] : node.entries) {
      WorkloadBehaviour behaviour;
      behaviour.place = key.place;
      const bool empty = value.kind == YamlNode::Kind::Null;
      const Reading here = at.field(key.scalar);
      if (!empty && !workload_behaviour_table().read(value, here, behaviour)) continue;
      behaviour.place = key.place;
      behaviour.workload = key.scalar;
      out.push_back(std::move(behaviour));
    }
    return true;
  });
}

const Table<ScenarioDocument>& behaviour_table() {
  static const Table<ScenarioDocument> table(
      "BehaviourSection", "How the services behave.",
      {
          simulated("defaults", &ScenarioDocument::defaults, object(behaviour_defaults_table), "",
                    "For workloads that say nothing else."),
          simulated("workloads", &ScenarioDocument::behaviour, behaviours(), "",
                    "By name, or name.namespace, of a Deployment, StatefulSet or Pod."),
      });
  return table;
}

void check_loads(const YamlNode& node, const Reading& at, ScenarioDocument& out) {
  const YamlNode* list = node.find("load");
  std::set<std::string> names;
  for (std::size_t i = 0; i < out.loads.size(); ++i) {
    LoadSpec& load = out.loads[i];
    if (load.name.empty()) load.name = "load-" + std::to_string(i + 1);
    if (names.insert(load.name).second) continue;
    at.field("load").error(code::duplicate_name, list != nullptr ? load.place : node.place,
                           "two loads have the name \"" + load.name + "\"",
                           "give them different names");
  }
}

const Table<ScenarioDocument>& scenario_spec_table() {
  static const Table<ScenarioDocument> table(
      "ScenarioSpec", "Everything that Istio YAML cannot say.",
      {
          include_row(),
          simulated("platform", &ScenarioDocument::platform, object(platform_table), "",
                    "Network, proxies, version of Istio."),
          simulated(
              "behaviour", [](ScenarioDocument& d) -> auto& { return d; }, object(behaviour_table),
              "", "How the services behave."),
          simulated("load", &ScenarioDocument::loads, list(load()), "", "Who asks for what."),
          simulated("faults", &ScenarioDocument::faults, list(object(fault_spec_table)), "",
                    "What breaks."),
          simulated("changes", &ScenarioDocument::changes, list(object(change_table)), "",
                    "kubectl apply and kubectl scale at a time."),
          simulated("run", &ScenarioDocument::run, object(run_table), "", "How to run."),
          simulated("thresholds", &ScenarioDocument::thresholds, list(threshold()), "",
                    "What must hold."),
          simulated("record", &ScenarioDocument::record, object(record_table), "", "What is kept."),
      },
      check_loads);
  return table;
}

const Table<ScenarioDocument>& scenario_metadata_table() {
  static const Table<ScenarioDocument> table(
      "ScenarioMeta", "Its name.",
      {
          simulated("name", &ScenarioDocument::name, text(), "that of the file", "In reports."),
          no_effect("namespace", text(), "A scenario has none."),
          no_effect("labels", text_map(), "For people."),
          no_effect("annotations", text_map(), "For people."),
      });
  return table;
}

/// Its value is checked before the table reads anything else.
Field<ScenarioDocument> header_row(std::string name, std::string value) {
  Field<ScenarioDocument> row = simulated_whole<ScenarioDocument>(
      std::move(name), {.kind = Shape::Kind::Words, .words = {value}},
      [](const YamlNode&, const Reading&, ScenarioDocument&) {}, "", "Always " + value + ".");
  row.required = true;
  return row;
}

}  // namespace

const Table<Platform>& platform_table() {
  static const Table<Platform> table(
      "Platform", "Network, proxies, version of Istio.",
      {
          simulated("istioVersion", &Platform::istio_version, any_text(), "1.27",
                    "Picks the defaults of that version."),
          simulated("internalRequests", &Platform::internal_requests, boolean(), "false",
                    "Heed x-envoy- headers of requests: ENABLE_HCM_INTERNAL_NETWORKS."),
          simulated(
              "network", [](Platform& p) -> auto& { return p; }, object(network_table), "",
              "Delays between pods."),
          simulated(
              "sidecar", [](Platform& p) -> auto& { return p; }, object(sidecar_table), "",
              "What a proxy costs."),
          simulated("overload", &Platform::overload, list(object(overload_table)), "",
                    "Proxies that refuse requests under pressure."),
      });
  return table;
}

const Table<RunSpec>& run_table() {
  static const Table<RunSpec> table(
      "Run", "How to run.",
      {
          simulated("until", &RunSpec::until, positive_time_span(), "", "Simulated time."),
          simulated("warmup", &RunSpec::warmup, time_span(), "0s", "Not counted in summaries."),
          simulated("seed", &RunSpec::seed, integer<std::uint64_t>(0), "1",
                    "Another seed, other random numbers."),
          simulated("replications", &RunSpec::replications, integer<std::uint32_t>(1, 1'000'000),
                    "1", "Runs with seeds seed, seed+1, ..."),
          simulated("memoryLimit", &RunSpec::memory_limit_bytes, memory_limit(), "8Gi",
                    "A run that needs more is refused before it begins."),
          simulated("maxInFlight", &RunSpec::max_in_flight,
                    integer<std::uint64_t>(1, 1'000'000'000), "2000000",
                    "Requests under way at which a run stops, with what it has so far."),
      },
      check_run);
  return table;
}

const Table<RecordSpec>& record_table() {
  static const Table<RecordSpec> table(
      "Record", "What is kept beside the counters.",
      {
          request_record_row(),
          simulated("timeseries", &RecordSpec::timeseries, positive_time_span(), "1s",
                    "Width of the buckets of time series."),
      });
  return table;
}

const Table<ScenarioDocument>& scenario_table() {
  static const Table<ScenarioDocument> table(
      "Scenario", "A mesh under load: what Istio YAML cannot say.",
      {
          header_row("apiVersion", "meshsim.dev/v1alpha1"),
          header_row("kind", "Scenario"),
          simulated(
              "metadata", [](ScenarioDocument& d) -> auto& { return d; },
              object(scenario_metadata_table), "", "Its name."),
          simulated(
              "spec", [](ScenarioDocument& d) -> auto& { return d; }, object(scenario_spec_table),
              "", "What to simulate."),
      });
  return table;
}

}  // namespace mesh
