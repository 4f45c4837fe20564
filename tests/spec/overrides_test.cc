// Overrides: paths into the scenario and its objects, values, what leads nowhere.
#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;

namespace {

const char* const text = R"(apiVersion: meshsim.dev/v1alpha1
kind: Scenario
metadata: {name: shop}
spec:
  include: [mesh]
  load:
  - {name: shoppers, to: {service: cart}, open: {rate: 200}}
  - {name: crawlers, to: {service: cart}, closed: {users: 5}}
  faults: [{at: 1s, hang: {workload: cart}}]
  behaviour: {workloads: {cart.prod: {workers: 8}}}
  run: {until: 10s, seed: 7}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, labels: {shop.io/team: a}}
spec:
  host: cart
  trafficPolicy: {connectionPool: {http: {http1MaxPendingRequests: 5}}}
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: prod}
spec: {host: cart.prod.svc.cluster.local}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart.shop}
spec: {hosts: [cart], http: [{route: [{destination: {host: cart}}]}]}
)";

Scenario base() {
  static const Scenario scenario = [] {
    Scenario s = parse_scenario(text, "t.yaml");
    s.unreadable = {};  // the folder `mesh` does not exist
    return s;
  }();
  return scenario;
}

std::string problems(const Scenario& s) {
  std::string all;
  for (const Diagnostic& d : s.diagnostics) all += to_string(d) + '\n';
  return all;
}

}  // namespace

TEST_CASE("overrides: paths of the scenario") {
  const Scenario s = with_overrides(base(), {{"load.shoppers.open.rate", "300"},
                                             {"load[1].closed.users", "9"},
                                             {"load.1.closed.think", "{exponential: {mean: 2s}}"},
                                             {"run.seed", "8"},
                                             {"run.warmup", "1s"},
                                             {"faults.0.hang.replicas", "2"},
                                             {"behaviour.workloads.cart.prod.workers", "3"},
                                             {"platform.sidecar.concurrency", "4"},
                                             {"record", "{requests: true}"}});
  CHECK(problems(s) == "");
  CHECK(s.loads[0].open->rate[0].rps == 300);
  CHECK(s.loads[1].closed->users == 9);
  CHECK(to_string(s.loads[1].closed->think) == "{exponential: {mean: 2s}}");
  CHECK(s.run.seed == 8);
  CHECK(s.run.warmup == seconds(1));
  CHECK(s.run.until == seconds(10));
  CHECK(s.faults[0].pods.replicas == 2u);
  CHECK(s.behaviour[0].workers == 3u);
  CHECK(s.platform.sidecar_concurrency == 4);
  CHECK(s.record.requests);
}

TEST_CASE("overrides: paths of objects, missing mappings are made") {
  const Scenario s = with_overrides(
      base(), {{"DestinationRule/cart.default:spec.trafficPolicy.outlierDetection."
                "consecutive5xxErrors",
                "3"},
               {"DestinationRule/cart.default:..http1MaxPendingRequests", "7"},
               {"DestinationRule/cart.default:spec.subsets.v2.labels.version", "v3"},
               {"DestinationRule/cart.prod:spec.host", "cart"},
               {"VirtualService/cart.shop:spec.http[0].timeout", "2s"},
               {"DestinationRule/cart.default:metadata.labels.shop.io/team", "b"},
               {"DestinationRule/cart.prod:metadata.labels[\"shop.io/team\"]", "c"}});
  CHECK(problems(s) == "");
  const auto& rules = s.resources.destination_rules;
  REQUIRE(rules.size() == 2);
  const istio::PolicyGroups& groups = rules[0].traffic_policy->groups;
  CHECK(groups.outlier_detection->consecutive_5xx_errors == 3u);
  CHECK(groups.connection_pool->http1_max_pending_requests == 7);
  CHECK(rules[0].subsets[1].labels.at("version") == "v3");
  CHECK(rules[1].host == "cart");
  CHECK(s.resources.virtual_services[0].http[0].timeout == seconds(2));
  CHECK(rules[0].metadata.labels.at("shop.io/team") == "b");
  CHECK(rules[1].metadata.labels.at("shop.io/team") == "c");
}

TEST_CASE("overrides: nothing as a value takes a field or an item away") {
  const Scenario s = with_overrides(base(), {{"load.crawlers", ""},
                                             {"run.seed", "null"},
                                             {"run.warmup", "~"},
                                             {"DestinationRule/cart.default:spec.subsets[0]", ""}});
  CHECK(problems(s) == "");
  CHECK(s.loads.size() == 1);
  CHECK(s.run.seed == 1);
  CHECK(s.resources.destination_rules[0].subsets.size() == 1);
}

TEST_CASE("overrides: the scenario itself stays as it was") {
  const Scenario before = base();
  (void)with_overrides(before, {{"run.seed", "9"}, {"DestinationRule/cart.prod:spec.host", "x"}});
  CHECK(before == base());
}

TEST_CASE("overrides: a scenario without document gets one") {
  const Scenario s = with_overrides(Scenario{}, {{"run.until", "5s"}});
  CHECK(problems(s) == "");
  CHECK(s.run.until == seconds(5));
}

