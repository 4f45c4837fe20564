// The mesh configuration: YAML inside the string of a ConfigMap, with places of its own.
#include "libmesh/spec/istio/mesh_config.h"

#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::complaints;
using testing::read_text;

const std::string head =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n";

TEST_CASE("mesh_config: what it says is kept, what it does not say is Istio's default") {
  const auto silent = read_text(head + "  mesh: |\n    accessLogFile: /dev/stdout\n");
  REQUIRE_EQ(silent.resources.mesh_configs.size(), 1);
  CHECK(!silent.resources.mesh_configs.front().registry_only);
  CHECK(!silent.resources.mesh_configs.front().default_http_retry_policy.has_value());
  CHECK(silent.problems.empty());

  const auto read = read_text(head +
                              "  mesh: |\n"
                              "    outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n"
                              "    defaultHttpRetryPolicy: {attempts: 3, perTryTimeout: 80ms}\n");
  REQUIRE_EQ(read.resources.mesh_configs.size(), 1);
  const istio::MeshConfig& kept = read.resources.mesh_configs.front();
  CHECK(kept.registry_only);
  REQUIRE(kept.default_http_retry_policy.has_value());
  CHECK(kept.default_http_retry_policy->attempts == 3);
  CHECK(kept.default_http_retry_policy->per_try_timeout == milliseconds(80));
}

TEST_CASE("mesh_config: problems have their place in the file") {
  const std::string bad = head +
                          "  mesh: |\n"
                          "    outboundTrafficPolicy:\n"
                          "      mode: REGISTRY\n"
                          "    connectTimeOut: 3s\n";
  const auto read = read_text(bad);
  REQUIRE(read.problems.count(Severity::Error) == 2);
  std::vector<std::string> places;
  for (const Diagnostic& problem : read.problems) {
    places.push_back(std::to_string(problem.place.line) + ":" +
                     std::to_string(problem.place.column));
  }
  CHECK(places == std::vector<std::string>{"7:13", "8:5"});
}

TEST_CASE("mesh_config: fields that are not simulated are reported, broken text is an error") {
  const auto reported = read_text(head + "  mesh: |\n    connectTimeout: 3s\n");
  CHECK(reported.problems.count(Severity::Info) == 1);
  CHECK(!reported.problems.has_errors());
  CHECK(read_text(head + "  mesh: |\n    a: [\n").problems.has_errors());
  CHECK(read_text(head + "  mesh: |\n    - a list\n").problems.has_errors());
  CHECK(read_text(head + "  mesh: ''\n").problems.empty());
}

TEST_CASE("mesh_config: other ConfigMaps are not used") {
  const auto read =
      read_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {a: b}\n");
  CHECK(read.resources.mesh_configs.empty());
  CHECK(read.problems.count(Severity::Info) == 1);
}

}  // namespace
}  // namespace mesh
