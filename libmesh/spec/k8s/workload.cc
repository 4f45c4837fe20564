// Reads Deployments, StatefulSets and Pods into workloads.
#include "libmesh/spec/k8s/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::k8s {
namespace {

const Table<Workload>& template_metadata_table() {
  static const Table<Workload> table(
      "PodTemplateMeta", "Labels of the pods.",
      {
          simulated("labels", &Workload::pod_labels, labels(), "", "What selectors look at."),
          simulated("annotations", &Workload::pod_annotations, text_map(), "",
                    "Sidecar settings of the pods."),
          no_effect("name", any(), "The controller names the pods."),
          no_effect("namespace", any(), "That of the controller."),
          no_effect("creationTimestamp", any(), "Written by tools."),
          no_effect("finalizers", any(), "Holds up deletion."),
          no_effect("generateName", any(), "The controller names the pods."),
      });
  return table;
}

const Table<Workload>& template_table() {
  static const Table<Workload> table(
      "PodTemplate", "The pods of a workload.",
      {
          simulated("metadata", itself, object(template_metadata_table), "", "Labels."),
          required("spec", itself, object(pod_spec_table), "Containers."),
      });
  return table;
}

const Table<Labels>& selector_table() {
  static const Table<Labels> table(
      "LabelSelector", "Which pods belong to the workload.",
      {
          simulated("matchLabels", itself, labels(), "", "Labels that a pod must have."),
          no_effect("matchExpressions", list(any()), "The template's own pods are taken."),
      });
  return table;
}

/// The rule of the API server: a controller must select the pods that it makes.
void check_selector(const YamlNode& node, const Reading& at, Workload& workload) {
  const YamlNode* selector = node.find("selector");
  if (selector == nullptr || selector->kind != YamlNode::Kind::Mapping) return;
  for (const auto& [key, value] : workload.match_labels) {
    const auto label = workload.pod_labels.find(key);
    if (label != workload.pod_labels.end() && label->second == value) continue;
    at.field("selector")
        .error(code::invalid_labels, *selector,
               "does not match the template's labels: " + key + "=" + value,
               "give template.metadata.labels the same label");
  }
}

std::vector<Field<Workload>> controller_rows() {
  return {
      simulated("replicas", &Workload::replicas, integer<std::uint32_t>(0, 2'147'483'647), "1",
                "Number of pods."),
      required("selector", &Workload::match_labels, object(selector_table), "Which pods."),
      required("template", itself, object(template_table), "The pods."),
      no_effect("minReadySeconds", any(), "Roll-outs."),
      no_effect("revisionHistoryLimit", any(), "Roll-outs."),
  };
}

const Table<Workload>& deployment_spec_table() {
  static const Table<Workload> table = [] {
    std::vector<Field<Workload>> rows = controller_rows();
    rows.push_back(no_effect("paused", boolean(), "Roll-outs."));
    rows.push_back(no_effect("progressDeadlineSeconds", any(), "Roll-outs."));
    rows.push_back(no_effect("strategy", any(), "Roll-outs."));
    return Table<Workload>("DeploymentSpec", "Replicas and template.", std::move(rows),
                           check_selector);
  }();
  return table;
}

const Table<Workload>& stateful_set_spec_table() {
  static const Table<Workload> table = [] {
    std::vector<Field<Workload>> rows = controller_rows();
    rows.push_back(no_effect("ordinals", any(), "Numbering of the pods."));
    rows.push_back(no_effect("persistentVolumeClaimRetentionPolicy", any(), "Storage."));
    rows.push_back(no_effect("podManagementPolicy", text(), "Order of starting."));
    rows.push_back(no_effect("serviceName", text(), "Names of the pods in DNS."));
    rows.push_back(no_effect("updateStrategy", any(), "Roll-outs."));
    rows.push_back(no_effect("volumeClaimTemplates", any(), "Storage."));
    return Table<Workload>("StatefulSetSpec", "Replicas and template.", std::move(rows),
                           check_selector);
  }();
  return table;
}

}  // namespace

const Table<Workload>& deployment_table() {
  static const Table<Workload> table(
      "Deployment", "Equal, exchangeable pods.",
      object_rows<Workload>(
          {required("spec", itself, object(deployment_spec_table), "Replicas and template.")}),
      [](const YamlNode&, const Reading&, Workload& w) { w.kind = WorkloadKind::Deployment; });
  return table;
}

const Table<Workload>& stateful_set_table() {
  static const Table<Workload> table(
      "StatefulSet", "Equal pods with names of their own.",
      object_rows<Workload>(
          {required("spec", itself, object(stateful_set_spec_table), "Replicas and template.")}),
      [](const YamlNode&, const Reading&, Workload& w) { w.kind = WorkloadKind::StatefulSet; });
  return table;
}

const Table<Workload>& pod_table() {
  static const Table<Workload> table(
      "Pod", "One pod.",
      object_rows<Workload>({required("spec", itself, object(pod_spec_table), "Containers.")}),
      [](const YamlNode&, const Reading&, Workload& w) {
        w.kind = WorkloadKind::Pod;
        w.replicas = 1;
        w.pod_labels = w.metadata.labels;
        w.pod_annotations = w.metadata.annotations;
      });
  return table;
}

const Table<Namespace>& namespace_table() {
  static const Table<Namespace> table(
      "Namespace", "A part of the cluster; its labels decide on injection.",
      object_rows<Namespace>({no_effect("spec", any(), "Finalizers.")}),
      [](const YamlNode& node, const Reading& at, Namespace& name_space) {
        const std::string& name = name_space.metadata.name;
        if (!name.empty() && is_dns_subdomain(name) && !is_dns_label(name)) {
          at.error(code::invalid_name, child_or_self(child_or_self(node, "metadata"), "name"),
                   "\"" + name + "\" is not a valid name of a namespace",
                   "it has no dots (RFC 1123 label)");
        }
      });
  return table;
}

const Table<ServiceAccount>& service_account_table() {
  static const Table<ServiceAccount> table(
      "ServiceAccount", "An identity of pods.",
      object_rows<ServiceAccount>({
          no_effect("automountServiceAccountToken", boolean(), "Token."),
          no_effect("imagePullSecrets", any(), "Credentials of registries."),
          no_effect("secrets", any(), "Token."),
      }));
  return table;
}

}  // namespace mesh::k8s
