// Reads lb_subset_config of an EnvoyFilter's clusters.
#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

using Fallback = SubsetFallback;

/// Whether something is there at all.
Reader<bool> not_empty(Shape::Kind kind) {
  return {any().shape, [kind](const YamlNode& node, const Reading& at, bool& out) {
            const bool list = kind == Shape::Kind::List;
            if (node.kind != (list ? YamlNode::Kind::Sequence : YamlNode::Kind::Mapping)) {
              at.wrong_type(node, list ? "a list" : "a mapping");
              return false;
            }
            out = list ? !node.items.empty() : !node.entries.empty();
            return true;
          }};
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
       simulated("subset_selectors", &S::has_selectors, not_empty(Shape::Kind::List), "none",
                 "Keys that make subsets; endpoints from istiod have none of them."),
       simulated("default_subset", &S::has_default_subset, not_empty(Shape::Kind::Map),
                 "every host", "Of DEFAULT_SUBSET."),
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
