// Thresholds are on loads and edges that exist.
#include "libmesh/plan/thresholds.h"

#include <doctest/doctest.h>

#include "libmesh/plan/compile.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

TEST_CASE("thresholds: edges by workload, service, load or ingress; loads by name") {
  struct Row {
    const char* edge;
    const char* load;
    bool accepted;
  };
  const Row rows[] = {
      {"", "", true},
      {"load->web", "", true},
      {"load->web-v1", "", true},
      {"load->web.default", "", true},
      {"ingress->web", "", true},
      {"load->wbe", "", false},
      {"nobody->web", "", false},
      {"load web", "", false},
      {"", "load", true},
      {"", "other", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.edge);
    CAPTURE(row.load);
    testing::ScenarioBuilder b;
    b.service("web").deployment("web", "v1").behaviour("web-v1");
    b.load("web");
    ThresholdSpec threshold;
    threshold.metric = "p99";
    threshold.edge = row.edge;
    threshold.load = row.load;
    b.scenario().thresholds.push_back(threshold);
    CHECK((compile(b.scenario()).plan != nullptr) == row.accepted);
  }
}

}  // namespace
}  // namespace mesh
