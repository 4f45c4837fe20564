// Stories of requests that a real run has told.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "libmesh/analysis/explain.h"
#include "libmesh/mesh.h"
#include "tests/support/golden.h"

namespace mesh {
namespace {

/// A gateway in front of three pods with little room, whose answers go by count.
constexpr const char* yaml = R"(apiVersion: meshsim.dev/v1alpha1
kind: Scenario
metadata: {name: stories}
spec:
  platform:
    network: {sameZone: {rtt: 200us, jitter: 0us}}
    sidecar: {cost: 0us, concurrency: 1}
  behaviour:
    workloads:
      shop:
        time: 20ms
        rules:
        - {when: {nth: '2'}, then: {status: 503}}
        - {when: {nth: '3'}, then: {time: 400ms}}
  load:
  - name: buyers
    to: {gateway: door, host: shop.example, path: /}
    stop: 1s
    open: {arrivals: constant, rate: 100}
  run: {until: 1200ms, seed: 1}
  record: {requests: true}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: app, image: example.com/app}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: ['*']
  gateways: [door]
  http:
  - name: buy
    route: [{destination: {host: shop}}]
    timeout: 300ms
    retries: {attempts: 2, perTryTimeout: 100ms, retryOn: '5xx'}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: shop}
spec:
  host: shop
  trafficPolicy:
    connectionPool:
      tcp: {maxConnections: 3}
      http: {http1MaxPendingRequests: 1, maxRetries: 1}
    outlierDetection: {consecutive5xxErrors: 1, interval: 10s, maxEjectionPercent: 100}
)";

bool has_flag(const RunRecord& r, std::size_t row, ResponseFlag flag) {
  return ResponseFlags::from_packed(r.requests.flags[row]).has(flag);
}
bool overflowed(const RunRecord& r, std::size_t row) {
  return r.requests.details[row] == static_cast<std::uint8_t>(Details::Overflow);
}

/// The story of the first request, in order of creation, for which `is` holds.
std::string first_story(const RunRecord& record, const char* title,
                        bool (*is)(const RunRecord&, std::size_t row)) {
  const RequestTable& t = record.requests;
  std::size_t first = t.id.size();
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (t.inbound[i] != 0 || !is(record, i)) continue;
    if (first == t.id.size() || t.id[i] < t.id[first]) first = i;
  }
  REQUIRE_MESSAGE(first < t.id.size(), title);
  return std::string(title) + "\n" + explain(record, t.id[first]).value() + "\n";
}

TEST_CASE("explain: golden stories of a run with little room") {
  const Scenario scenario = parse_scenario(yaml, "stories.yaml");
  REQUIRE(!scenario.diagnostics.has_errors());
  const CompileResult compiled = compile(scenario);
  REQUIRE(compiled.plan != nullptr);
  const auto record = run(compiled.plan, {.seed = 1});
  std::string text;
  text +=
      first_story(*record, "The first request", [](const RunRecord&, std::size_t) { return true; });
  text += first_story(*record, "Tried again", [](const RunRecord& r, std::size_t i) {
    return r.requests.attempts[i] > 1 && r.requests.code[i] == 200;
  });
  text += first_story(*record, "Refused at once", overflowed);
  text += first_story(*record, "Out of time", [](const RunRecord& r, std::size_t i) {
    return has_flag(r, i, ResponseFlag::UT);
  });
  text += first_story(*record, "Refused a retry", [](const RunRecord& r, std::size_t i) {
    return has_flag(r, i, ResponseFlag::UO) && !overflowed(r, i);
  });
  testing::check_golden("explain_little_room.txt", text);
}

}  // namespace
}  // namespace mesh
