// Reads lb_subset_config of an EnvoyFilter's clusters.
#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

using Fallback = SubsetFallback;

/// Whether the mapping has a key at all.
Reader<bool> not_empty() {
  return {any().shape, [](const YamlNode& node, const Reading& at, bool& out) {
            if (node.kind != YamlNode::Kind::Mapping) {
              at.wrong_type(node, "a mapping");
              return false;
            }
            out = !node.entries.empty();
            return true;
          }};
}

const Table<SubsetSelector>& subset_selector_table() {
  using S = SubsetSelector;
  static const Table<S> table(
      "LbSubsetSelector", "Keys of metadata that make subsets.",
      {no_effect("keys", &S::keys, list(text()), "Endpoints from istiod have none of them."),
       no_effect("single_host_per_subset", any(), "Endpoints have no metadata."),
       reported("fallback_policy", any(), "For requests that ask for these keys.",
                Severity::Warning)
           .meanwhile("the fallback_policy of the whole decides"),
       reported("fallback_keys_subset", any(), "Keys of KEYS_SUBSET.", Severity::Warning)
           .meanwhile("the fallback_policy of the whole decides")});
  return table;
}

}  // namespace

const Table<SubsetPatch>& subset_patch_table() {
  using S = SubsetPatch;
  static const Table<S> table(
      "LbSubsetConfig", "Only hosts with the metadata that a route asks for.",
      {simulated("fallback_policy", &S::fallback,
                 one_of<std::optional<Fallback>>({{"NO_FALLBACK", Fallback::NoFallback},
                                                  {"ANY_ENDPOINT", Fallback::AnyEndpoint},
                                                  {"DEFAULT_SUBSET", Fallback::DefaultSubset}}),
                 "NO_FALLBACK", "Whom a request gets for which there is no subset."),
       simulated("subset_selectors", &S::selectors, list(message(subset_selector_table)), "none",
                 "What makes subsets; without it there are none."),
       simulated("default_subset", &S::has_default_subset, not_empty(), "every host",
                 "Of DEFAULT_SUBSET."),
       simulated("panic_mode_any", &S::panic_mode_any, boolean(), "false",
                 "Any host when the fallback gives none."),
       no_effect("locality_weight_aware", any(), "Endpoints have no metadata."),
       no_effect("scale_locality_weight", any(), "Endpoints have no metadata."),
       no_effect("list_as_any", any(), "Endpoints have no metadata."),
       reported("metadata_fallback_policy", any(), "Further metadata to try.", Severity::Warning)
           .meanwhile("fallback_policy decides")});
  return table;
}

}  // namespace mesh::istio