TEST_CASE("overrides: what leads nowhere is an error at the override") {
  struct Row {
    Override given;
    const char* problems;
  };
  const Row rows[] = {
      {{"run.sed", "1"},
       "--set run.sed:1:1: error [MS0104] Scenario/shop: spec.run.sed: Run has no field of this "
       "name\n  fix: did you mean seed?\n"},
      {{"run.seed", "x"},
       "--set run.seed:1:1: error [MS0103] Scenario/shop: spec.run.seed: expected a whole number, "
       "found the text \"x\"\n"},
      {{"load.shopers.open.rate", "1"},
       "--set load.shopers.open.rate:1:1: error [MS0407] no item of the list has the name "
       "shopers\n  fix: did you mean shoppers?\n"},
      {{"load[2].open", "1"},
       "--set load[2].open:1:1: error [MS0407] the list has 2 items, there is no number 2\n"
       "  fix: items are counted from 0\n"},
      {{"faults.x.at", "1s"},
       "--set faults.x.at:1:1: error [MS0407] no item of the list has the name x\n"
       "  fix: choose one by its number, from 0\n"},
      {{"run.seed.x", "1"},
       "--set run.seed.x:1:1: error [MS0407] there is nothing below \"7\"; left over: x\n"},
      {{"", "1"},
       "--set :1:1: error [MS0407] the path is malformed\n"
       "  fix: paths look like load.shoppers.open.rate or DestinationRule/cart:spec.host\n"},
      {{"run..seed", "1"},
       "--set run..seed:1:1: error [MS0407] the path is malformed\n"
       "  fix: paths look like load.shoppers.open.rate or DestinationRule/cart:spec.host\n"},
      {{"load[0", "1"},
       "--set load[0:1:1: error [MS0407] the path is malformed\n"
       "  fix: paths look like load.shoppers.open.rate or DestinationRule/cart:spec.host\n"},
      {{"include[0]", "x"},
       "--set include[0]:1:1: error [MS0407] what is included cannot be changed any more\n"},
      {{"DestinationRule/cart:spec.host", "x"},
       "--set DestinationRule/cart:spec.host:1:1: error [MS0408] there are 2 DestinationRule "
       "objects named cart\n"
       "  fix: add the namespace: DestinationRule/cart.default, cart.prod\n"},
      {{"DestinationRule/card.prod:spec.host", "x"},
       "--set DestinationRule/card.prod:spec.host:1:1: error [MS0407] there is no DestinationRule "
       "named card.prod\n  fix: did you mean cart.prod?\n"},
      {{"DestinationRules/cart:spec.host", "x"},
       "--set DestinationRules/cart:spec.host:1:1: error [MS0407] there is no object of kind "
       "DestinationRules\n  fix: did you mean DestinationRule?\n"},
      {{"DestinationRule/cart.prod:spec.hots", "x"},
       "--set DestinationRule/cart.prod:spec.hots:1:1: error [MS0104] DestinationRule/cart.prod: "
       "spec.hots: DestinationRuleSpec has no field of this name\n  fix: did you mean host?\n"},
      {{"DestinationRule/cart.default:..version", "v9"},
       "--set DestinationRule/cart.default:..version:1:1: error [MS0408] the field version is set "
       "2 times\n"
       "  fix: write the whole path: spec.subsets.v1.labels.version, "
       "spec.subsets.v2.labels.version\n"},
      {{"..usres", "1"},
       "--set ..usres:1:1: error [MS0407] no field usres is set there\n  fix: did you mean "
       "users?\n"},
      {{"..", "1"}, "--set ..:1:1: error [MS0407] a field name must follow ..\n"},
      {{"run.seed", "[1"},
       "--set run.seed:1:1: error [MS0101] a '[' is not closed before this\n"
       "  fix: add the missing ']'\n"},
      {{"run.seed", "1\n---\n2"},
       "--set run.seed:1:1: error [MS0407] the value is more than one YAML document\n"},
      {{"changes", "[{at: 1s, apply: x.yaml}]"},
       "--set changes:1:18: error [MS0109] the file x.yaml is not read here\n"
       "  fix: give the objects themselves\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.given.path);
    CHECK(problems(with_overrides(base(), {row.given})) == row.problems);
  }
}

TEST_CASE("overrides: all that are wrong are reported, all that are right count") {
  const Scenario s = with_overrides(
      base(), {{"run.seed", "9"}, {"x.y", "1"}, {"load.a", "1"}, {"run.until", "20s"}});
  CHECK(s.diagnostics.items().size() == 2);
  CHECK(s.run.seed == 9);
  CHECK(s.run.until == seconds(20));
}

TEST_CASE("overrides: no path does harm, however long or deep") {
  std::string deep = "a";
  for (int i = 0; i < 10'000; ++i) deep += ".a";
  for (const std::string& path :
       {deep, std::string(100'000, 'x'), std::string(1'000, '['), std::string("a.\"b"),
        std::string("/:"), std::string("DestinationRule/:"), std::string(":x"),
        std::string("load[-1]"), std::string("load[99999999999999999999]")}) {
    CHECK(with_overrides(base(), {{path, "1"}}).diagnostics.has_errors());
  }
}
