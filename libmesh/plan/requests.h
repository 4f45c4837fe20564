// Request templates of loads and call steps: host, port, authority filled in, `{i%K}` unrolled.
#pragma once

#include <string>
#include <vector>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// A service as a person names it in a load or call, looked up for a client of a namespace.
struct NamedService {
  const ServiceView* service = nullptr;  // null: not in the mesh
  std::string host;                      // as written, without port
  std::uint32_t port = 0;                // written, else the only or best HTTP port, else 80
};
NamedService find_service(const Registry& registry, const std::string& text,
                          const std::string& name_space, std::uint32_t port = 0);

/// The template of a request to `to`; the authority is what an HTTP client writes into Host.
RequestTemplate request_to(const NamedService& to, const RequestSpec& spec);

/// Most distinct templates that one `{i%K}` may unroll into; beyond, the text stays as it is.
inline constexpr std::uint32_t unroll_limit = 64;
/// The request with each `{i%K}` replaced for i = 0 … K-1 (K = least common multiple of those in
/// it); the request alone when there is none. `{i}` stays as it is.
std::vector<RequestTemplate> unrolled(const RequestTemplate& request);

}  // namespace mesh
