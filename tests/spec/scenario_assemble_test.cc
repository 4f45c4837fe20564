// Trees to scenarios; objects applied on top as kubectl would.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_parts.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::node_of;

namespace {

YamlNode rule(const std::string& name, const std::string& host,
              const std::string& name_space = "default") {
  return node_of("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " +
                 name + ", namespace: " + name_space + "}\nspec: {host: " + host + "}\n");
}

std::string hosts(const Resources& resources) {
  std::string text;
  for (const istio::DestinationRule& r : resources.destination_rules) {
    text += (text.empty() ? "" : " ") + r.host;
  }
  return text;
}

}  // namespace

TEST_CASE("scenario_assemble: objects are the same by group, kind, namespace and name") {
  const auto identity = [](const char* text) { return identity_of(node_of(text)); };
  CHECK(identity("{apiVersion: v1, kind: Service, metadata: {name: a}}") ==
        Identity{"", "Service", "default", "a"});
  CHECK(identity("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: b}}") ==
        Identity{"apps", "Deployment", "b", "a"});
  CHECK(identity("{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: a}}") !=
        identity("{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: a}}"));
  CHECK(identity("{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: a}}") ==
        identity("{apiVersion: networking.istio.io/v1beta1, kind: Gateway, metadata: {name: a}}"));
}

TEST_CASE("scenario_assemble: applying replaces in place and adds behind") {
  Scenario s = assemble({}, {rule("a", "one"), rule("b", "two")}, "", {});
  CHECK(hosts(s.resources) == "one two");
  s = with_applied(s, {rule("a", "three"), rule("c", "four"), rule("a", "five", "prod")});
  CHECK(brief(s.diagnostics) == "");
  CHECK(hosts(s.resources) == "three two four five");
  CHECK(s.documents.size() == 4);
}

TEST_CASE("scenario_assemble: typed objects after an apply are those of the documents") {
  const Scenario s = assemble({}, {rule("a", "one"), rule("b", "two")}, "", {});
  const std::vector<YamlNode> more = {rule("b", "three"), rule("c", "four")};
  Diagnostics problems;
  const Resources applied = apply_documents(s, more, problems);
  CHECK(problems.empty());
  CHECK(hosts(applied) == "one three four");
  CHECK(applied == with_applied(s, more).resources);
  CHECK(hosts(s.resources) == "one two");
}

TEST_CASE("scenario_assemble: what is applied is checked like everything else") {
  const Scenario s = assemble({}, {rule("a", "one")}, "", {});
  Diagnostics problems;
  apply_documents(s,
                  {node_of("{apiVersion: networking.istio.io/v1, kind: DestinationRule, "
                           "metadata: {name: a}, spec: {hots: x}}")},
                  problems);
  CHECK(problems.has_errors());
  CHECK(with_applied(s, {node_of("{kind: Service}")}).diagnostics.has_errors());
}

TEST_CASE("scenario_assemble: lists in what is applied are opened") {
  YamlNode list = node_of("{apiVersion: v1, kind: List, items: []}");
  list.find("items")->items = {rule("a", "one"), rule("b", "two")};
  CHECK(merged_objects({rule("a", "zero")}, {list}).size() == 2);
}

TEST_CASE("scenario_assemble: a scenario is named by itself, its file, its folder") {
  const YamlNode named = node_of(
      "{apiVersion: meshsim.dev/v1alpha1, kind: Scenario, metadata: {name: own}, spec: {}}");
  CHECK(assemble(named, {}, "a/b.yaml", {}).name == "own");
  CHECK(assemble({}, {}, "a/b.yaml", {}).name == "b");
  CHECK(assemble({}, {}, "a/scenario.yaml", {}).name == "a");
  CHECK(assemble({}, {}, "./scenario.yaml", {}).name == "scenario");
  CHECK(assemble({}, {}, "", {}).name == "");
}

TEST_CASE("scenario_assemble: what the files' own problems were stays known") {
  Diagnostics before;
  before.add({Severity::Error, "MS0101", {"x.yaml", 1, 1}, "", "malformed", ""});
  const Scenario s = assemble({}, {}, "", before);
  CHECK(s.diagnostics == before);
  CHECK(with_applied(s, {rule("a", "b")}).diagnostics == before);
}
