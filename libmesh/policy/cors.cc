// CORS: which origins a browser's page may come from, and what a proxy says to it.
#include "libmesh/policy/cors.h"

#include <algorithm>

namespace mesh {
namespace {

bool allows(const CorsPolicy& policy, const std::string& origin) {
  return std::any_of(policy.allow_origins.begin(), policy.allow_origins.end(),
                     [&](const StringMatcher& allowed) {
                       return allowed.matches("*") || allowed.matches(origin);
                     });
}

void add(std::vector<std::pair<std::string, std::string>>& headers, const char* name,
         const std::string& value) {
  if (!value.empty()) headers.emplace_back(name, value);
}

}  // namespace

CorsAnswer cors_answer(const CorsPolicy& policy, std::string_view method, NamedValues headers) {
  CorsAnswer answer;
  const std::string origin = header_value(headers, "origin").value_or("");
  if (origin.empty()) return answer;
  const bool preflight =
      method == "OPTIONS" &&
      !header_value(headers, "access-control-request-method").value_or("").empty();
  if (!allows(policy, origin)) {
    answer.verdict = preflight && !policy.forward_unmatched_preflights
                         ? CorsVerdict::PreflightRefused
                         : CorsVerdict::OriginInvalid;
    return answer;
  }
  answer.verdict = preflight ? CorsVerdict::Preflight : CorsVerdict::OriginValid;
  add(answer.headers, "access-control-allow-origin", origin);
  if (policy.allow_credentials.value_or(false)) {
    add(answer.headers, "access-control-allow-credentials", "true");
  }
  if (!preflight) {
    add(answer.headers, "access-control-expose-headers", policy.expose_headers);
    return answer;
  }
  add(answer.headers, "access-control-allow-methods", policy.allow_methods);
  add(answer.headers, "access-control-allow-headers", policy.allow_headers);
  add(answer.headers, "access-control-max-age", policy.max_age);
  return answer;
}

}  // namespace mesh
