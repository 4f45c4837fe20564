// Tests of scenarios made in code: equal to those of YAML, with the places of whoever made them.
#include "libmesh/spec/builder.h"

#include <doctest/doctest.h>

#include <string>

#include "libmesh/spec/yaml_build.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using yaml::Map;

namespace {

const char* const shop = R"(apiVersion: meshsim.dev/v1alpha1
kind: Scenario
metadata: {name: shop}
spec:
  behaviour:
    workloads:
      api:
        workers: 16
        handlers:
        - match: {path: {prefix: /cart}}
          script:
          - work: 2ms
          - call: {service: db, timeout: 200ms}
      db: {errorRate: 0.1%, script: [{sleep: 1ms}]}
  load:
  - {name: shoppers, to: {gateway: ingress, host: shop.example}, open: {rate: 300}}
  faults: [{at: 10s, for: 5s, crash: {workload: db}}]
  run: {until: 30s}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 3
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: example.com/api}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {selector: {app: db}, ports: [{name: http, port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db-v2, namespace: data}
spec:
  replicas: 1
  selector: {matchLabels: {app: db, version: v2}}
  template:
    metadata: {labels: {app: db, version: v2}}
    spec: {containers: [{name: db, image: example.com/db}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ingress}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ingress-api}
spec:
  hosts: [shop.example]
  gateways: [ingress]
  http: [{route: [{destination: {host: api}}]}]
)";

/// A tree written as YAML.
YamlNode node(const std::string& text) {
  return testing::node_of(text);
}

Builder built() {
  Builder b("shop");
  b.service("api", {}).deployment("api", {.replicas = 3});
  b.service("db", {.name_space = "data", .port = 5432});
  b.deployment("db-v2", {.app = "db", .version = "v2", .name_space = "data"});
  b.behave("api", node("{workers: 16}"));
  const std::size_t cart = b.handler("api", node("{match: {path: {prefix: /cart}}}"));
  b.step("api", cart, node("{work: 2ms}"));
  b.step("api", cart, node("{call: {service: db, timeout: 200ms}}"));
  b.behave("db", node("{errorRate: 5%}")).behave("db", node("{errorRate: 0.1%}"));
  b.step("db", {}, Map().add("sleep", yaml::duration(milliseconds(1))).take());
  b.ingress("api", {.host = "shop.example"});
  b.add("load", node("{name: shoppers, to: {gateway: ingress, host: shop.example}, "
                     "open: {rate: 300}}"));
  b.add("faults", node("{at: 10s, for: 5s, crash: {workload: db}}"));
  b.set("run.until", yaml::duration(seconds(30)));
  return b;
}

TEST_CASE("builder: what is made in code equals the YAML of the same words") {
  const Scenario yaml = parse_scenario(shop, "shop.yaml"), code = built().build();
  CHECK(testing::brief(yaml.diagnostics) == "");
  CHECK(testing::brief(code.diagnostics) == "");
  CHECK(effective_yaml(code) == effective_yaml(yaml));
  CHECK(config_digest(code) == config_digest(yaml));
  CHECK(code.name == "shop");
}

TEST_CASE("builder: it can go on after a scenario was built") {
  Builder b = built();
  const std::uint64_t before = config_digest(b.build());
  CHECK(config_digest(b.build()) == before);
  b.set("run.seed", yaml::integer(9));
  CHECK(config_digest(b.build()) != before);
  CHECK(b.build().run.seed == 9);
  CHECK(b.build().run.until == seconds(30));
}

TEST_CASE("builder: an object of the same kind and name takes the place of the first") {
  Builder b = built();
  const std::size_t count = b.build().documents.size();
  b.service("api", {.port = 8080});
  const Scenario scenario = b.build();
  CHECK(scenario.documents.size() == count);
  CHECK(scenario.resources.services.front().ports.front().port == 8080);
}

TEST_CASE("builder: problems name the place of the caller") {
  Builder b("shop");
  b.service("api", {.place = {"shop.py", 3, 0}}).deployment("api", {.place = {"shop.py", 3, 0}});
  YamlNode words = node("{wrokers: 3}");
  words.entries[0].first.place = words.entries[0].second.place = words.place = {"shop.py", 4, 0};
  b.behave("api", words);
  b.include("there/is/none.yaml", {"shop.py", 5, 0});
  const Scenario scenario = b.build();
  REQUIRE(scenario.diagnostics.count(Severity::Error) == 2);
  CHECK(scenario.diagnostics.items()[0].place == Place{"shop.py", 4, 0});
  CHECK(scenario.diagnostics.items()[0].hint.find("workers") != std::string::npos);
  CHECK(scenario.diagnostics.items()[1].place == Place{"shop.py", 5, 0});
}

}  // namespace
