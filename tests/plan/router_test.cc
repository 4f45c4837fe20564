// Requests to virtual hosts and rules: sidecars, gateways, clients without a proxy.
#include "libmesh/plan/router.h"

#include <doctest/doctest.h>

#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

constexpr const char* web = "outbound|80||web.default.svc.cluster.local";

/// A mesh with further objects; requests as one line.
class Mesh {
 public:
  explicit Mesh(const std::string& objects, const std::string& behaviour = "") {
    scenario_.resources = testing::resources_of(testing::small_mesh + objects);
    if (!behaviour.empty()) {
      scenario_.behaviour.push_back({});
      scenario_.behaviour.back().workload = behaviour;
      scenario_.behaviour.back().sidecar = false;
    }
    bench = std::make_unique<testing::VersionBench>(scenario_);
  }

  ResolvedRoute resolve(const std::string& authority, const std::string& path = "/",
                        std::vector<std::pair<std::string, std::string>> headers = {},
                        const std::string& method = "GET", std::uint32_t port = 80) {
    RequestTemplate request;
    request.method = method;
    request.authority = authority;
    request.path = path;
    request.port = port;
    request.headers = std::move(headers);
    return bench->router.resolve(client(), bench->draft.intern(request));
  }
  /// Clusters with weights, "404", or the code of an answer without upstream.
  std::string to(const ResolvedRoute& resolved) const {
    if (!resolved.route.valid()) return "404";
    const RoutePlan& route = bench->draft.plan.routes[resolved.route];
    if (route.kind != RouteKind::Forward) return std::to_string(route.code);
    std::string out;
    for (const WeightedCluster& target : route.clusters) {
      out += (out.empty() ? "" : " ") + bench->draft.plan.clusters[target.cluster];
      if (route.clusters.size() > 1) out += "=" + std::to_string(target.weight);
    }
    return out;
  }
  const RoutePlan& route(const ResolvedRoute& resolved) const {
    REQUIRE(resolved.route.valid());
    return bench->draft.plan.routes[resolved.route];
  }
  const RequestTemplate& upstream(const ResolvedRoute& resolved) const {
    return bench->draft.plan.templates[resolved.upstream];
  }
  bool has_problem(const std::string& code) const {
    for (const Diagnostic& d : bench->draft.problems) {
      if (d.code == code) return true;
    }
    return false;
  }

  std::string sender = "client", sender_namespace = "default";
  std::unique_ptr<testing::VersionBench> bench;

 private:
  WorkloadId client() const { return bench->workload(sender, sender_namespace); }
  Scenario scenario_;
};

/// A VirtualService "web" for host web with these http rules.
std::string rules(const std::string& http, const std::string& name = "web",
                  const std::string& host = "web", const std::string& more = "") {
  return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name +
         "}\nspec:\n  hosts: [\"" + host + "\"]\n" + more + "  http:\n" + http + "---\n";
}
const std::string subsets =
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
    "spec: {host: web, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: "
    "v2}}, {name: empty, labels: {version: none}}]}\n---\n";

TEST_CASE("router: a service without rules keeps Istio's default route") {
  Mesh mesh("");
  const ResolvedRoute found = mesh.resolve("web");
  CHECK(mesh.to(found) == web);
  const RoutePlan& route = mesh.route(found);
  CHECK(route.name == "default");
  CHECK(route.virtual_host == "web.default.svc.cluster.local:80");
  CHECK(route.timeout == Duration{0});
  REQUIRE(route.retry.has_value());
  CHECK(route.retry->num_retries == 2);
}

TEST_CASE("router: all spellings of a service lead to its virtual host") {
  Mesh mesh("");
  for (const char* authority :
       {"web", "web:80", "WEB", "web.default", "web.default.svc", "web.default.svc.cluster.local",
        "web.default.svc.cluster.local.", "web.default:80"}) {
    CAPTURE(authority);
    CHECK(mesh.to(mesh.resolve(authority)) == web);
  }
}

