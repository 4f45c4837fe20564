// Localities: distances, priorities and weights of endpoints as istiod writes them for a caller.
#include "libmesh/plan/locality.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"
#include "tests/support/paths.h"

namespace mesh {
namespace {

using testing::VersionBench;

struct Pods {
  std::string name, locality;
  Labels labels = {};
  std::uint32_t replicas = 1;
};

/// Service "web" over these pods, called by "client" in region r1, zone z1.
struct Mesh {
  Mesh(const std::vector<Pods>& pods, const std::string& rule, const Labels& client_labels = {}) {
    scenario.resources = testing::resources_of(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec: {selector: {app: web}, ports: [{name: http, port: 80}]}\n---\n" +
        rule);
    for (const Pods& p : pods) add(p.name, "web", p.locality, p.labels, p.replicas);
    add("client", "client", "r1/z1", client_labels, 1);
    bench = std::make_unique<VersionBench>(scenario);
  }

  void add(const std::string& name, const std::string& app, const std::string& locality,
           const Labels& labels, std::uint32_t replicas) {
    k8s::Workload workload;
    workload.metadata.name = name;
    workload.pod_labels = labels;
    workload.pod_labels["app"] = app;
    workload.replicas = replicas;
    scenario.resources.workloads.push_back(workload);
    WorkloadBehaviour behaviour;
    behaviour.workload = name;
    behaviour.locality = locality;
    scenario.behaviour.push_back(behaviour);
  }

  const ClusterConfig& cluster(const std::string& from = "client") {
    const ClusterConfig* found =
        bench->cluster(bench->workload(from), "outbound|80||web.default.svc.cluster.local");
    REQUIRE(found != nullptr);
    return *found;
  }

  /// "0 near-0; 1 far-0 far-1": priority, endpoints; with weights " (70)" after the priority.
  std::string text(const std::string& from = "client") {
    const ClusterConfig& config = cluster(from);
    std::string out;
    for (std::size_t h = 0; h < config.hosts.size(); ++h) {
      const HostPlan& host = config.hosts[h];
      if (h == 0 || host.locality != config.hosts[h - 1].locality) {
        if (h > 0) out += "; ";
        out += std::to_string(host.priority);
        if (config.locality_weighted) {
          out += " (" + std::to_string(config.localities[host.locality].weight) + ")";
        }
      }
      out += " " + bench->draft.plan.endpoints[host.endpoint].name;
    }
    return out;
  }

