// Envoy's own subsets: what is read of them.
#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

using istio::SubsetFallback;
using testing::cluster_patch;

istio::SubsetPatch read(const std::string& value) {
  const istio::EnvoyPatch patch =
      testing::patch_of(cluster_patch("{lb_subset_config: " + value + "}"));
  return std::get<istio::ClusterPatch>(patch.value).subsets.value();
}

TEST_CASE("envoy_subsets: fallback, selectors, default subset, panic mode") {
  const istio::SubsetPatch all = read(
      "{fallback_policy: DEFAULT_SUBSET, default_subset: {version: v1}, subset_selectors: "
      "[{keys: [version]}], panic_mode_any: true, list_as_any: true}");
  CHECK(all.fallback == SubsetFallback::DefaultSubset);
  CHECK(all.has_default_subset);
  CHECK(all.selectors == std::vector<istio::SubsetSelector>{{{"version"}}});
  CHECK(all.panic_mode_any);
  const istio::SubsetPatch none = read("{subset_selectors: [], default_subset: {}}");
  CHECK(!none.fallback.has_value());
  CHECK(none.selectors.empty());
  CHECK(!none.has_default_subset);
}

TEST_CASE("envoy_subsets: forms that are refused") {
  const std::string at = "spec.configPatches[0].patch.value.lb_subset_config.";
  const std::vector<testing::Row> rows = {
      {"selectors in no list", "{lb_subset_config: {subset_selectors: {keys: [a]}}}",
       "error MS0103 " + at + "subset_selectors: expected a list, found a mapping"},
      {"an unknown word", "{lb_subset_config: {fallback_policy: NOBODY}}",
       "error MS0106 " + at +
           "fallback_policy: must be one of NO_FALLBACK, ANY_ENDPOINT, DEFAULT_SUBSET, got "
           "\"NOBODY\""},
  };
  testing::check_rows(rows, cluster_patch);
}

TEST_CASE("envoy_subsets: the fallback of a single selector is reported, not ignored") {
  const std::string at = "spec.configPatches[0].patch.value.lb_subset_config.subset_selectors[0].";
  const std::vector<testing::Row> rows = {
      {"a policy",
       "{lb_subset_config: {subset_selectors: [{keys: [a], fallback_policy: ANY_ENDPOINT}]}}",
       "warning MS0301 " + at +
           "fallback_policy: is not simulated yet: the fallback_policy of the whole decides"},
  };
  testing::check_rows(rows, cluster_patch);
}

}  // namespace
}  // namespace mesh
