// CORS: preflights and the headers on answers.
#include "libmesh/policy/cors.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

StringMatcher matcher(StringMatchKind kind, const std::string& text) {
  return *StringMatcher::compile(kind, text);
}

CorsPolicy shop_policy() {
  return {.allow_origins = {matcher(StringMatchKind::Exact, "cors.com")},
          .allow_methods = "POST,GET",
          .max_age = "86400"};
}

TEST_CASE("istio#10: a preflight of an allowed origin is answered, whatever method it asks for") {
  const CorsAnswer answer =
      cors_answer(shop_policy(), "OPTIONS",
                  Headers{{"origin", "cors.com"}, {"access-control-request-method", "DELETE"}});
  CHECK(answer.verdict == CorsVerdict::Preflight);
  CHECK(answer.headers == Headers{{"access-control-allow-origin", "cors.com"},
                                  {"access-control-allow-methods", "POST,GET"},
                                  {"access-control-max-age", "86400"}});
}

TEST_CASE("istio#11: a request from elsewhere passes without headers") {
  const CorsAnswer other = cors_answer(shop_policy(), "GET", Headers{{"origin", "cors.net"}});
  CHECK(other.verdict == CorsVerdict::OriginInvalid);
  CHECK(other.headers.empty());
  const CorsAnswer nobody = cors_answer(shop_policy(), "GET", {});
  CHECK(nobody.verdict == CorsVerdict::NoOrigin);
}

TEST_CASE("cors: what is a preflight, and who may send one") {
  struct Row {
    const char* name;
    std::string method;
    Headers headers;
    bool forward;
    CorsVerdict verdict;
  };
  const Headers asks = {{"Origin", "cors.com"}, {"Access-Control-Request-Method", "PUT"}};
  const Headers foreign = {{"origin", "x.com"}, {"access-control-request-method", "PUT"}};
  const Row rows[] = {
      {"header names without case", "OPTIONS", asks, true, CorsVerdict::Preflight},
      {"another method", "GET", asks, true, CorsVerdict::OriginValid},
      {"no method asked for", "OPTIONS", {{"origin", "cors.com"}}, true, CorsVerdict::OriginValid},
      {"an empty origin", "GET", {{"origin", ""}}, true, CorsVerdict::NoOrigin},
      {"foreign, passed on", "OPTIONS", foreign, true, CorsVerdict::OriginInvalid},
      {"foreign, answered", "OPTIONS", foreign, false, CorsVerdict::PreflightRefused},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CorsPolicy policy = shop_policy();
    policy.forward_unmatched_preflights = row.forward;
    CHECK(cors_answer(policy, row.method, row.headers).verdict == row.verdict);
  }
}

TEST_CASE("cors: a star, a prefix and an expression allow origins") {
  CorsPolicy policy;
  const auto verdict = [&policy](const std::string& origin) {
    return cors_answer(policy, "GET", Headers{{"origin", origin}}).verdict;
  };
  policy.allow_origins = {matcher(StringMatchKind::Exact, "*")};
  CHECK(verdict("anything") == CorsVerdict::OriginValid);
  policy.allow_origins = {matcher(StringMatchKind::Prefix, "https://shop")};
  CHECK(verdict("https://shop.example") == CorsVerdict::OriginValid);
  CHECK(verdict("http://shop.example") == CorsVerdict::OriginInvalid);
  policy.allow_origins = {matcher(StringMatchKind::Regex, "https://[a-z]+\\.example")};
  CHECK(verdict("https://a.example") == CorsVerdict::OriginValid);
  CHECK(verdict("https://a.example.org") == CorsVerdict::OriginInvalid);
}

TEST_CASE("cors: credentials and readable headers") {
  CorsPolicy policy = shop_policy();
  policy.allow_credentials = true;
  policy.expose_headers = "x-a,x-b";
  CHECK(cors_answer(policy, "GET", Headers{{"origin", "cors.com"}}).headers ==
        Headers{{"access-control-allow-origin", "cors.com"},
                {"access-control-allow-credentials", "true"},
                {"access-control-expose-headers", "x-a,x-b"}});
}

}  // namespace
}  // namespace mesh