  Scenario scenario;
  std::unique_ptr<VersionBench> bench;
};

std::string with_rule(const std::string& balancer, bool outlier = true) {
  return "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
         "spec:\n  host: web\n  trafficPolicy:\n    loadBalancer: " +
         balancer + "\n" + (outlier ? "    outlierDetection: {maxEjectionPercent: 100}\n" : "");
}

const std::vector<Pods> four = {
    {"here", "r1/z1"}, {"next", "r1/z2"}, {"mapped", "r2/z3"}, {"other", "r3/z4"}};

TEST_CASE("locality: names have up to three parts, and none at the end counts") {
  CHECK(parse_locality("r/z/s") == Locality{"r", "z", "s"});
  CHECK(parse_locality("r/z/") == Locality{"r", "z", ""});
  CHECK(parse_locality("r") == Locality{"r", "", ""});
  CHECK(parse_locality("") == Locality{});
  CHECK(trimmed_locality("r/z/") == "r/z");
  CHECK(trimmed_locality("//") == "");
}

TEST_CASE("locality: a rule's pattern covers what it leaves out or writes as a star") {
  struct Row {
    const char *locality, *rule;
    bool matches;
  };
  for (const Row& row : std::vector<Row>{{"r/z/s", "r/z/s", true},
                                         {"r/z/s", "r/z/*", true},
                                         {"r/z/s", "r/*", true},
                                         {"r/z/s", "r", true},
                                         {"r/z/s", "*", true},
                                         {"r/z", "r/z/s", false},
                                         {"r/z", "r/y", false},
                                         {"r2/z", "r/*", false},
                                         {"", "*", true},
                                         {"", "r", false}}) {
    CAPTURE(row.locality);
    CAPTURE(row.rule);
    CHECK(locality_matches(parse_locality(row.locality), row.rule) == row.matches);
  }
}

TEST_CASE("locality: distance is the first part that differs") {
  const Locality here = parse_locality("r/z/s");
  CHECK(distance(here, parse_locality("r/z/s")) == 0);
  CHECK(distance(here, parse_locality("r/z/t")) == 1);
  CHECK(distance(here, parse_locality("r/y/s")) == 2);
  CHECK(distance(here, parse_locality("q/z/s")) == 3);
  CHECK(distance({}, {}) == 0);
}

TEST_CASE("locality: without outlier detection nothing is told apart") {
  CHECK(Mesh(four, with_rule("{simple: ROUND_ROBIN}", false)).text() ==
        "0 here-0; 0 next-0; 0 mapped-0; 0 other-0");
  CHECK_FALSE(Mesh(four, with_rule("{simple: ROUND_ROBIN}")).cluster().locality_weighted);
}

TEST_CASE("istio#99: with outlier detection near endpoints come first") {
  CHECK(Mesh(four, with_rule("{simple: ROUND_ROBIN}")).text() ==
        "0 here-0; 1 next-0; 2 mapped-0; 2 other-0");
}

TEST_CASE("locality: enabled: false switches it off") {
  CHECK(Mesh(four, with_rule("{localityLbSetting: {enabled: false}}")).text() ==
        "0 here-0; 0 next-0; 0 mapped-0; 0 other-0");
}

TEST_CASE("locality: an address that the caller picked is in no order") {
  Mesh picked(four, with_rule("{simple: PASSTHROUGH}"));
  CHECK(picked.text() == Mesh(four, "").text());
  CHECK(picked.cluster().load_balancer.kind == LoadBalancerKind::OriginalDestination);
  Mesh headless(four, with_rule("{simple: RANDOM}"));
  headless.scenario.resources.services.front().cluster_ip = "None";
  headless.bench = std::make_unique<VersionBench>(headless.scenario);
  CHECK(headless.text() == Mesh(four, "").text());
}

TEST_CASE("istio#102: a region failover puts the named region before the others") {
  CHECK(Mesh(four, with_rule("{localityLbSetting: {failover: [{from: r1, to: r2}]}}")).text() ==
        "0 (1) here-0; 1 (1) next-0; 2 (1) mapped-0; 3 (1) other-0");
}

TEST_CASE("locality: a failover of another region changes nothing but the weights' use") {
  CHECK(Mesh(four, with_rule("{localityLbSetting: {failover: [{from: r9, to: r3}]}}")).text() ==
        "0 (1) here-0; 1 (1) next-0; 2 (1) mapped-0; 2 (1) other-0");
}

TEST_CASE("istio#103: distribute gives fixed shares, and nothing to who is not listed") {
  const std::string rule = with_rule(
      "{localityLbSetting: {distribute: [{from: r1/z1/*, "
      "to: {r1/z1/*: 70, r1/z2/*: 20, r3/z4/*: 10}}]}}",
      false);
  CHECK(Mesh(four, rule).text() == "0 (70) here-0; 0 (20) next-0; 0 (10) other-0");
}

TEST_CASE("istio#101: the first rule for the caller's place counts; others see all") {
  const std::string rule = with_rule(
      "{localityLbSetting: {distribute: [{from: r7/*, to: {r1/*: 100}}, "
      "{from: r1/*, to: {r2/*: 80, r1/*: 20}}]}}");
  Mesh mesh({{"near", "r2/z1", {}, 2}, {"own", "r1/z1"}}, rule);
  CHECK(mesh.text() == "0 (20) own-0; 0 (80) near-0 near-1");
  Mesh elsewhere({{"near", "r2/z1"}, {"away", "r3/z1"}}, rule);
  CHECK(elsewhere.text("away") == "0 (1) near-0; 0 (1) away-0");
}

TEST_CASE("locality: localities under one share divide it by their endpoints, rounded up") {
  const std::string rule =
      with_rule("{localityLbSetting: {distribute: [{from: r1/*, to: {r1/*: 50, r2/*: 50}}]}}");
  CHECK(Mesh({{"a", "r1/z1", {}, 2}, {"b", "r1/z2"}, {"c", "r2/z1"}}, rule).text() ==
        "0 (34) a-0 a-1; 0 (17) b-0; 0 (50) c-0");
}

TEST_CASE("locality: labels rank endpoints by the first that differs") {
  const std::string rule = with_rule("{localityLbSetting: {failoverPriority: [release, tier]}}");
  const std::vector<Pods> pods = {{"both", "r2/z9", {{"release", "blue"}, {"tier", "gold"}}},
                                  {"release", "r1/z1", {{"release", "blue"}, {"tier", "tin"}}},
                                  {"tier", "r1/z1", {{"release", "green"}, {"tier", "gold"}}},
                                  {"none", "r1/z1"}};
  CHECK(Mesh(pods, rule, {{"release", "blue"}, {"tier", "gold"}}).text() ==
        "0 (1) both-0; 1 (1) release-0; 2 (2) tier-0 none-0");
  CHECK(Mesh(pods, with_rule("{localityLbSetting: {failoverPriority: ['release=green']}}"),
             {{"release", "blue"}})
            .text() == "0 (1) tier-0; 1 (2) release-0 none-0; 1 (1) both-0");
}

TEST_CASE("locality: a label that nobody has is no difference; topology labels come from places") {
  const std::string rule =
      with_rule("{localityLbSetting: {failoverPriority: [team, topology.kubernetes.io/zone]}}");
  CHECK(Mesh(four, rule).text() == "0 (1) here-0; 1 (1) next-0; 1 (1) mapped-0; 1 (1) other-0");
}

TEST_CASE("locality: labels before regions, each rank split in five") {
  const std::string rule =
      with_rule("{localityLbSetting: {failoverPriority: [team], failover: [{from: r1, to: r2}]}}");
  const std::vector<Pods> pods = {{"a", "r3/z1", {{"team", "x"}}},
                                  {"b", "r1/z1", {{"team", "x"}}},
                                  {"c", "r1/z1"},
                                  {"d", "r2/z1"}};
  CHECK(Mesh(pods, rule, {{"team", "x"}}).text() == "0 (1) b-0; 1 (1) a-0; 2 (1) c-0; 3 (1) d-0");
}

TEST_CASE("istio#104: trafficDistribution keeps traffic in the zone without any rule") {
  Mesh mesh(four, "");
  mesh.scenario.resources.services.front().traffic_distribution = "PreferClose";
  mesh.bench = std::make_unique<VersionBench>(mesh.scenario);
  CHECK(mesh.text() == "0 (1) here-0; 1 (1) next-0; 2 (1) mapped-0; 2 (1) other-0");
  CHECK(mesh.cluster().panic_threshold_percent == 0);
}

TEST_CASE("locality: callers of one place share a configuration, others have their own") {
  Mesh mesh({{"a", "r1/z1"}, {"b", "r1/z1"}, {"c", "r2/z1"}}, with_rule("{simple: RANDOM}"));
  CHECK(&mesh.cluster("a") == &mesh.cluster("b"));
  CHECK(mesh.text("c") == "0 c-0; 1 a-0 b-0");
}

TEST_CASE("locality: the caller's own place is listed first, then regions and zones by name") {
  const std::string rule =
      with_rule("{localityLbSetting: {distribute: [{from: r1/*, to: {r1/*: 50, '*': 50}}]}}");
  Mesh mesh({{"a", "r0/z1"}, {"b", "r1-x/z1"}, {"c", "r1/z2"}, {"d", "r1/z1"}}, rule);
  std::vector<std::string> names;
  for (const LocalityPlan& locality : mesh.cluster().localities) names.push_back(locality.name);
  CHECK(names == std::vector<std::string>{"r1/z1", "r0/z1", "r1/z2", "r1-x/z1"});
}

TEST_CASE("locality: a pod's label names its place before the scenario does") {
  Mesh mesh({{"moved", "r1/z1", {{"istio-locality", "r2.z5"}}}, {"here", "r1/z1"}},
            with_rule("{simple: RANDOM}"));
  CHECK(mesh.text() == "0 here-0; 1 moved-0");
}

/// Nodes carry the topology in the recorded case; scenarios say it of workloads.
TEST_CASE("istio#102: failover between regions as istiod recorded it") {
  const auto shared = testing::shared_dir();
  const auto folder =
      shared ? *shared / "fixtures" / "istio" / "locality-failover" : std::filesystem::path();
  if (!shared || !std::filesystem::exists(folder)) {
    MESSAGE("recorded translations are absent: skipped");
    return;
  }
  Scenario scenario;
  scenario.resources = testing::resources_of(testing::read_file(folder / "app.yaml"));
  k8s::Workload client;
  client.metadata.name = "client";
  client.pod_labels = {{"app", "client"}};
  scenario.resources.workloads.push_back(client);
  const std::vector<std::pair<std::string, std::string>> places = {
      {"client", "eu-west/eu-west-1a"},
      {"store-a1", "eu-west/eu-west-1a"},
      {"store-a2", "eu-west/eu-west-1b"},
      {"store-b1", "us-east/us-east-1a"},
      {"store-c1", "ap-south/ap-south-1a"}};
  for (const auto& [workload, locality] : places) {
    WorkloadBehaviour behaviour;
    behaviour.workload = workload;
    behaviour.locality = locality;
    scenario.behaviour.push_back(behaviour);
  }
  VersionBench bench(scenario);
  const std::string name = "outbound|80||store.default.svc.cluster.local";
  const ClusterConfig* config = bench.cluster(bench.workload("client"), name);
  REQUIRE(config != nullptr);
  CHECK(config->locality_weighted);
  std::set<std::string> ours, theirs;
  for (const LocalityPlan& l : config->localities) {
    ours.insert(l.name + " " + std::to_string(l.priority) + " " + std::to_string(l.weight));
  }
  const nlohmann::json expected =
      nlohmann::json::parse(testing::read_file(folder / "expected.json"));
  for (const auto& cluster : expected["proxies"][0]["endpoints"]) {
    if (cluster["cluster"] != name) continue;
    for (const auto& l : cluster["localities"]) {
      theirs.insert(l["locality"].get<std::string>() + " " +
                    std::to_string(l.value("priority", 0)) + " " +
                    std::to_string(l.value("weight", 0)));
    }
  }
  CHECK(ours == theirs);
}

}  // namespace
}  // namespace mesh
