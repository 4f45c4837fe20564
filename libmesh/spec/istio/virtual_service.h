// Istio VirtualService as the user wrote it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/spec/resource.h"

namespace mesh::istio {

struct StringMatch {
  enum class Kind : std::uint8_t { Exact, Prefix, Regex, Present };
  Kind kind = Kind::Present;
  std::string value;
  bool operator==(const StringMatch&) const = default;
};

using NamedMatches = std::vector<std::pair<std::string, StringMatch>>;

struct HttpMatch {
  std::string name;
  std::optional<StringMatch> uri, scheme, method, authority;
  NamedMatches headers, without_headers, query_params;
  bool ignore_uri_case = false;
  std::uint32_t port = 0;  // 0 = any
  Labels source_labels;
  std::string source_namespace;
  std::vector<std::string> gateways;
  Place place;
  bool operator==(const HttpMatch&) const = default;
};

struct Destination {
  std::string host, subset;
  std::uint32_t port = 0;  // 0 = the service's only port, or the listener's
  Place place;
  bool operator==(const Destination&) const = default;
};

struct HeaderOperations {
  std::vector<std::pair<std::string, std::string>> request_set, request_add;
  std::vector<std::string> request_remove;
  std::vector<std::pair<std::string, std::string>> response_set, response_add;
  std::vector<std::string> response_remove;
  bool operator==(const HeaderOperations&) const = default;
};

struct RouteDestination {
  Destination destination;
  std::uint32_t weight = 0;  // 0 and alone = everything
  bool weight_set = false;
  HeaderOperations headers;
  bool operator==(const RouteDestination&) const = default;
};

struct Retries {
  std::int32_t attempts = 0;
  bool attempts_set = false;
  std::optional<Duration> per_try_timeout, backoff;
  std::string retry_on;
  std::optional<bool> retry_remote_localities, retry_ignore_previous_hosts;
  Place place;
  bool operator==(const Retries&) const = default;
};

struct FaultDelay {
  std::optional<double> percentage;  // percent; absent = 0
  Duration fixed_delay{0};
  bool operator==(const FaultDelay&) const = default;
};
struct FaultAbort {
  std::optional<double> percentage;
  std::uint32_t http_status = 0;
  std::string grpc_status;
  bool operator==(const FaultAbort&) const = default;
};
struct Fault {
  std::optional<FaultDelay> delay;
  std::optional<FaultAbort> abort;
  bool operator==(const Fault&) const = default;
};

struct Mirror {
  Destination destination;
  double percentage = 100.0;
  bool operator==(const Mirror&) const = default;
};

struct Redirect {
  std::string uri, authority, scheme;
  std::uint32_t port = 0, code = 301;
  bool operator==(const Redirect&) const = default;
};
struct DirectResponse {
  std::uint32_t status = 0;
  std::string body;
  bool operator==(const DirectResponse&) const = default;
};
struct Rewrite {
  std::string uri, authority;
  std::string regex_match, regex_rewrite;
  bool operator==(const Rewrite&) const = default;
};
struct Delegate {
  std::string name, name_space;
  bool operator==(const Delegate&) const = default;
};

struct CorsRule {
  std::vector<std::string> exact_origins;  // allowOrigin, the older form
  std::vector<StringMatch> allow_origins;
  std::vector<std::string> allow_methods, allow_headers, expose_headers;
  std::optional<Duration> max_age;
  std::optional<bool> allow_credentials;
  bool ignore_unmatched_preflights = false;
  bool operator==(const CorsRule&) const = default;
};

struct HttpRoute {
  std::string name;
  std::vector<HttpMatch> match;  // OR; empty = everything
  std::vector<RouteDestination> route;
  std::optional<Redirect> redirect;
  std::optional<DirectResponse> direct_response;
  std::optional<Delegate> delegate;
  std::optional<Rewrite> rewrite;
  std::optional<Duration> timeout;
  std::optional<Retries> retries;
  std::optional<Fault> fault;
  std::optional<CorsRule> cors;
  std::vector<Mirror> mirrors;
  HeaderOperations headers;
  Place place;
  bool operator==(const HttpRoute&) const = default;
};

struct VirtualService {
  Metadata metadata;
  std::vector<std::string> hosts;
  std::vector<std::string> gateways;  // empty = "mesh"
  std::vector<std::string> export_to;
  std::vector<HttpRoute> http;
  Place place;
  bool operator==(const VirtualService&) const = default;
};

}  // namespace mesh::istio
