// Reads a DestinationRule.
#include "libmesh/spec/istio/destination_rule.h"

#include <set>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

const Table<Subset>& subset_table() {
  static const Table<Subset> table(
      "Subset", "A part of the service's pods.",
      {
          required("name", &Subset::name, text(), "Name for routes."),
          simulated("labels", &Subset::labels, labels(), "", "Labels that its pods have."),
          simulated("trafficPolicy", &Subset::traffic_policy, object(traffic_policy_table), "",
                    "Overrides the rule's policy group by group."),
      },
      [](const YamlNode& node, const Reading& at, Subset& subset) {
        const YamlNode* name = node.find("name");
        if (name == nullptr || is_istio_dns_label(subset.name)) return;
        if (subset.name.empty() && !name->scalar.empty()) return;  // no text: said already
        at.field("name").error(code::invalid_name, *name,
                               "\"" + subset.name + "\" is not the name of a subset",
                               "letters, digits and '-' (RFC 1123 label)");
      });
  return table;
}

/// WorkloadSelector {matchLabels}: no wildcards, and not empty to be of use.
const Table<Labels>& workload_selector_table() {
  static const Table<Labels> table(
      "WorkloadSelector", "Callers for which the rule holds.",
      {simulated("matchLabels", itself, labels(), "", "Labels of the callers.")},
      [](const YamlNode& node, const Reading& at, Labels& labels) {
        if (labels.empty()) at.warning(code::surprising, node, "a selector without labels");
      });
  return table;
}

void check_spec(const YamlNode& node, const Reading& at, DestinationRule& rule) {
  check_host(at, node, rule.host, true);
  std::set<std::string> names;
  for (std::size_t i = 0; i < rule.subsets.size(); ++i) {
    const Subset& subset = rule.subsets[i];
    if (subset.name.empty() || names.insert(subset.name).second) continue;
    at.field("subsets").item(i).error(code::duplicate_name, subset.place,
                                      "another subset is called \"" + subset.name + "\" too");
  }
  const YamlNode* export_to = node.find("exportTo");
  if (export_to == nullptr) return;
  const Reading here = at.field("exportTo");
  check_export_to(here, *export_to, rule.metadata.name_space);
  const bool own_only =
      rule.export_to.empty() ||
      (rule.export_to.size() == 1 &&
       (rule.export_to[0] == "." || rule.export_to[0] == rule.metadata.name_space));
  if (node.find("workloadSelector") != nullptr && !own_only) {
    here.error(code::exclusive_fields, *export_to,
               "a rule with workloadSelector holds in its own namespace only", "exportTo: [.]");
  }
}

const Table<DestinationRule>& spec_table() {
  static const Table<DestinationRule> table(
      "DestinationRuleSpec", "How a service is called, and its subsets.",
      {
          required("host", &DestinationRule::host, text(), "The service; *.domain for several."),
          simulated("trafficPolicy", &DestinationRule::traffic_policy, object(traffic_policy_table),
                    "", "How it is called."),
          simulated("subsets", &DestinationRule::subsets, list(object(subset_table)), "",
                    "Named parts of its pods."),
          simulated("exportTo", &DestinationRule::export_to, list(text()), "*",
                    "Namespaces that see the rule."),
          simulated("workloadSelector", &DestinationRule::workload_selector,
                    object(workload_selector_table), "", "Callers for which it holds."),
      },
      check_spec);
  return table;
}

}  // namespace

const Table<DestinationRule>& destination_rule_table() {
  static const Table<DestinationRule> table(
      "DestinationRule", "How a service is called.",
      object_rows<DestinationRule>({required("spec", itself, object(spec_table), "The policy.")}));
  return table;
}

}  // namespace mesh::istio
