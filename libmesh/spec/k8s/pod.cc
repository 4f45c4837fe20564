// Reads containers and pod specs: what shapes load is kept, the rest is accepted by name.
#include "libmesh/spec/k8s/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::k8s {
namespace {

const Table<ContainerPort>& container_port_table() {
  static const Table<ContainerPort> table(
      "ContainerPort", "A port that a container listens on.",
      {
          simulated("name", &ContainerPort::name, text(), "", "For targetPort."),
          required("containerPort", &ContainerPort::container_port, port_number(), "Number."),
          no_effect("protocol", word({"TCP", "UDP", "SCTP"}), "Transport."),
          no_effect("hostPort", integer<std::uint32_t>(0, 65535), "Port on the node."),
          no_effect("hostIP", text(), "Address on the node."),
      },
      [](const YamlNode& node, const Reading& at, ContainerPort& port) {
        if (port.name.empty() || is_port_name(port.name)) return;
        at.field("name").error(
            code::invalid_port, child_or_self(node, "name"),
            "\"" + port.name + "\" is not a port name",
            "at most 15 lower case letters, digits and '-', a letter among them");
      });
  return table;
}

/// cpu and memory into `cpu_milli` and `memory_bytes`; other resources are checked only.
Reader<Container> amounts(std::int64_t Container::*cpu_milli, std::int64_t Container::*memory) {
  return custom<Container>(
      {.kind = Shape::Kind::Map, .of = {{.kind = Shape::Kind::Quantity}}},
      [cpu_milli, memory](const YamlNode& node, const Reading& at, Container& out) {
        if (node.kind != YamlNode::Kind::Mapping) {
          at.wrong_type(node, "a mapping of quantities");
          return false;
        }
        for (const auto& [key, value] : node.entries) {
          const Reading here = at.field(key.scalar);
          std::int64_t other = 0;
          if (value.kind == YamlNode::Kind::Null) continue;
          if (key.scalar == "cpu") {
            quantity_milli().read(value, here, out.*cpu_milli);
          } else {
            quantity().read(value, here, key.scalar == "memory" ? out.*memory : other);
          }
        }
        return true;
      });
}

const Table<Container>& resources_table() {
  static const Table<Container> table(
      "ResourceRequirements", "What a container may use.",
      {
          no_effect("limits", itself,
                    amounts(&Container::cpu_limit_milli, &Container::memory_limit_bytes),
                    "At most."),
          no_effect("requests", itself,
                    amounts(&Container::cpu_request_milli, &Container::memory_request_bytes),
                    "Kept free for it."),
          no_effect("claims", any(), "Devices."),
      });
  return table;
}

/// env is read for its types only: an unquoted number as a value is refused by Kubernetes.
const Table<Anything>& env_table() {
  static const Table<Anything> table("EnvVar", "A variable of the environment.",
                                     {
                                         no_effect("name", text(), "Name."),
                                         no_effect("value", text(), "Value."),
                                         no_effect("valueFrom", any(), "Source of the value."),
                                     });
  return table;
}

std::vector<Field<Container>> container_rows() {
  return {
      required("name", &Container::name, dns_label("a container name"), "Name."),
      simulated("ports", &Container::ports, list(object(container_port_table)), "", "Ports."),
      no_effect("resources", itself, object(resources_table), "Behaviour says what it can do."),
      no_effect("image", text(), "Applications are described by behaviour."),
      no_effect("imagePullPolicy", word({"Always", "IfNotPresent", "Never"}), "When to pull."),
      no_effect("command", list(text()), "Entry point."),
      no_effect("args", list(text()), "Arguments."),
      no_effect("workingDir", text(), "Folder of the process."),
      no_effect("env", list(object(env_table)), "Environment."),
      no_effect("envFrom", any(), "Environment from other objects."),
      no_effect("volumeMounts", any(), "Files."),
      no_effect("volumeDevices", any(), "Block devices."),
      no_effect("livenessProbe", any(), "Pods fail by faults of the scenario."),
      no_effect("readinessProbe", any(), "Pods are ready from the start."),
      no_effect("startupProbe", any(), "Pods are ready from the start."),
      no_effect("lifecycle", any(), "Hooks."),
      no_effect("resizePolicy", any(), "Resizing in place."),
      no_effect("restartPolicy", text(), "Of init containers."),
      no_effect("restartPolicyRules", any(), "Of init containers."),
      no_effect("securityContext", any(), "Privileges."),
      no_effect("stdin", boolean(), "Terminal."),
      no_effect("stdinOnce", boolean(), "Terminal."),
      no_effect("tty", boolean(), "Terminal."),
      no_effect("terminationMessagePath", text(), "Last words."),
      no_effect("terminationMessagePolicy", text(), "Last words."),
  };
}

/// The old name of serviceAccountName; the new one wins.
void read_service_account(const YamlNode& node, const Reading& at, Workload& workload) {
  std::string name;
  if (text().read(node, at, name) && workload.service_account == "default") {
    workload.service_account = name;
  }
}

std::vector<Field<Workload>> pod_spec_rows() {
  return {
      required("containers", &Workload::containers, list(object(container_table)),
               "Containers; at least one."),
      simulated("serviceAccountName", &Workload::service_account, text(), "default",
                "Identity of the pods."),
      simulated_whole<Workload>("serviceAccount", {.kind = Shape::Kind::Text}, read_service_account,
                                "", "Old name of serviceAccountName."),
      simulated("hostNetwork", &Workload::host_network, boolean(), "false",
                "Pods on the node's network get no sidecar."),
      no_effect("activeDeadlineSeconds", any(), "Of jobs."),
      no_effect("affinity", any(), "Scheduling."),
      no_effect("automountServiceAccountToken", boolean(), "Token."),
      no_effect("dnsConfig", any(), "Name resolution."),
      no_effect("dnsPolicy", text(), "Name resolution."),
      no_effect("enableServiceLinks", boolean(), "Environment."),
      no_effect("ephemeralContainers", any(), "Debugging."),
      no_effect("hostAliases", any(), "Name resolution."),
      no_effect("hostIPC", boolean(), "Isolation."),
      no_effect("hostPID", boolean(), "Isolation."),
      no_effect("hostUsers", boolean(), "Isolation."),
      no_effect("hostname", text(), "Name of the pod's host."),
      no_effect("hostnameOverride", text(), "Name of the pod's host."),
      no_effect("imagePullSecrets", any(), "Credentials of registries."),
      no_effect("initContainers", any(), "They are done when the run starts."),
      no_effect("nodeName", text(), "Scheduling."),
      no_effect("nodeSelector", any(), "Scheduling."),
      no_effect("os", any(), "Operating system."),
      no_effect("overhead", any(), "Scheduling."),
      no_effect("preemptionPolicy", text(), "Scheduling."),
      no_effect("priority", any(), "Scheduling."),
      no_effect("priorityClassName", text(), "Scheduling."),
      no_effect("readinessGates", any(), "Pods are ready from the start."),
      no_effect("resourceClaims", any(), "Devices."),
      no_effect("resources", any(), "Of the whole pod."),
      no_effect("restartPolicy", word({"Always", "OnFailure", "Never"}), "After an exit."),
      no_effect("runtimeClassName", text(), "Container runtime."),
      no_effect("schedulerName", text(), "Scheduling."),
      no_effect("schedulingGates", any(), "Scheduling."),
      no_effect("securityContext", any(), "Privileges."),
      no_effect("setHostnameAsFQDN", boolean(), "Name of the pod's host."),
      no_effect("shareProcessNamespace", boolean(), "Isolation."),
      no_effect("subdomain", text(), "Name of the pod's host."),
      no_effect("terminationGracePeriodSeconds", any(), "Time to stop."),
      no_effect("tolerations", any(), "Scheduling."),
      no_effect("topologySpreadConstraints", any(), "Scheduling."),
      no_effect("volumes", any(), "Files."),
  };
}

}  // namespace

bool is_port_name(std::string_view name) {
  const bool has_letter = name.find_first_of("abcdefghijklmnopqrstuvwxyz") != name.npos;
  return name.size() <= 15 && has_letter && is_dns_label(name) && name.find("--") == name.npos;
}

const Table<Container>& container_table() {
  static const Table<Container> table("Container", "A container of a pod.", container_rows());
  return table;
}

const Table<Workload>& pod_spec_table() {
  static const Table<Workload> table(
      "PodSpec", "What a pod consists of.", pod_spec_rows(),
      [](const YamlNode& node, const Reading& at, Workload&) {
        const YamlNode* containers = node.find("containers");
        if (containers != nullptr && containers->kind == YamlNode::Kind::Sequence &&
            containers->items.empty()) {
          at.field("containers").error(code::missing_field, *containers, "a container is required");
        }
      });
  return table;
}

}  // namespace mesh::k8s
