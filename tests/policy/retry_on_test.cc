// Lists of retry conditions as text.
#include "libmesh/policy/retry_on.h"

#include <doctest/doctest.h>

#include <string>

using namespace mesh;

TEST_CASE("retry_on: every condition is read by its own name") {
  for (std::uint32_t bit = 0; bit < 15; ++bit) {
    const auto one = static_cast<RetryOn>(1u << bit);
    CAPTURE(bit);
    REQUIRE_FALSE(to_string(one).empty());
    const RetryOnList list = parse_retry_on(to_string(one));
    CHECK(list.on == one);
    CHECK(list.unknown.empty());
  }
}

TEST_CASE("retry_on: Istio's default list") {
  const RetryOnList list =
      parse_retry_on("connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes");
  CHECK(list.on == (RetryOn::ConnectFailure | RetryOn::RefusedStream | RetryOn::GrpcUnavailable |
                    RetryOn::GrpcCancelled | RetryOn::RetriableStatusCodes));
}

TEST_CASE("retry_on: numbers are status codes, blanks do not matter, the rest is unknown") {
  const RetryOnList list = parse_retry_on(" 5xx , 503,,404 ,reset , nonsense, 99, 600, 5x");
  CHECK(list.on == (RetryOn::FiveXx | RetryOn::Reset | RetryOn::RetriableStatusCodes));
  CHECK(list.status_codes == std::vector<std::uint16_t>{503, 404});
  CHECK(list.unknown == std::vector<std::string_view>{"nonsense", "99", "600", "5x"});
}

TEST_CASE("retry_on: an empty list asks for nothing") {
  CHECK(parse_retry_on("").on == RetryOn::None);
  CHECK(parse_retry_on(" , ,").on == RetryOn::None);
  CHECK(to_string(RetryOn::FiveXx | RetryOn::Reset).empty());
}
