// CORS: which origins a browser's page may come from, and what a proxy says to it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libmesh/policy/route_match.h"

namespace mesh {

/// As Envoy's CorsPolicy holds it; texts are what the headers say, empty = no header.
struct CorsPolicy {
  std::vector<StringMatcher> allow_origins = {};
  std::string allow_methods = {}, allow_headers = {}, expose_headers = {}, max_age = {};
  std::optional<bool> allow_credentials = {};
  bool forward_unmatched_preflights = true;
};

enum class CorsVerdict : std::uint8_t {
  NoOrigin,         // no page asks: nothing is done
  OriginInvalid,    // the request passes without headers; its page may not read the answer
  OriginValid,      // it passes, and the answer carries headers
  Preflight,        // answered by the proxy
  PreflightRefused  // answered by the proxy, without headers
};

struct CorsAnswer {
  CorsVerdict verdict = CorsVerdict::NoOrigin;
  std::vector<std::pair<std::string, std::string>> headers = {};  // added to the response
};

/// Source: source/extensions/filters/http/cors/cors_filter.cc (decodeHeaders, encodeHeaders).
CorsAnswer cors_answer(const CorsPolicy& policy, std::string_view method, NamedValues headers);

}  // namespace mesh
