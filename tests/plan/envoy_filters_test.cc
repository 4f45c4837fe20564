// Which EnvoyFilters hold for a proxy, and in which order.
#include "libmesh/plan/envoy_filters.h"

#include <doctest/doctest.h>

#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

using istio::PatchContext;
using Target = istio::EnvoyPatch::Target;

/// An EnvoyFilter with one patch of clusters.
std::string filter(const std::string& metadata, const std::string& spec, const std::string& match) {
  return "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {" + metadata +
         "}\nspec:\n  " + spec + "\n  configPatches:\n  - applyTo: CLUSTER\n    match: {" + match +
         "}\n    patch: {operation: MERGE, value: {connect_timeout: 1s}}\n---\n";
}

std::string names(const std::string& yaml, const ClientView& client,
                  PatchContext side = PatchContext::SidecarOutbound) {
  const Resources resources = testing::resources_of(yaml);
  std::string text;
  for (const NamedPatch& patch :
       EnvoyFilters(resources, "1.27").patches(Target::Cluster, side, client)) {
    text += (text.empty() ? "" : " ") + patch.name.substr(patch.name.find(' ') + 1);
  }
  return text;
}

const Labels cart{{"app", "cart"}, {"version", "v1"}};
const ClientView client{"shop", &cart};

TEST_CASE("envoy_filters: of the own namespace and of the root namespace") {
  const std::string yaml = filter("name: a, namespace: shop", "", "") +
                           filter("name: b, namespace: other", "", "") +
                           filter("name: c, namespace: istio-system", "", "");
  CHECK(names(yaml, client) == "istio-system/c[0] shop/a[0]");
  CHECK(names(yaml, {"third", &cart}) == "istio-system/c[0]");
}

TEST_CASE("envoy_filters: priority, then root, then age, then name") {
  const std::string yaml =
      filter("name: a, namespace: shop", "priority: 1", "") +
      filter("name: b, namespace: istio-system", "priority: 2", "") +
      filter("name: d, namespace: shop", "", "") + filter("name: c, namespace: shop", "", "") +
      filter("name: old, namespace: shop, creationTimestamp: '2020-01-01T00:00:00Z'", "priority: 3",
             "") +
      filter("name: older, namespace: shop, creationTimestamp: '2019-01-01T00:00:00Z'",
             "priority: 3", "");
  CHECK(names(yaml, client) ==
        "shop/c[0] shop/d[0] shop/a[0] istio-system/b[0] shop/older[0] shop/old[0]");
}

TEST_CASE("envoy_filters: labels, side and version") {
  struct Row {
    const char* name;
    std::string yaml;
    PatchContext side;
    bool holds;
  };
  const std::string meta = "name: a, namespace: shop";
  const Row rows[] = {
      {"all labels are there", filter(meta, "workloadSelector: {labels: {app: cart}}", ""),
       PatchContext::SidecarOutbound, true},
      {"one label differs", filter(meta, "workloadSelector: {labels: {version: v2}}", ""),
       PatchContext::SidecarOutbound, false},
      {"any side", filter(meta, "", "context: ANY"), PatchContext::SidecarInbound, true},
      {"the other side", filter(meta, "", "context: SIDECAR_INBOUND"),
       PatchContext::SidecarOutbound, false},
      {"gateways", filter(meta, "", "context: GATEWAY"), PatchContext::Gateway, true},
      {"this version", filter(meta, "", "proxy: {proxyVersion: '^1\\.27'}"),
       PatchContext::SidecarOutbound, true},
      {"another version", filter(meta, "", "proxy: {proxyVersion: '^1\\.2[0-6]'}"),
       PatchContext::SidecarOutbound, false},
      {"an expression that is none", filter(meta, "", "proxy: {proxyVersion: '('}"),
       PatchContext::SidecarOutbound, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(names(row.yaml, client, row.side) == (row.holds ? "shop/a[0]" : ""));
  }
}

TEST_CASE("envoy_filters: whether proxies of one namespace differ") {
  const Resources none = testing::resources_of(filter("name: a", "", ""));
  CHECK(!EnvoyFilters(none, "1.27").select_by_labels());
  CHECK(!EnvoyFilters(none, "1.27").empty());
  const Resources some =
      testing::resources_of(filter("name: a", "workloadSelector: {labels: {app: cart}}", ""));
  CHECK(EnvoyFilters(some, "1.27").select_by_labels());
  CHECK(EnvoyFilters(Resources{}, "1.27").empty());
}

}  // namespace
}  // namespace mesh
