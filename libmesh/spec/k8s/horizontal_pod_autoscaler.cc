// Reads a HorizontalPodAutoscaler of autoscaling/v2.
#include <algorithm>

#include "libmesh/spec/k8s/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::k8s {
namespace {

using Hpa = HorizontalPodAutoscaler;
using Source = AutoscalerMetric::Source;

/// Limits of the API server. Source: pkg/apis/autoscaling/validation/validation.go.
constexpr std::int64_t longest_stabilization_s = 3600, longest_period_s = 1800;

Reader<Duration> whole_seconds(std::int64_t least, std::int64_t most) {
  const Reader<std::int64_t> reader = integer<std::int64_t>(least, most);
  return custom<Duration>(reader.shape,
                          [reader](const YamlNode& node, const Reading& at, Duration& out) {
                            std::int64_t s = 0;
                            if (!reader.read(node, at, s)) return false;
                            out = seconds(s);
                            return true;
                          });
}

// ---- Behaviour ----------------------------------------------------------------------------------

const Table<ScalingPolicy>& policy_table() {
  static const Table<ScalingPolicy> table(
      "HPAScalingPolicy", "At most so much change within a period.",
      {
          required("type", &ScalingPolicy::kind,
                   one_of<ScalingPolicy::Kind>({{"Pods", ScalingPolicy::Kind::Pods},
                                                {"Percent", ScalingPolicy::Kind::Percent}}),
                   "What the value counts."),
          required("value", &ScalingPolicy::value, integer<std::uint32_t>(1, 2'147'483'647),
                   "Pods, or percent of them."),
          required("periodSeconds", &ScalingPolicy::period, whole_seconds(1, longest_period_s),
                   "The period."),
      });
  return table;
}

Reader<double> tolerance() {
  const Reader<std::int64_t> quantity = quantity_milli();
  return custom<double>(quantity.shape,
                        [quantity](const YamlNode& node, const Reading& at, double& out) {
                          std::int64_t milli = 0;
                          if (!quantity.read(node, at, milli)) return false;
                          out = static_cast<double>(milli) / 1000;
                          return true;
                        });
}

const Table<ScalingRules>& rules_table() {
  static const Table<ScalingRules> table(
      "HPAScalingRules", "How fast the replicas may change in one direction.",
      {
          simulated("stabilizationWindowSeconds", &ScalingRules::stabilization,
                    whole_seconds(0, longest_stabilization_s), "0 up, 300 down",
                    "Recommendations of this span count together."),
          simulated("selectPolicy", &ScalingRules::select,
                    one_of<SelectPolicy>({{"Max", SelectPolicy::Max},
                                          {"Min", SelectPolicy::Min},
                                          {"Disabled", SelectPolicy::Disabled}}),
                    "Max", "Which of several policies counts."),
          simulated("policies", &ScalingRules::policies, list(object(policy_table)),
                    "4 pods and 100 % up, 100 % down, in 15 s", "Limits of the change."),
          simulated("tolerance", &ScalingRules::tolerance, tolerance(), "0.1",
                    "No change while metric and target are this near."),
      },
      [](const YamlNode& node, const Reading& at, ScalingRules& rules) {
        if (!rules.policies.empty()) return;
        at.field("policies")
            .error(code::missing_field, child_or_self(node, "policies"),
                   "at least one policy is needed",
                   "to switch a direction off write selectPolicy: Disabled");
      });
  return table;
}

const Table<AutoscalerConfig>& behavior_table() {
  static const Table<AutoscalerConfig> table(
      "HPABehavior", "How fast the replicas may change.",
      {
          simulated("scaleUp", &AutoscalerConfig::up, object(rules_table), "", "To more pods."),
          simulated("scaleDown", &AutoscalerConfig::down, object(rules_table), "",
                    "To fewer pods."),
      });
  return table;
}

// ---- Metrics ------------------------------------------------------------------------------------

struct Target {
  std::string type;
  std::optional<std::int64_t> utilization, average_milli;
};

const Table<Target>& target_table() {
  static const Table<Target> table(
      "MetricTarget", "The value to keep.",
      {
          required("type", &Target::type, word({"Utilization", "AverageValue", "Value"}),
                   "What is compared."),
          simulated("averageUtilization", &Target::utilization,
                    integer<std::int64_t>(1, 2'147'483'647), "",
                    "Percent of what the pods request."),
          simulated("averageValue", &Target::average_milli, quantity_milli(), "", "For each pod."),
          reported("value", quantity_milli(), "Of the whole metric."),
      },
      [](const YamlNode& node, const Reading& at, Target& target) {
        if (target.type == "Utilization" && !target.utilization) {
          at.error(code::missing_field, node, "averageUtilization is missing");
        }
        if (target.type != "AverageValue") return;
        if (target.average_milli.value_or(0) > 0) return;
        at.error(target.average_milli ? code::out_of_range : code::missing_field, node,
                 "averageValue must be given, and above 0");
      });
  return table;
}

struct Named {
  std::string name;
  Target target;
};

const Table<Named>& resource_metric_table() {
  static const Table<Named> table(
      "ResourceMetricSource", "CPU or memory of the pods.",
      {
          required("name", &Named::name, text(), "cpu or memory."),
          required("target", &Named::target, object(target_table), "The value to keep."),
      });
  return table;
}

const Table<Named>& metric_name_table() {
  static const Table<Named> table("MetricIdentifier", "Which metric.",
                                  {
                                      required("name", &Named::name, text(), "Its name."),
                                      no_effect("selector", any(), "Series of the metric."),
                                  });
  return table;
}

const Table<Named>& pods_metric_table() {
  static const Table<Named> table(
      "PodsMetricSource", "A metric of each pod.",
      {
          required("metric", itself, object(metric_name_table),
                   "http_requests_in_flight or http_requests_per_second."),
          required("target", &Named::target, object(target_table), "The value to keep."),
      },
      [](const YamlNode& node, const Reading& at, Named& metric) {
        if (metric.target.type == "AverageValue" || metric.target.type.empty()) return;
        at.field("target").error(code::unknown_word, child_or_self(node, "target"),
                                 "a metric of pods takes type: AverageValue");
      });
  return table;
}

Field<AutoscalerMetric> source_row(std::string name, Source source, const Table<Named>& (*table)(),
                                   std::string doc) {
  const Reader<Named> reader = object(table);
  return simulated_whole<AutoscalerMetric>(
      std::move(name), reader.shape,
      [reader, source](const YamlNode& node, const Reading& at, AutoscalerMetric& out) {
        Named named;
        if (!reader.read(node, at, named)) return;
        out.source = source;
        out.name = named.name;
        const bool of_request = named.target.type == "Utilization";
        out.target.kind =
            of_request ? MetricTarget::Kind::Utilization : MetricTarget::Kind::AverageValue;
        out.target.value = of_request ? named.target.utilization.value_or(80)
                                      : named.target.average_milli.value_or(0);
      },
      "", std::move(doc));
}

const Table<AutoscalerMetric>& metric_table() {
  const auto check = [](const YamlNode& node, const Reading& at, AutoscalerMetric& metric) {
    const YamlNode& type = child_or_self(node, "type");
    const std::string& word = type.scalar;
    if (word == "Resource" || word == "Pods") {
      const char* wanted = word == "Pods" ? "pods" : "resource";
      if (node.find(wanted) == nullptr) {
        at.error(code::missing_field, node, std::string(wanted) + " is missing");
      }
      return;
    }
    if (word.empty() || &type == &node) return;
    metric.source = Source::Other;
    metric.name = word;
  };
  static const Table<AutoscalerMetric> table(
      "MetricSpec", "What decides on the number of pods.",
      {
          required("type", Anything{},
                   checked(word({"Resource", "Pods", "Object", "External", "ContainerResource"})),
                   "Which source."),
          source_row("resource", Source::Resource, resource_metric_table, "CPU or memory."),
          source_row("pods", Source::Pods, pods_metric_table, "A metric of each pod."),
          reported("object", any(), "A metric of another object.", Severity::Warning),
          reported("external", any(), "A metric from outside.", Severity::Warning),
          reported("containerResource", any(), "CPU or memory of one container.",
                   Severity::Warning),
      },
      check);
  return table;
}

// ---- The object ---------------------------------------------------------------------------------

const Table<Hpa>& scale_target_table() {
  static const Table<Hpa> table(
      "CrossVersionObjectReference", "What is scaled.",
      {
          no_effect("apiVersion", text(), "Group and version."),
          required("kind", &Hpa::target_kind, text(), "Deployment or StatefulSet."),
          required("name", &Hpa::target_name, text(), "Its name, in the same namespace."),
      });
  return table;
}

template <class Member>
auto of_config(Member member) {
  return [member](Hpa& hpa) -> auto& { return hpa.config.*member; };
}

const Table<Hpa>& spec_table() {
  static const Table<Hpa> table(
      "HorizontalPodAutoscalerSpec", "What is scaled, by what, between which numbers.",
      {
          required("scaleTargetRef", itself, object(scale_target_table), "What is scaled."),
          simulated("minReplicas", of_config(&AutoscalerConfig::min_replicas),
                    integer<std::uint32_t>(0, 1'000'000), "1", "Pods at least."),
          required("maxReplicas", of_config(&AutoscalerConfig::max_replicas),
                   integer<std::uint32_t>(1, 1'000'000), "Pods at most."),
          simulated("metrics", &Hpa::metrics, list(object(metric_table)),
                    "80 % of the requested CPU", "The one that asks for most pods counts."),
          simulated("behavior", &Hpa::config, object(behavior_table), "", "How fast."),
      },
      [](const YamlNode& node, const Reading& at, Hpa& hpa) {
        if (hpa.config.min_replicas <= hpa.config.max_replicas) return;
        at.field("minReplicas")
            .error(code::out_of_range, child_or_self(node, "minReplicas"),
                   "must not be above maxReplicas");
      });
  return table;
}

}  // namespace

const Table<HorizontalPodAutoscaler>& horizontal_pod_autoscaler_table() {
  static const Table<Hpa> table(
      "HorizontalPodAutoscaler", "Changes the replicas of a workload by its metrics.",
      object_rows<Hpa>({required("spec", itself, object(spec_table), "Target, metrics, limits.")}),
      [](const YamlNode&, const Reading&, Hpa& hpa) {
        if (hpa.metrics.empty()) hpa.metrics.emplace_back();
      });
  return table;
}

}  // namespace mesh::k8s
