// AuthorizationPolicy: which requests a service may refuse, by an authoriser of its own.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libmesh/spec/resource.h"

namespace mesh::istio {

/// One entry of `to`: every list that is given must fit.
struct AuthorizedOperation {
  std::vector<std::string> hosts, not_hosts, methods, not_methods, paths, not_paths;
  std::vector<std::string> ports, not_ports;
  bool operator==(const AuthorizedOperation&) const = default;
};

/// One entry of `when` on a request header.
struct HeaderCondition {
  std::string header;
  std::vector<std::string> values, not_values;
  bool operator==(const HeaderCondition&) const = default;
};

struct AuthorizationRule {
  std::vector<AuthorizedOperation> to;  // empty = all
  std::vector<HeaderCondition> when;    // all must hold
  bool operator==(const AuthorizationRule&) const = default;
};

/// Only those with action CUSTOM are kept: a run obeys no others.
struct AuthorizationPolicy {
  Metadata metadata;
  Labels selector;       // empty = all workloads of the namespace
  std::string provider;  // name among extensionProviders
  bool custom = false;
  std::vector<AuthorizationRule> rules;
  Place place;
  bool operator==(const AuthorizationPolicy&) const = default;
};

}  // namespace mesh::istio
