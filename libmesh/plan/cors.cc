// CORS policies of VirtualServices, as the requests of one template meet them.
#include "libmesh/plan/cors.h"

#include <string>

#include "libmesh/plan/match.h"

namespace mesh {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : ",").append(part);
  return text;
}

FilterPlan filter(CorsPlan plan) {
  return {FilterKind::Cors, static_cast<std::uint32_t>(plan)};
}

}  // namespace

CorsPolicy cors_policy(const istio::CorsRule& rule) {
  CorsPolicy policy;
  const auto allow = [&policy](StringMatchKind kind, const std::string& origin) {
    if (auto matcher = StringMatcher::compile(kind, origin)) {
      policy.allow_origins.push_back(std::move(*matcher));
    }
  };
  for (const istio::StringMatch& origin : rule.allow_origins) {
    allow(string_kind(origin.kind), origin.value);
  }
  if (rule.allow_origins.empty()) {
    for (const std::string& origin : rule.exact_origins) allow(StringMatchKind::Exact, origin);
  }
  policy.allow_methods = joined(rule.allow_methods);
  policy.allow_headers = joined(rule.allow_headers);
  policy.expose_headers = joined(rule.expose_headers);
  if (rule.max_age) policy.max_age = std::to_string(rule.max_age->ns / seconds(1).ns);
  policy.allow_credentials = rule.allow_credentials;
  policy.forward_unmatched_preflights = !rule.ignore_unmatched_preflights;
  return policy;
}

std::optional<FilterPlan> cors_filter(const istio::CorsRule& rule, const RequestTemplate& request) {
  switch (cors_answer(cors_policy(rule), request.method, request.headers).verdict) {
    case CorsVerdict::NoOrigin:
      return std::nullopt;
    case CorsVerdict::OriginInvalid:
      return filter(CorsPlan::OriginInvalid);
    case CorsVerdict::OriginValid:
      return filter(CorsPlan::OriginValid);
    case CorsVerdict::Preflight:
      return filter(CorsPlan::Preflight);
    case CorsVerdict::PreflightRefused:
      return filter(CorsPlan::PreflightRefused);
  }
  return std::nullopt;
}

}  // namespace mesh
