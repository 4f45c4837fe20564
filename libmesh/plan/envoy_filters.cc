// Which patches of EnvoyFilters hold for a side of a proxy, in istiod's order.
#include "libmesh/plan/envoy_filters.h"

#include <algorithm>

#include "libmesh/plan/match.h"
#include "libmesh/plan/names.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

bool is_of_root(const istio::EnvoyFilter& filter) {
  return filter.metadata.name_space == root_namespace;
}

bool comes_first(const istio::EnvoyFilter* a, const istio::EnvoyFilter* b) {
  if (a->priority != b->priority) return a->priority < b->priority;
  if (is_of_root(*a) != is_of_root(*b)) return is_of_root(*a);
  return older(a->metadata, b->metadata);
}

bool holds_for(const istio::EnvoyFilter& filter, const ClientView& proxy) {
  if (!is_of_root(filter) && filter.metadata.name_space != proxy.name_space) return false;
  return filter.workload_selector.empty() ||
         (proxy.labels != nullptr && labels_contain(*proxy.labels, filter.workload_selector));
}

}  // namespace

EnvoyFilters::EnvoyFilters(const Resources& resources, std::string_view istio_version)
    : istio_version_(istio_version) {
  for (const istio::EnvoyFilter& filter : resources.envoy_filters) {
    if (!filter.patches.empty()) filters_.push_back(&filter);
  }
  std::stable_sort(filters_.begin(), filters_.end(), comes_first);
}

bool EnvoyFilters::select_by_labels() const {
  return std::any_of(filters_.begin(), filters_.end(), [](const istio::EnvoyFilter* filter) {
    return !filter->workload_selector.empty();
  });
}

std::vector<NamedPatch> EnvoyFilters::patches(istio::EnvoyPatch::Target target,
                                              istio::PatchContext side,
                                              const ClientView& proxy) const {
  std::vector<NamedPatch> found;
  for (const istio::EnvoyFilter* filter : filters_) {
    if (!holds_for(*filter, proxy)) continue;
    for (std::size_t i = 0; i < filter->patches.size(); ++i) {
      const istio::EnvoyPatch& patch = filter->patches[i];
      const istio::PatchMatch& match = patch.match;
      if (patch.target != target) continue;
      if (match.context != istio::PatchContext::Any && match.context != side) continue;
      if (!match.proxy_version.empty() && !has_match(match.proxy_version, istio_version_)) continue;
      const Metadata& meta = filter->metadata;
      found.push_back({&patch, "EnvoyFilter " + meta.name_space + "/" + meta.name + "[" +
                                   std::to_string(i) + "]"});
    }
  }
  return found;
}

}  // namespace mesh
