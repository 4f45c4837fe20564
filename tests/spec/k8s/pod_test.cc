// Containers and pod specs: what is kept, accepted by name, refused.
#include <doctest/doctest.h>

#include "libmesh/spec/k8s/tables.h"
#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::read_text;

std::string pod(const std::string& spec) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: cart, labels: {app: cart}}\nspec:\n" +
         testing::indented(spec, 2);
}
std::string container(const std::string& fields) {
  return pod("containers:\n- name: app\n" + testing::indented(fields, 2));
}

TEST_CASE("pod: labels, identity, containers and resources are kept") {
  const auto result = read_text(
      pod("serviceAccountName: shopper\nhostNetwork: true\ncontainers:\n"
          "- name: app\n  ports: [{containerPort: 8080, name: http}, {containerPort: 9090}]\n"
          "  resources:\n    limits: {cpu: 2, memory: 1Gi, nvidia.com/gpu: 1}\n"
          "    requests: {cpu: 100m, memory: 64Mi}\n- name: helper\n"));
  CHECK(result.problems.empty());
  const k8s::Workload& w = result.resources.workloads.at(0);
  CHECK(w.kind == k8s::WorkloadKind::Pod);
  CHECK(w.replicas == 1);
  CHECK(w.pod_labels == Labels{{"app", "cart"}});
  CHECK(w.service_account == "shopper");
  CHECK(w.host_network);
  REQUIRE(w.containers.size() == 2);
  CHECK(w.containers[0].ports[0] == k8s::ContainerPort{"http", 8080});
  CHECK(w.containers[0].cpu_limit_milli == 2000);
  CHECK(w.containers[0].cpu_request_milli == 100);
  CHECK(w.containers[0].memory_limit_bytes == 1 << 30);
  CHECK(w.containers[0].memory_request_bytes == 64 << 20);
}

TEST_CASE("pod: the old name of the service account yields to the new one") {
  const auto account = [](const std::string& fields) {
    return read_text(pod(fields + "\ncontainers: [{name: a}]"))
        .resources.workloads.at(0)
        .service_account;
  };
  CHECK(account("serviceAccount: old") == "old");
  CHECK(account("serviceAccount: old\nserviceAccountName: new") == "new");
  CHECK(account("serviceAccountName: new\nserviceAccount: old") == "new");
}

TEST_CASE("pod: a typical chart's container is read in silence") {
  CHECK_EQ(testing::complaints(container(R"(image: "shop:1.0"
imagePullPolicy: IfNotPresent
command: ["/bin/sh", "-c"]
args: ["serve", "--port=8080"]
env:
- {name: PORT, value: "8080"}
- name: POD
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
envFrom: [{configMapRef: {name: c}}]
livenessProbe: {httpGet: {path: /, port: 8080}}
readinessProbe: {tcpSocket: {port: http}}
startupProbe: {exec: {command: [ls]}}
lifecycle: {preStop: {exec: {command: [sleep]}}}
securityContext: {runAsUser: 1000}
volumeMounts: [{name: tmp, mountPath: /tmp}]
resources: {}
terminationMessagePath: /dev/null
stdin: true)"),
                               Severity::Info),
           "");
}

TEST_CASE("pod: what Kubernetes refuses") {
  check_rows(
      {
          {"an unquoted number in env", "env: [{name: PORT, value: 8080}]",
           "error MS0103 spec.containers[0].env[0].value: expected text, found the number 8080"},
          {"an unquoted boolean in args", "args: [--debug, true]",
           "error MS0103 spec.containers[0].args[1]: expected text, found the boolean true"},
          {"a negative request", "resources: {requests: {cpu: -1}}",
           "error MS0108 spec.containers[0].resources.requests.cpu: must not be negative, got -1"},
          {"a unit that is none", "resources: {limits: {memory: 1GB}}",
           "error MS0107 spec.containers[0].resources.limits.memory: \"1GB\" is not a quantity"},
          {"a port without number", "ports: [{name: http}]",
           "error MS0105 spec.containers[0].ports[0]: containerPort is required"},
          {"a long port name", "ports: [{containerPort: 80, name: sixteen-letters-}]",
           "error MS0209 spec.containers[0].ports[0].name: \"sixteen-letters-\" is not a port "
           "name"},
          {"a misspelt field", "imagePulPolicy: Always",
           "error MS0104 spec.containers[0].imagePulPolicy: Container has no field of this name"},
      },
      container);
  check_rows(
      {
          {"no containers", "restartPolicy: Always", "error MS0105 spec: containers is required"},
          {"an empty list", "containers: []",
           "error MS0105 spec.containers: a container is required"},
          {"a container without name", "containers: [{image: x}]",
           "error MS0105 spec.containers[0]: name is required"},
          {"a container with a bad name", "containers: [{name: My_App}]",
           "error MS0202 spec.containers[0].name: \"My_App\" is not a container name"},
          {"a field one level too high", "containers: [{name: a}]\nimage: x",
           "error MS0104 spec.image: PodSpec has no field of this name"},
      },
      pod);
}

TEST_CASE("pod: names of ports") {
  for (const char* good : {"http", "a1", "http-metrics"}) CHECK(k8s::is_port_name(good));
  for (const char* bad : {"", "8080", "-a", "a--b", "HTTP", "sixteen-letters1"}) {
    CAPTURE(bad);
    CHECK_FALSE(k8s::is_port_name(bad));
  }
}

}  // namespace
}  // namespace mesh
