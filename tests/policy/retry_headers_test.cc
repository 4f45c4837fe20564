// Request headers over a route's retry policy.
#include "libmesh/policy/retry_headers.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("retry_headers: without any source there is no retry state") {
  CHECK_FALSE(effective_retry_policy(std::nullopt, {}));
  CHECK_FALSE(effective_retry_policy(RetryPolicy{.on = RetryOn::None, .num_retries = 3}, {}));
  CHECK_FALSE(effective_retry_policy(std::nullopt, {.max_retries = 3}));
}

TEST_CASE("retry_headers: conditions add up, the number of tries is replaced") {
  const RetryPolicy route{.on = RetryOn::FiveXx, .num_retries = 4};
  const auto merged = effective_retry_policy(route, {.on = RetryOn::Reset, .max_retries = 2});
  REQUIRE(merged);
  CHECK(merged->on == (RetryOn::FiveXx | RetryOn::Reset));
  CHECK(merged->num_retries == 2);
}

TEST_CASE("retry_headers: a header alone asks for one retry") {
  const auto merged = effective_retry_policy(std::nullopt, {.on = RetryOn::ConnectFailure});
  REQUIRE(merged);
  CHECK(merged->on == RetryOn::ConnectFailure);
  CHECK(merged->num_retries == 1);
}

TEST_CASE("retry_headers: zero tries by header is legal") {
  const auto merged =
      effective_retry_policy(RetryPolicy{.on = RetryOn::FiveXx}, {.max_retries = 0});
  REQUIRE(merged);
  CHECK(merged->num_retries == 0);
}

TEST_CASE("retry_headers: a request that is not retriable loses its conditions, keeps its tries") {
  const RetryPolicy route{.on = RetryOn::FiveXx, .num_retries = 4};
  const auto merged = effective_retry_policy(route, {.on = RetryOn::Reset, .max_retries = 9},
                                             RetriableRequest::Differs);
  REQUIRE(merged);
  CHECK(merged->on == RetryOn::None);
  CHECK(merged->num_retries == 4);
  CHECK(effective_retry_policy(route, {}, RetriableRequest::Matches)->on == RetryOn::FiveXx);
}

TEST_CASE("retry_headers: status codes of the header are appended") {
  const RetryPolicy route{.on = RetryOn::RetriableStatusCodes, .status_codes = {503}};
  const auto merged = effective_retry_policy(route, {.status_codes = {404, 410}});
  REQUIRE(merged);
  CHECK(merged->status_codes == std::vector<std::uint16_t>{503, 404, 410});
}
