// EnvoyFilters with one patch, for tests.
#pragma once

#include <string>

#include "tests/spec/snippets.h"

namespace mesh::testing {

/// An EnvoyFilter whose only patch has this applyTo, match, operation and value.
inline std::string with_patch(const std::string& apply_to, const std::string& match,
                              const std::string& operation, const std::string& value) {
  return "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: cart}\n"
         "spec:\n  configPatches:\n  - applyTo: " +
         apply_to + "\n    match: " + match + "\n    patch:\n      operation: " + operation +
         "\n      value: " + value + "\n";
}
inline std::string cluster_patch(const std::string& value) {
  return with_patch("CLUSTER", "{context: SIDECAR_OUTBOUND}", "MERGE", value);
}
/// A filter inserted in front of all others.
inline std::string inserted_filter(const std::string& name, const std::string& type,
                                   const std::string& config) {
  return with_patch("HTTP_FILTER", "{context: SIDECAR_OUTBOUND}", "INSERT_BEFORE",
                    "{name: envoy.filters.http." + name +
                        ", typed_config: {'@type': type.googleapis.com/udpa.type.v1.TypedStruct, "
                        "type_url: type.googleapis.com/envoy.extensions.filters.http." +
                        name + ".v3." + type + ", value: " + config + "}}");
}
inline std::string rate_limit(const std::string& config) {
  return inserted_filter("local_ratelimit", "LocalRateLimit", config);
}
/// The part of a rate limit that switches it on.
inline const std::string always_on =
    "filter_enabled: {default_value: {numerator: 100}}, "
    "filter_enforced: {default_value: {numerator: 100}}";

/// The only patch of the only EnvoyFilter; nothing may be wrong with it.
inline istio::EnvoyPatch patch_of(const std::string& yaml) {
  const ReadText read = read_text(yaml);
  CHECK_EQ(complaints(read.problems), "");
  REQUIRE_EQ(read.resources.envoy_filters.size(), 1);
  REQUIRE_EQ(read.resources.envoy_filters.front().patches.size(), 1);
  return read.resources.envoy_filters.front().patches.front();
}

}  // namespace mesh::testing
