// Shares of rings and tables.
#include "libmesh/experiment/hash_ownership.h"

#include <doctest/doctest.h>

#include <numeric>
#include <set>
#include <string>

#include "libmesh/experiment/run.h"
#include "libmesh/plan/compile.h"
#include "libmesh/spec/scenario.h"

namespace mesh {
namespace {

std::string mesh_yaml(const std::string& balancer, const std::string& request = "") {
  return R"(
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 4
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: cart, image: cart}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart}
spec:
  host: cart
  trafficPolicy: {loadBalancer: )" +
         balancer + R"(}
---
apiVersion: meshsim.dev/v1alpha1
kind: Scenario
metadata: {name: hash}
spec:
  load: [{name: shoppers, to: {service: cart)" +
         request + R"(}, open: {rate: 500}}]
  run: {until: 1s}
)";
}

std::vector<HashOwnership> owned(const std::string& balancer) {
  const Scenario scenario = parse_scenario(mesh_yaml(balancer), "hash.yaml");
  const CompileResult compiled = compile(scenario);
  REQUIRE(compiled.plan);
  return hash_ownership(*compiled.plan);
}

double sum_of_shares(const HashOwnership& table) {
  return std::accumulate(table.hosts.begin(), table.hosts.end(), 0.0,
                         [](double sum, const HostOwnership& h) { return sum + h.share; });
}

TEST_CASE("hash_ownership: the arcs of a ring make the whole circle, unevenly") {
  const auto tables =
      owned("{consistentHash: {httpHeaderName: x-user, ringHash: {minimumRingSize: 64}}}");
  REQUIRE(tables.size() == 1);
  const HashOwnership& ring = tables.front();
  CHECK(ring.kind == LoadBalancerKind::RingHash);
  CHECK(ring.size == 64);
  CHECK_FALSE(ring.callers.empty());
  REQUIRE(ring.hosts.size() == 4);
  CHECK(sum_of_shares(ring) == doctest::Approx(1.0).epsilon(1e-12));
  double least = 1, most = 0;
  for (const HostOwnership& host : ring.hosts) {
    CHECK(host.entries == 16);
    CHECK(host.weight == doctest::Approx(0.25));
    least = std::min(least, host.share);
    most = std::max(most, host.share);
  }
  CHECK(most > 1.05 * least);  // 16 random arcs differ by a quarter
}

TEST_CASE("hash_ownership: a larger ring is more even, a Maglev table nearly exact") {
  const auto worst = [](const std::vector<HashOwnership>& tables) {
    double off = 0;
    for (const HostOwnership& host : tables.front().hosts) {
      off = std::max(off, std::abs(host.share / host.weight - 1));
    }
    return off;
  };
  const auto ring = [&](const char* size) {
    return worst(owned("{consistentHash: {httpHeaderName: x-user, ringHash: {minimumRingSize: " +
                       std::string(size) + "}}}"));
  };
  CHECK(ring("65536") < ring("64"));
  const auto maglev =
      owned("{consistentHash: {httpHeaderName: x-user, maglev: {tableSize: 65537}}}");
  REQUIRE(maglev.size() == 1);
  CHECK(maglev.front().kind == LoadBalancerKind::Maglev);
  CHECK(maglev.front().size == 65537);
  CHECK(sum_of_shares(maglev.front()) == doctest::Approx(1.0).epsilon(1e-12));
  CHECK(worst(maglev) < 0.001);
}

TEST_CASE("hash_ownership: clusters that do not hash have none") {
  CHECK(owned("{simple: ROUND_ROBIN}").empty());
}

/// Number of pods that one run's requests reach.
std::size_t pods_reached(const std::string& key, const std::string& request) {
  const Scenario scenario = parse_scenario(
      mesh_yaml("{consistentHash: {" + key + "}}", request.empty() ? "" : ", " + request),
      "hash.yaml");
  const CompileResult compiled = compile(scenario);
  REQUIRE(compiled.plan);
  const OutcomeSeries visits = run(compiled.plan)->visits_by_endpoint;
  return std::set<std::uint32_t>(visits.row.begin(), visits.row.end()).size();
}

TEST_CASE("hash_ownership: from YAML to pods, each key and what a missing one does") {
  struct Row {
    const char* name;
    const char* key;
    const char* request;
    std::size_t pods;
  };
  const Row rows[] = {
      {"one header", "httpHeaderName: x-user", "headers: {x-user: ann}", 1},
      {"a header for each request", "httpHeaderName: x-user", "headers: {x-user: 'u{i%50}'}", 4},
      {"no header: at random", "httpHeaderName: x-user", "", 4},
      {"one parameter", "httpQueryParameterName: q", "path: '/a?q=1'", 1},
      {"no parameter: at random", "httpQueryParameterName: q", "path: /a", 4},
      {"one cookie", "httpCookie: {name: c}", "headers: {cookie: 'c=1'}", 1},
      {"no cookie, none made: at random", "httpCookie: {name: c}", "", 4},
      {"the caller's address", "useSourceIp: true", "", 1},
      {"one header on Maglev", "httpHeaderName: x-user, maglev: {tableSize: 251}",
       "headers: {x-user: ann}", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(pods_reached(row.key, row.request) == row.pods);
  }
  // The proxy makes one for each connection: here one for each of its two workers.
  CHECK(pods_reached("httpCookie: {name: c, ttl: 60s}", "") <= 2);
}

}  // namespace
}  // namespace mesh
