// One stable word against cumulative weights.
#include "libmesh/policy/weighted_cluster.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

TEST_CASE("weighted_cluster: half-open intervals in configured order") {
  const std::vector<std::uint32_t> weights = {10, 0, 30, 60};
  struct Row {
    std::uint64_t value;
    std::uint32_t cluster;
  };
  for (const Row row : {Row{0, 0}, Row{9, 0}, Row{10, 2}, Row{39, 2}, Row{40, 3}, Row{99, 3},
                        Row{100, 0}, Row{1'239, 2}}) {
    CAPTURE(row.value);
    CHECK(weighted_cluster_pick(weights, row.value) == row.cluster);
  }
}

TEST_CASE("weighted_cluster: weights need not add up to 100") {
  const std::vector<std::uint32_t> weights = {1, 2};
  std::vector<int> picks(2);
  for (std::uint64_t v = 0; v < 300; ++v) ++picks[weighted_cluster_pick(weights, v)];
  CHECK(picks == std::vector<int>{100, 200});
}
