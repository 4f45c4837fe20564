// Which patches of EnvoyFilters hold for a side of a proxy, in istiod's order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libmesh/plan/registry.h"
#include "libmesh/spec/istio/envoy_filter.h"

namespace mesh {

/// One patch, with a name for what it makes.
struct NamedPatch {
  const istio::EnvoyPatch* spec = nullptr;
  std::string name;  // "EnvoyFilter default/limits[0]"
};

class EnvoyFilters {
 public:
  EnvoyFilters(const Resources& resources, std::string_view istio_version);

  bool empty() const { return filters_.empty(); }
  /// Some filter looks at labels, so that proxies of one namespace may differ.
  bool select_by_labels() const;
  /// Of the root namespace first, by priority, the oldest first.
  /// Source: pilot/pkg/model/push_context.go (getMatchedEnvoyFilters).
  std::vector<NamedPatch> patches(istio::EnvoyPatch::Target target, istio::PatchContext side,
                                  const ClientView& proxy) const;

 private:
  std::vector<const istio::EnvoyFilter*> filters_;
  std::string istio_version_;
};

}  // namespace mesh
