// VirtualServices that delegate part of their routes to others.
#pragma once

#include <deque>
#include <vector>

#include "libmesh/spec/istio/virtual_service.h"

namespace mesh {

/// The rules that apply to hosts: roots with their delegates' routes put in (istio.md §1.1.4), the
/// delegates themselves left out. New objects live in `storage`, whose addresses stay.
std::vector<const istio::VirtualService*> with_delegates(
    const std::vector<const istio::VirtualService*>& by_age,
    std::deque<istio::VirtualService>& storage);

}  // namespace mesh