TEST_CASE("router: istio#1 a rule for GET only answers a POST with 404 NR") {
  Mesh mesh(
      rules("  - match: [{method: {exact: GET}}]\n    route: [{destination: {host: web}}]\n"));
  CHECK(mesh.to(mesh.resolve("web")) == web);
  CHECK(mesh.to(mesh.resolve("web", "/", {}, "POST")) == "404");
}

TEST_CASE("router: istio#2 a rule for a header only answers others with 404 NR") {
  Mesh mesh(
      rules("  - match: [{headers: {x: {exact: \"1\"}}}]\n"
            "    route: [{destination: {host: web}}]\n"));
  CHECK(mesh.to(mesh.resolve("web", "/", {{"x", "1"}})) == web);
  CHECK(mesh.to(mesh.resolve("web")) == "404");
}

TEST_CASE("router: istio#3 a redirect answers itself") {
  Mesh mesh(
      rules("  - match: [{uri: {exact: /foo}}]\n    redirect: {uri: /new/path}\n"
            "  - route: [{destination: {host: web}}]\n"));
  CHECK(mesh.to(mesh.resolve("web", "/foo?key=value")) == "301");
  CHECK(mesh.to(mesh.resolve("web", "/new/path?key=value")) == web);
}

TEST_CASE("router: a direct response answers itself") {
  Mesh mesh(rules("  - directResponse: {status: 418}\n"));
  CHECK(mesh.to(mesh.resolve("web")) == "418");
}

