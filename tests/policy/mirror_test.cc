// Which requests are copied, under which name.
#include "libmesh/policy/mirror.h"

#include <doctest/doctest.h>

#include <vector>

#include "libmesh/policy/weighted_cluster.h"

using namespace mesh;

TEST_CASE("mirror: the authority gets -shadow before its port") {
  CHECK(shadow_authority("cluster1") == "cluster1-shadow");
  CHECK(shadow_authority("cluster1:8000") == "cluster1-shadow:8000");
  CHECK(shadow_authority("reviews.default.svc:9080") == "reviews.default.svc-shadow:9080");
}

TEST_CASE("mirror: sampling and splitting share a word, per million against per hundred") {
  // A 50 % mirror over a 50/50 split copies a quarter from each side, as measured on Envoy.
  const std::vector<std::uint32_t> split = {50, 50};
  std::vector<int> copied(2);
  const std::uint64_t n = 1'000'000;
  for (std::uint64_t v = 0; v < n; ++v) {
    if (is_mirrored({500'000}, v)) ++copied[weighted_cluster_pick(split, v)];
  }
  CHECK(copied == std::vector<int>{250'000, 250'000});
}
