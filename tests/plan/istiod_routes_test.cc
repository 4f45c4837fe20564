// Requests routed as istiod's own configuration routes them, over sets of sample files.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/plan/istiod_case.h"

namespace mesh {
namespace {

using nlohmann::json;
using testing::IstiodCase;

/// "cluster=weight …" of an expected forward.
std::string expected_targets(const json& expect) {
  if (expect.contains("cluster")) return expect["cluster"].get<std::string>() + "=1";
  std::string out;
  for (const json& entry : expect["clusters"]) {
    if (!out.empty()) out += " ";
    out += entry["cluster"].get<std::string>() + "=" + entry["weight"].dump();
  }
  return out;
}

std::string targets(const Plan& plan, const RoutePlan& route) {
  if (route.clusters.size() == 1) return plan.clusters[route.clusters[0].cluster] + "=1";
  std::string out;
  for (const WeightedCluster& target : route.clusters) {
    if (!out.empty()) out += " ";
    out += plan.clusters[target.cluster] + "=" + std::to_string(target.weight);
  }
  return out;
}

RequestTemplate request_of(const json& asked, std::uint32_t port) {
  RequestTemplate request;
  request.method = asked.value("method", "GET");
  request.authority = asked.value("host", "");
  request.path = asked.value("path", "/");
  request.port = port;
  if (asked.contains("headers")) {
    for (const auto& [name, value] : asked["headers"].items()) {
      request.headers.emplace_back(name, value.get<std::string>());
    }
  }
  return request;
}

void check_forward(IstiodCase& c, WorkloadId proxy, const ResolvedRoute& resolved,
                   const json& expect) {
  REQUIRE(resolved.route.valid());
  const Plan& plan = c.bench->draft.plan;
  const RoutePlan& route = plan.routes[resolved.route];
  CHECK(route.kind == RouteKind::Forward);
  CHECK(targets(plan, route) == expected_targets(expect));
  CHECK(route.virtual_host == expect.value("virtual_host", route.virtual_host));
  CHECK(route.name == expect.value("route", ""));
  const RequestTemplate& upstream = plan.templates[resolved.upstream];
  if (expect.contains("upstream_path"))
    CHECK(upstream.path == expect["upstream_path"].get<std::string>());
  if (expect.contains("upstream_authority")) {
    CHECK(upstream.authority == expect["upstream_authority"].get<std::string>());
  }
  for (const WeightedCluster& target : route.clusters) {
    const bool missing = expect.value("cluster_missing", false);
    const bool passthrough = plan.clusters[target.cluster] == "PassthroughCluster";
    const ClusterConfig* config = c.bench->cluster(proxy, plan.clusters[target.cluster]);
    CHECK((config == nullptr) == (missing || passthrough));
    if (config != nullptr && expect.contains("healthy_endpoints") &&
        expect["healthy_endpoints"].is_number()) {
      CHECK(config->hosts.size() == expect["healthy_endpoints"].get<std::size_t>());
    }
  }
}

/// True when the row is about HTTP in the clear, the part that is modelled.
bool is_modelled(const json& asked, const json& expect) {
  static const std::set<std::string> outcomes{"forward",         "redirect",        "tls_redirect",
                                              "direct_response", "no_virtual_host", "no_route"};
  const std::string mode = asked.value("mode", "outbound");
  // An address that is dialled without its name decides only where the protocol is detected.
  return asked.value("protocol", "http") != "tcp" && mode != "inbound" && !asked.contains("tls") &&
         !asked.contains("address") && outcomes.contains(expect.value("outcome", ""));
}

TEST_CASE("router: requests go where istiod sends them, over the sample files") {
  const auto folder = testing::istiod_cases();
  if (!folder) return;
  std::size_t rows = 0;
  for (const auto& entry : testing::sorted_folders(*folder)) {
    IstiodCase c(entry);
    if (!c.is_modelled()) continue;
    const json recorded = json::parse(testing::read_file(entry / "routes.json"));
    for (const json& row : recorded["requests"]) {
      const json& asked = row["request"];
      const json& expect = row["expect"];
      if (!is_modelled(asked, expect)) continue;
      INFO(entry.filename().string(), ": ", asked.dump());
      const WorkloadId proxy = c.proxy(asked["proxy"]);
      REQUIRE(proxy.valid());
      const std::uint32_t port = c.listener_port(proxy, asked["port"]);
      const TemplateId request = c.bench->draft.intern(request_of(asked, port));
      const ResolvedRoute resolved = c.bench->router.resolve(proxy, request);
      const std::string outcome = expect["outcome"];
      ++rows;
      if (outcome == "forward") {
        check_forward(c, proxy, resolved, expect);
      } else if (outcome == "no_virtual_host" || outcome == "no_route") {
        CHECK(!resolved.route.valid());
      } else {
        REQUIRE(resolved.route.valid());
        const RoutePlan& route = c.bench->draft.plan.routes[resolved.route];
        CHECK(route.kind ==
              (outcome == "direct_response" ? RouteKind::DirectResponse : RouteKind::Redirect));
        CHECK(route.code == expect.value("status", 301));
      }
    }
  }
  MESSAGE(rows, " requests compared");
  CHECK(rows > 100);
}

}  // namespace
}  // namespace mesh
