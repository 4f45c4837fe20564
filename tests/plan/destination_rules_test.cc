// Which DestinationRule holds, and how its parts are merged.
#include "libmesh/plan/destination_rules.h"

#include <doctest/doctest.h>

#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

constexpr const char* host = "web.default.svc.cluster.local";

/// A rule whose connectTimeout tells which one it is.
std::string rule(const std::string& name, const std::string& space, const std::string& of,
                 int seconds, const std::string& extra = "") {
  return "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " + name +
         ", namespace: " + space + "}\nspec:\n  host: \"" + of +
         "\"\n  trafficPolicy: {connectionPool: {tcp: {connectTimeout: " + std::to_string(seconds) +
         "s}}}\n" + extra + "---\n";
}

std::int64_t chosen(const std::string& text, const ClientView& client) {
  const Resources resources = testing::resources_of(text);
  const DestinationRules rules(resources);
  const MergedRule* found = rules.find(client, host, "default");
  if (found == nullptr) return 0;
  return effective_policy(found, nullptr, 80).groups.connection_pool->connect_timeout->ns /
         1'000'000'000;
}

TEST_CASE("destination_rules: client's namespace, then the service's, then the root's") {
  const std::string client_rule = rule("a", "shop", host, 1);
  const std::string service_rule = rule("b", "default", "web", 2);
  const std::string root_rule = rule("c", "istio-system", host, 3);
  const Labels labels;
  const ClientView shop{"shop", &labels}, other{"else", &labels}, root{"istio-system", &labels};
  CHECK(chosen(client_rule + service_rule + root_rule, shop) == 1);
  CHECK(chosen(client_rule + service_rule + root_rule, other) == 2);
  CHECK(chosen(client_rule + root_rule, other) == 3);
  CHECK(chosen(service_rule + root_rule, root) == 2);
  CHECK(chosen(client_rule, other) == 0);
}

TEST_CASE("destination_rules: exportTo hides a rule from other namespaces") {
  const Labels labels;
  const ClientView shop{"shop", &labels}, own{"default", &labels};
  const std::string hidden = rule("b", "default", "web", 2, "  exportTo: [\".\"]\n");
  CHECK(chosen(hidden, shop) == 0);
  CHECK(chosen(hidden, own) == 2);
  CHECK(chosen(hidden + rule("c", "istio-system", host, 3), shop) == 3);
}

TEST_CASE("destination_rules: an exact host before wildcards, the longest wildcard first") {
  const Labels labels;
  const ClientView client{"default", &labels};
  const std::string wide = rule("a", "default", "*.svc.cluster.local", 1);
  const std::string narrow = rule("b", "default", "*.default.svc.cluster.local", 2);
  CHECK(chosen(wide + narrow, client) == 2);
  CHECK(chosen(wide + narrow + rule("c", "default", "web", 3), client) == 3);
}

TEST_CASE("destination_rules: a workload selector takes precedence for the clients it selects") {
  const Labels shop{{"team", "shop"}}, none;
  const std::string text =
      rule("a", "default", "web", 1) +
      rule("b", "default", "web", 2, "  workloadSelector: {matchLabels: {team: shop}}\n");
  CHECK(chosen(text, {"default", &shop}) == 2);
  CHECK(chosen(text, {"default", &none}) == 1);
}

TEST_CASE("destination_rules: rules of one host are put together, the oldest policy wins") {
  const Resources resources = testing::resources_of(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
      "metadata: {name: b, namespace: default}\n"
      "spec: {host: web, subsets: [{name: v1, labels: {version: old}}]}\n---\n"
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
      "metadata: {name: a, namespace: default, creationTimestamp: \"2020-01-01T00:00:00Z\"}\n"
      "spec:\n  host: web\n  trafficPolicy: {loadBalancer: {simple: RANDOM}}\n"
      "  subsets: [{name: v1, labels: {version: new}}, {name: v2, labels: {version: v2}}]\n");
  const DestinationRules rules(resources);
  const Labels labels;
  const MergedRule* found = rules.find({"default", &labels}, host, "default");
  REQUIRE(found != nullptr);
  REQUIRE(found->subsets.size() == 2);
  // Without a timestamp a rule is the oldest; it has no policy, so the other one's holds.
  CHECK(found->subsets[0]->labels.at("version") == "old");
  CHECK(found->traffic_policy != nullptr);
}

TEST_CASE("destination_rules: port-level settings replace, subsets overlay, budgets get lost") {
  const Resources resources = testing::resources_of(R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec:
  host: web
  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 10}}
    outlierDetection: {consecutive5xxErrors: 3}
    loadBalancer: {simple: RANDOM}
    retryBudget: {percent: 25}
    portLevelSettings:
    - port: {number: 8080}
      loadBalancer: {simple: ROUND_ROBIN}
  subsets:
  - {name: plain, labels: {version: v1}}
  - name: own
    labels: {version: v1}
    trafficPolicy:
      connectionPool: {tcp: {maxConnections: 7}}
      portLevelSettings:
      - port: {number: 8080}
        connectionPool: {tcp: {maxConnections: 5}}
)");
  const DestinationRules rules(resources);
  const Labels labels;
  const MergedRule* found = rules.find({"default", &labels}, host, "default");
  REQUIRE(found != nullptr);
  const istio::Subset* plain = found->subsets[0];
  const istio::Subset* own = found->subsets[1];
  struct Row {
    const char* name;
    const istio::Subset* subset;
    std::uint32_t port;
    std::int64_t connections;  // 0: no connection pool
    bool outlier;
    istio::SimpleLoadBalancer balancer;
    bool has_budget;
  };
  using LB = istio::SimpleLoadBalancer;
  const Row rows[] = {
      {"the rule's own policy", nullptr, 80, 10, true, LB::Random, true},
      {"a port entry replaces all groups", nullptr, 8080, 0, false, LB::RoundRobin, false},
      {"a subset without policy takes the rule's", plain, 80, 10, true, LB::Random, true},
      {"a subset overlays the groups that it has", own, 80, 7, true, LB::Random, false},
      {"a subset's port entry replaces all", own, 8080, 5, false, LB::Unspecified, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const EffectivePolicy policy = effective_policy(found, row.subset, row.port);
    const istio::PolicyGroups& groups = policy.groups;
    CHECK((groups.connection_pool ? groups.connection_pool->max_connections : 0) ==
          row.connections);
    CHECK(groups.outlier_detection.has_value() == row.outlier);
    CHECK((groups.load_balancer ? groups.load_balancer->simple : LB::Unspecified) == row.balancer);
    CHECK(policy.retry_budget.has_value() == row.has_budget);
  }
}

}  // namespace
}  // namespace mesh
