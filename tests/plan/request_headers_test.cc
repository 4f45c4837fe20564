// What x-envoy headers of a request make of its route.
#include "libmesh/plan/request_headers.h"

#include <doctest/doctest.h>

#include "tests/plan/plan_view.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

using testing::PlanView;
using testing::ScenarioBuilder;

using Headers = std::vector<std::pair<std::string, std::string>>;

/// 1 s in all, 200 ms a try, two retries of 5xx.
RoutePlan usual() {
  RoutePlan route;
  route.timeout = seconds(1);
  route.retry.emplace();
  route.retry->on = RetryOn::FiveXx;
  route.retry->num_retries = 2;
  route.retry->per_try_timeout = milliseconds(200);
  return route;
}

TEST_CASE("request_headers: what each header changes of a route") {
  struct Row {
    const char* name;
    Headers headers;
    void (*expect)(RoutePlan&);
  };
  const Row rows[] = {
      {"none of them", {{"x-user", "7"}}, [](RoutePlan&) {}},
      {"the timeout, in any case of letters",
       {{"X-Envoy-Upstream-Rq-Timeout-Ms", "300"}},
       [](RoutePlan& r) { r.timeout = milliseconds(300); }},
      {"a timeout of 0 is none",
       {{"x-envoy-upstream-rq-timeout-ms", "0"}},
       [](RoutePlan& r) { r.timeout = {}; }},
      {"a timeout that is no number",
       {{"x-envoy-upstream-rq-timeout-ms", "fast"}},
       [](RoutePlan&) {}},
      {"a try's timeout",
       {{"x-envoy-upstream-rq-per-try-timeout-ms", "50"}},
       [](RoutePlan& r) { r.retry->per_try_timeout = milliseconds(50); }},
      {"a try's timeout that is not shorter is dropped",
       {{"x-envoy-upstream-rq-timeout-ms", "150"}},
       [](RoutePlan& r) {
         r.timeout = milliseconds(150);
         r.retry->per_try_timeout = {};
       }},
      {"an alternative answer",
       {{"x-envoy-upstream-rq-timeout-alt-response", "1"}},
       [](RoutePlan& r) { r.timeout_code = 204; }},
      {"a stream's duration",
       {{"x-envoy-upstream-stream-duration-ms", "80"}},
       [](RoutePlan& r) { r.max_stream_duration = milliseconds(80); }},
      {"conditions are added",
       {{"x-envoy-retry-on", "reset, connect-failure"}, {"x-envoy-retry-grpc-on", "internal"}},
       [](RoutePlan& r) {
         r.retry->on =
             RetryOn::FiveXx | RetryOn::Reset | RetryOn::ConnectFailure | RetryOn::GrpcInternal;
       }},
      {"the number of retries is replaced",
       {{"x-envoy-max-retries", "0"}},
       [](RoutePlan& r) { r.retry->num_retries = 0; }},
      {"status codes are added",
       {{"x-envoy-retry-on", "retriable-status-codes"},
        {"x-envoy-retriable-status-codes", "404, 409,x"}},
       [](RoutePlan& r) {
         r.retry->on = RetryOn::FiveXx | RetryOn::RetriableStatusCodes;
         r.retry->status_codes = {404, 409};
       }},
      {"header names are added",
       {{"x-envoy-retry-on", "retriable-headers"},
        {"x-envoy-retriable-header-names", "x-again,x-later"}},
       [](RoutePlan& r) {
         r.retry->on = RetryOn::FiveXx | RetryOn::RetriableHeaders;
         r.retry->headers = {{"x-again", {}}, {"x-later", {}}};
       }},
      {"hedging",
       {{"x-envoy-hedge-on-per-try-timeout", "true"}},
       [](RoutePlan& r) { r.retry->hedge_on_per_try_timeout = true; }},
      {"hedging is read strictly", {{"x-envoy-hedge-on-per-try-timeout", "1"}}, [](RoutePlan&) {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    RequestTemplate request;
    request.headers = row.headers;
    RoutePlan expected = usual();
    row.expect(expected);
    CHECK(with_request_headers(usual(), request) == expected);
    CHECK(asks_by_headers(request) == (row.headers.front().first != "x-user"));
  }
}

TEST_CASE("request_headers: a route without retries gets them, with Envoy's one try more") {
  RequestTemplate request;
  request.headers = {{"x-envoy-retry-on", "5xx"}};
  RoutePlan route;
  const auto retry = with_request_headers(route, request).retry;
  REQUIRE(retry.has_value());
  CHECK(retry->on == RetryOn::FiveXx);
  CHECK(retry->num_retries == 1);
}

TEST_CASE("request_headers: a try can have a timeout where nothing is retried") {
  RequestTemplate request;
  request.headers = {{"x-envoy-upstream-rq-per-try-timeout-ms", "50"}};
  const auto retry = with_request_headers(RoutePlan{}, request).retry;
  REQUIRE(retry.has_value());
  CHECK(retry->on == RetryOn::None);
  CHECK(retry->per_try_timeout == milliseconds(50));
}

TEST_CASE("request_headers: they count where requests are internal, at a proxy, for that request") {
  struct Row {
    const char* name;
    bool internal, sidecar;
    std::int64_t timeout_ms;
  };
  const Row rows[] = {
      {"behind a default sidecar", false, true, 0},
      {"where requests are internal", true, true, 70},
      {"without a sidecar nobody reads them", true, false, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ScenarioBuilder b;
    b.service("web").deployment("web").service("app").deployment("app");
    b.behaviour("app").sidecar = row.sidecar;
    for (const bool asks : {true, false}) {
      LoadSpec& load = b.load("web");
      load.from = "app";
      load.requests.back().request.path = asks ? "/asks" : "/plain";
      if (!asks) continue;
      load.requests.back().request.headers = {{"x-envoy-upstream-rq-timeout-ms", "70"}};
    }
    Scenario scenario = b.scenario();
    scenario.platform.internal_requests = row.internal;
    const PlanView view(scenario);
    CHECK(view.route("app", "GET web/asks").timeout == milliseconds(row.timeout_ms));
    CHECK(view.route("app", "GET web/plain").timeout == Duration{0});
  }
}

TEST_CASE("request_headers: what a proxy answers itself stays as it is") {
  RequestTemplate request;
  request.headers = {{"x-envoy-upstream-rq-timeout-ms", "50"}};
  RoutePlan redirect;
  redirect.kind = RouteKind::Redirect;
  CHECK(with_request_headers(redirect, request) == redirect);
}

}  // namespace
}  // namespace mesh
