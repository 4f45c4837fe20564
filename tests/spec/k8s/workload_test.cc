// Deployments, StatefulSets, namespaces and identities.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::complaints;
using testing::read_text;

std::string deployment(const std::string& spec) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart-v1}\nspec:\n" +
         testing::indented(spec, 2);
}
const std::string pods = R"(selector: {matchLabels: {app: cart}}
template:
  metadata: {labels: {app: cart, version: v1}, annotations: {a: b}}
  spec: {containers: [{name: app}]}
)";

TEST_CASE("workload: a Deployment keeps replicas, selector and template") {
  const auto result = read_text(deployment("replicas: 3\nstrategy: {type: Recreate}\n" + pods));
  CHECK(result.problems.empty());
  const k8s::Workload& w = result.resources.workloads.at(0);
  CHECK(w.kind == k8s::WorkloadKind::Deployment);
  CHECK(w.metadata.name == "cart-v1");
  CHECK(w.replicas == 3);
  CHECK(w.match_labels == Labels{{"app", "cart"}});
  CHECK(w.pod_labels == Labels{{"app", "cart"}, {"version", "v1"}});
  CHECK(w.pod_annotations == Labels{{"a", "b"}});
  CHECK(w.service_account == "default");
  CHECK(w.place == Place{"test.yaml", 1, 1});
  CHECK(read_text(deployment(pods)).resources.workloads.at(0).replicas == 1);
}

TEST_CASE("workload: a StatefulSet of the same name is another object") {
  const std::string set =
      "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: cart-v1}\nspec:\n"
      "  serviceName: cart\n  volumeClaimTemplates: []\n" +
      testing::indented(pods, 2);
  const auto result = read_text(deployment(pods) + set);
  CHECK(result.problems.empty());
  REQUIRE(result.resources.workloads.size() == 2);
  CHECK(result.resources.workloads[1].kind == k8s::WorkloadKind::StatefulSet);
}

TEST_CASE("workload: what Kubernetes refuses") {
  check_rows(
      {
          {"negative replicas", "replicas: -1\n" + pods,
           "error MS0108 spec.replicas: must be at least 0, got -1"},
          {"replicas in quotes", "replicas: '2'\n" + pods,
           "error MS0103 spec.replicas: expected a whole number, found the text \"2\""},
          {"no selector", "template: {spec: {containers: [{name: a}]}}",
           "error MS0105 spec: selector is required"},
          {"a selector of other labels",
           "selector: {matchLabels: {app: basket}}\n" + pods.substr(pods.find("template")),
           "error MS0210 spec.selector: does not match the template's labels: app=basket"},
          {"labels outside the template's metadata",
           "selector: {matchLabels: {app: cart}}\ntemplate:\n  labels: {app: cart}\n"
           "  spec: {containers: [{name: app}]}",
           "error MS0210 spec.selector: does not match the template's labels: app=cart\n"
           "error MS0104 spec.template.labels: PodTemplate has no field of this name"},
          {"a field of another kind", "serviceName: cart\n" + pods,
           "error MS0104 spec.serviceName: DeploymentSpec has no field of this name"},
      },
      deployment);
}

TEST_CASE("workload: namespaces carry labels, identities a name") {
  const auto result = read_text(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: "
      "enabled}}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shopper}\n"
      "automountServiceAccountToken: false\n");
  CHECK(result.problems.empty());
  CHECK(result.resources.namespaces.at(0).metadata.labels.at("istio-injection") == "enabled");
  CHECK(result.resources.service_accounts.at(0).metadata.name == "shopper");
  CHECK_EQ(complaints("apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}\n"),
           "error MS0202: \"a.b\" is not a valid name of a namespace");
}

}  // namespace
}  // namespace mesh
