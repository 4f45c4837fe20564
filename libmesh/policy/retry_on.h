// The words of retry_on as a policy, a header or an Istio field lists them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "libmesh/policy/retry.h"

namespace mesh {

/// A comma separated list, read.
struct RetryOnList {
  RetryOn on = RetryOn::None;
  std::vector<std::uint16_t> status_codes{};  // Istio lets a list name codes: "503,reset"
  std::vector<std::string_view> unknown{};    // Envoy ignores them
};

/// Reads HTTP and gRPC conditions alike; blanks around words are ignored. A word that is a number
/// from 100 to 599 becomes a status code with RetriableStatusCodes, as istiod turns it.
/// Sources: source/common/router/retry_state_impl.cc (parseRetryOn, parseRetryGrpcOn),
/// pilot/pkg/networking/core/route/retry/retry.go (parseRetryOn).
RetryOnList parse_retry_on(std::string_view list);

/// The word of one condition ("gateway-error"); empty for a combination.
std::string_view to_string(RetryOn one);

}  // namespace mesh
