// Bootstraps that we write, held against those that istiod's code wrote for the recordings.
#include "libmesh/export/envoy_bootstrap.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "libmesh/verify/case_scenario.h"
#include "libmesh/verify/verify.h"
#include "tests/conformance/envoy_documents.h"
#include "tests/support/paths.h"

namespace mesh {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// What is not translated yet decides in these cases.
bool is_foreign(const fs::path& folder) {
  const std::string text = testing::read_file(folder / "istio.yaml");
  return text.find("kind: EnvoyFilter") != std::string::npos ||
         text.find("kind: HTTPRoute") != std::string::npos;
}

struct Counts {
  std::size_t clusters = 0, virtual_hosts = 0;
};

std::size_t compare(const std::map<std::string, json>& ours,
                    const std::map<std::string, json>& theirs) {
  for (const auto& [name, facts] : theirs) {
    CAPTURE(name);
    const auto found = ours.find(name);
    CHECK_MESSAGE(found != ours.end(), "is missing");
    // As text, since doctest prints it.
    if (found != ours.end()) CHECK(found->second.dump() == facts.dump());
  }
  for (const auto& [name, facts] : ours) {
    CHECK_MESSAGE(theirs.contains(name), name, " is ours alone");
  }
  return theirs.size();
}

void compare_workload(const Scenario& scenario, const std::string& workload, std::uint32_t port,
                      const fs::path& file, Counts& counts) {
  Diagnostics problems;
  const ProxyTables tables = proxy_tables(scenario, workload, problems);
  REQUIRE(tables.plan != nullptr);
  const json ours = json::parse(envoy_bootstrap(tables, {.port = port}));
  json theirs = json::parse(testing::read_file(file));
  if (!tables.plan->workloads[tables.workload].has_sidecar) {
    // The recorder gave an outbound side to applications that call nobody.
    testing::keep_inbound(theirs);
  }
  counts.clusters += compare(testing::clusters_in(ours), testing::clusters_in(theirs));
  counts.virtual_hosts +=
      compare(testing::virtual_hosts_in(ours), testing::virtual_hosts_in(theirs));
}

TEST_CASE("envoy_bootstrap: every proxy of the recordings gets what istiod gave it") {
  const auto shared = testing::shared_dir();
  if (!shared) {
    MESSAGE("no recordings beside the repository: skipped");
    return;
  }
  Counts counts;
  for (const std::string& folder : verify::find_cases({(*shared / "fixtures/envoy").string()})) {
    if (is_foreign(folder)) continue;
    CAPTURE(folder);
    Diagnostics problems;
    const verify::Case recorded = verify::read_case(folder, problems);
    const Scenario scenario = verify::scenario_of(recorded, {}, problems);
    REQUIRE_FALSE(problems.has_errors());
    const std::string client = recorded.client.workload + "." + recorded.client.name_space;
    compare_workload(scenario, client, recorded.client.port, fs::path(folder) / "envoy.json",
                     counts);
    for (const verify::Instance& instance : recorded.instances) {
      const fs::path own = fs::path(folder) / ("envoy." + instance.name + ".json");
      if (!fs::exists(own)) continue;
      CAPTURE(instance.name);
      compare_workload(scenario, instance.name, recorded.client.port, own, counts);
    }
  }
  MESSAGE(counts.clusters, " clusters and ", counts.virtual_hosts, " virtual hosts compared");
  CHECK(counts.clusters > 200);
  CHECK(counts.virtual_hosts > 300);
}

}  // namespace
}  // namespace mesh
