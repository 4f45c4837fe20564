// zone_aware_lb_config of EnvoyFilters: what is read of it.
#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

ZoneAwareConfig read(const std::string& value) {
  const istio::EnvoyPatch patch = testing::patch_of(
      testing::cluster_patch("{common_lb_config: {zone_aware_lb_config: " + value + "}}"));
  return std::get<istio::ClusterPatch>(patch.value).zone_aware.value();
}

TEST_CASE("envoy_zone_aware: all fields, and Envoy's defaults") {
  CHECK(
      read(
          "{routing_enabled: {value: 25}, min_cluster_size: 3, force_local_zone: {min_size: 2}}") ==
      ZoneAwareConfig{25, 3, false, true, 2});
  CHECK(read("{}") == ZoneAwareConfig{});
  CHECK(read("{force_local_zone: {}}") == ZoneAwareConfig{100, 6, false, true, 1});
}

}  // namespace
}  // namespace mesh