TEST_CASE("router: istio#7 rewrites of exact paths, prefixes, expressions keep the query") {
  struct Row {
    const char* name;
    const char* match;
    const char* rewrite;
    const char* path;
    const char* upstream;
  };
  const Row rows[] = {
      {"istio#7 an exact path", "{uri: {exact: /foo}}", "{uri: /new/path}", "/foo?key=value",
       "/new/path?key=value"},
      {"a prefix leaves the rest", "{uri: {prefix: /old}}", "{uri: /v2}", "/old/a?b=1",
       "/v2/a?b=1"},
      {"a prefix rewritten to a slash doubles it", "{uri: {prefix: /old}}", "{uri: /}", "/old/a",
       "//a"},
      {"no uri: the root is the prefix", "{method: {exact: GET}}", "{uri: /v2/}", "/a", "/v2/a"},
      {"an expression replaces the whole path", "{uri: {regex: \"/o.*\"}}", "{uri: /n}", "/old/a?x",
       "/n?x"},
      {"groups", "{uri: {prefix: /users}}",
       "{uriRegexRewrite: {match: \"^/users/([^/]+)/(.*)$\", rewrite: \"/\\\\2/of/\\\\1\"}}",
       "/users/7/cart?x", "/cart/of/7?x"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Mesh mesh(rules(std::string("  - match: [") + row.match + "]\n    rewrite: " + row.rewrite +
                    "\n    route: [{destination: {host: web}}]\n"));
    CHECK(mesh.upstream(mesh.resolve("web", row.path)).path == row.upstream);
  }
}

TEST_CASE("router: istio#8-9 the authority by rewrite and by headers, the route's first") {
  struct Row {
    const char* name;
    const char* http;
    const char* authority;
  };
  const Row rows[] = {
      {"istio#8 rewrite",
       "  - rewrite: {authority: new-authority}\n    route: [{destination: {host: web}}]\n",
       "new-authority"},
      {"istio#9 the route's headers win",
       "  - headers: {request: {set: {\":authority\": route}}}\n    route: [{destination: {host: "
       "web}, headers: {request: {set: {Host: dest}}}}]\n",
       "route"},
      {"a destination's header",
       "  - route: [{destination: {host: web}, headers: {request: {set: {Host: dest}}}}]\n",
       "dest"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Mesh mesh(rules(row.http));
    CHECK(mesh.upstream(mesh.resolve("web")).authority == row.authority);
  }
}

TEST_CASE("router: request headers are set, added and removed on the way") {
  Mesh mesh(
      rules("  - headers: {request: {set: {a: \"1\"}, add: {b: \"2\"}, remove: [c]}}\n"
            "    route: [{destination: {host: web}}]\n"));
  const auto& headers =
      mesh.upstream(mesh.resolve("web", "/", {{"A", "0"}, {"b", "0"}, {"C", "0"}})).headers;
  REQUIRE(headers.size() == 3);
  CHECK(headers[0] == std::pair<std::string, std::string>{"b", "0"});
  CHECK(headers[1] == std::pair<std::string, std::string>{"a", "1"});
  CHECK(headers[2] == std::pair<std::string, std::string>{"b", "2"});
}

TEST_CASE("router: istio#12 faults are shares of a million; without percentage they never happen") {
  Mesh mesh(
      rules("  - match: [{uri: {exact: /a}}]\n"
            "    fault: {abort: {httpStatus: 418, percentage: {value: 100}}}\n"
            "    route: [{destination: {host: web}}]\n"
            "  - match: [{uri: {exact: /b}}]\n"
            "    fault: {abort: {httpStatus: 500}, delay: {fixedDelay: 2s, percentage: "
            "{value: 0.5}}}\n"
            "    route: [{destination: {host: web}}]\n"
            "  - fault: {abort: {grpcStatus: UNAVAILABLE, percentage: {value: 33.3}}}\n"
            "    route: [{destination: {host: web}}]\n"));
  const FaultPolicy a = mesh.route(mesh.resolve("web", "/a")).fault;
  CHECK(a.abort_share == Millionths{1'000'000});
  CHECK(a.abort_code == 418);
  const FaultPolicy b = mesh.route(mesh.resolve("web", "/b")).fault;
  CHECK(b.abort_share == Millionths{0});
  CHECK(b.delay_share == Millionths{5'000});
  CHECK(b.delay == seconds(2));
  const FaultPolicy c = mesh.route(mesh.resolve("web", "/c")).fault;
  CHECK(c.abort_grpc_status == 14);
  CHECK(c.abort_share.numerator == doctest::Approx(333'000).epsilon(1e-5));
}

TEST_CASE("router: istio#14 nothing after a catch-all is reached") {
  Mesh mesh(
      rules("  - match: [{uri: {regex: \".*\"}}]\n    directResponse: {status: 418}\n"
            "  - route: [{destination: {host: web}}]\n"));
  CHECK(mesh.to(mesh.resolve("web", "/any")) == "418");
}

TEST_CASE("router: istio#15 weights as written, zeros dropped, one alone is everything") {
  const auto weighted = [](const std::string& a, const std::string& b) {
    return rules("  - route:\n    - {destination: {host: web, subset: v1}, weight: " + a +
                 "}\n    - {destination: {host: web, subset: v2}, weight: " + b + "}\n") +
           subsets;
  };
  Mesh split(weighted("80", "20"));
  CHECK(split.to(split.resolve("web")) ==
        "outbound|80|v1|web.default.svc.cluster.local=80 "
        "outbound|80|v2|web.default.svc.cluster.local=20");
  Mesh zero(weighted("100", "0"));
  CHECK(zero.to(zero.resolve("web")) == "outbound|80|v1|web.default.svc.cluster.local");
  Mesh alone(rules("  - route: [{destination: {host: web}}]\n"));
  CHECK(alone.route(alone.resolve("web")).total_weight == 1);
}

TEST_CASE("router: istio#19 the older of two rules for a host wins, by name without timestamps") {
  const std::string to_other = "  - route: [{destination: {host: other, port: {number: 80}}}]\n";
  const std::string to_web = "  - route: [{destination: {host: web}}]\n";
  Mesh by_name(rules(to_web, "zz") + rules(to_other, "aa"));
  CHECK(by_name.to(by_name.resolve("web")) == "outbound|80||other.default.svc.cluster.local");
}

TEST_CASE("router: istio#21 hosts that are no service are known on port 80 only") {
  Mesh mesh(rules("  - route: [{destination: {host: web}}]\n", "ext", "shop.example"));
  CHECK(mesh.to(mesh.resolve("shop.example")) == web);
  CHECK(mesh.to(mesh.resolve("shop.example:8080", "/", {}, "GET", 8080)) == "PassthroughCluster");
}

TEST_CASE("router: istio#22 an exact host wins over an older wildcard") {
  Mesh mesh(rules("  - directResponse: {status: 418}\n", "aa", "*.cluster.local") +
            rules("  - route: [{destination: {host: web}}]\n", "zz"));
  CHECK(mesh.to(mesh.resolve("web")) == web);
  CHECK(mesh.to(mesh.resolve("other")) == "418");
}

TEST_CASE("router: of two wildcards the longer one wins, whichever is older") {
  Mesh mesh(rules("  - directResponse: {status: 418}\n", "aa", "*.cluster.local") +
            rules("  - directResponse: {status: 503}\n", "zz", "*.default.svc.cluster.local"));
  CHECK(mesh.to(mesh.resolve("web")) == "503");
}

TEST_CASE("router: istio#25 a destination without port takes the only port, else the listener's") {
  Mesh mesh(rules("  - route: [{destination: {host: web}}]\n", "other", "other"));
  CHECK(mesh.to(mesh.resolve("other:8080", "/", {}, "GET", 8080)) == web);
  Mesh two(rules("  - route: [{destination: {host: other}}]\n"));
  CHECK(two.to(two.resolve("web")) == "outbound|80||other.default.svc.cluster.local");
}

TEST_CASE("router: istio#97 mirrors with their share; 0 is no mirror") {
  struct Row {
    const char* share;
    std::uint32_t expected;
  };
  for (const Row& row : {Row{"", 1'000'000}, Row{", mirrorPercentage: {value: 50}", 500'000},
                         Row{", mirrorPercentage: {value: 10}", 100'000},
                         Row{", mirrorPercentage: {value: 0}", 0}}) {
    CAPTURE(row.share);
    Mesh mesh(rules(std::string("  - {route: [{destination: {host: web, subset: v1}}], mirror: "
                                "{host: web, subset: v2}") +
                    row.share + "}\n") +
              subsets);
    const auto& mirrors = mesh.route(mesh.resolve("web")).mirrors;
    REQUIRE(mirrors.size() == (row.expected == 0 ? 0u : 1u));
    if (row.expected > 0) CHECK(mirrors[0].share.numerator == row.expected);
  }
}

TEST_CASE("router: istio#107 unknown subset: no cluster; subset without pods: no hosts") {
  Mesh mesh(rules("  - match: [{uri: {prefix: /typo}}]\n"
                  "    route: [{destination: {host: web, subset: v9}}]\n"
                  "  - route: [{destination: {host: web, subset: empty}}]\n") +
            subsets);
  const WorkloadId client = mesh.bench->workload("client");
  CHECK(mesh.to(mesh.resolve("web", "/typo")) == "outbound|80|v9|web.default.svc.cluster.local");
  CHECK(mesh.bench->cluster(client, "outbound|80|v9|web.default.svc.cluster.local") == nullptr);
  const ClusterConfig* empty =
      mesh.bench->cluster(client, "outbound|80|empty|web.default.svc.cluster.local");
  REQUIRE(empty != nullptr);
  CHECK(empty->hosts.empty());
}

TEST_CASE("router: blocks hold for a port, for source labels, for gateways") {
  struct Row {
    const char* name;
    const char* match;
    bool holds;
  };
  const Row rows[] = {
      {"its port", "{port: 80}", true},
      {"another port", "{port: 81}", false},
      {"labels of the client", "{sourceLabels: {team: shop}}", true},
      {"other labels", "{sourceLabels: {team: else}}", false},
      {"its namespace", "{sourceNamespace: default}", true},
      {"another namespace", "{sourceNamespace: else}", false},
      {"sidecars are the gateway mesh", "{gateways: [mesh]}", true},
      {"another gateway", "{gateways: [front]}", false},
      {"gateways make labels irrelevant", "{gateways: [mesh], sourceLabels: {team: else}}", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    // A rule none of whose blocks holds contributes nothing: the service keeps its default route.
    Mesh mesh(
        rules(std::string("  - match: [") + row.match + "]\n    directResponse: {status: 418}\n",
              "web", "web", "  gateways: [mesh, front]\n"));
    CHECK(mesh.to(mesh.resolve("web")) == (row.holds ? "418" : web));
  }
}

TEST_CASE("router: names of routes and blocks are joined") {
  Mesh mesh(
      rules("  - name: main\n    match: [{name: inner, uri: {prefix: /a}}]\n"
            "    route: [{destination: {host: web}}]\n"
            "  - match: [{name: alone, uri: {prefix: /b}}]\n"
            "    route: [{destination: {host: web}}]\n"
            "  - route: [{destination: {host: web}}]\n"));
  CHECK(mesh.route(mesh.resolve("web", "/a")).name == "main.inner");
  CHECK(mesh.route(mesh.resolve("web", "/b")).name == "alone");
  CHECK(mesh.route(mesh.resolve("web", "/c")).name == "");
}

TEST_CASE("router: consistent hash of the only destination drops the previous-hosts predicate") {
  const std::string hash =
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
      "spec: {host: web, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x}}}}\n";
  Mesh with_rule(rules("  - route: [{destination: {host: web}}]\n") + hash);
  CHECK(!with_rule.route(with_rule.resolve("web")).retry->previous_hosts);
  Mesh without_rule(hash);
  CHECK(without_rule.route(without_rule.resolve("web")).retry->previous_hosts);
}

TEST_CASE("router: an unknown host passes through to nothing and is reported") {
  Mesh mesh("");
  CHECK(mesh.to(mesh.resolve("nobody")) == "PassthroughCluster");
  CHECK(mesh.has_problem("MS0511"));
}

TEST_CASE("router: a client without a sidecar knows no rules, retries or subsets") {
  Mesh mesh(rules("  - directResponse: {status: 418}\n"), "client");
  const ResolvedRoute found = mesh.resolve("web");
  CHECK(mesh.to(found) == "kubernetes|80||web.default.svc.cluster.local");
  CHECK(!mesh.route(found).retry.has_value());
}

TEST_CASE("router: delegates take the place of the rule that names them") {
  Mesh mesh(rules("  - match: [{uri: {prefix: /shop}}]\n    delegate: {name: shop}\n"
                  "    timeout: 3s\n"
                  "  - match: [{uri: {prefix: /gone}}]\n    delegate: {name: nobody}\n"
                  "  - route: [{destination: {host: web}}]\n") +
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop}\n"
            "spec:\n  http:\n"
            "  - match: [{uri: {prefix: /shop/cart}}]\n    directResponse: {status: 418}\n"
            "  - match: [{uri: {prefix: /else}}]\n    directResponse: {status: 500}\n"
            "  - route: [{destination: {host: other, port: {number: 80}}}]\n");
  CHECK(mesh.to(mesh.resolve("web", "/shop/cart/1")) == "418");
  const ResolvedRoute rest = mesh.resolve("web", "/shop/x");
  CHECK(mesh.to(rest) == "outbound|80||other.default.svc.cluster.local");
  CHECK(mesh.route(rest).timeout == seconds(3));
  CHECK(mesh.to(mesh.resolve("web", "/else")) == web);
  CHECK(mesh.to(mesh.resolve("web", "/gone")) == web);
}

}  // namespace
}  // namespace mesh
