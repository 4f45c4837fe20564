// Limits of a cluster's resources, above all of its retries.
#include "libmesh/policy/circuit_breaker.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("circuit_breaker: a resource can be created while the count is below the limit") {
  CHECK(can_create(0, 1));
  CHECK_FALSE(can_create(1, 1));
  CHECK_FALSE(can_create(2, 1));
  CHECK_FALSE(can_create(0, 0));
  CHECK(can_create(unlimited - 1, unlimited));
  CHECK(is_open(3, 3));
  CHECK_FALSE(is_open(2, 3));
}

TEST_CASE("retry_budget: at 20 % of 25 requests the sixth concurrent retry is refused") {
  const CircuitBreakerConfig config{.retry_budget = RetryBudget{20.0, 3}};
  CHECK(can_retry(config, {.requests = 25, .retries = 4}));
  CHECK_FALSE(can_retry(config, {.requests = 25, .retries = 5}));
}

TEST_CASE("retry_budget: the limit truncates, has a floor, counts pending requests too") {
  struct Row {
    const char* name;
    double percent;
    std::uint32_t floor, requests, pending, limit;
  };
  const Row rows[] = {{"no load: the floor", 20, 3, 0, 0, 3},
                      {"below the floor", 20, 3, 14, 0, 3},
                      {"19 requests are 3.8, truncated", 20, 3, 19, 0, 3},
                      {"20 requests are 4", 20, 3, 20, 0, 4},
                      {"pending ones count", 20, 3, 10, 15, 5},
                      {"zero percent without floor", 0, 0, 1000, 0, 0},
                      {"hundred percent", 100, 0, 7, 0, 7},
                      {"fractions of a percent", 0.5, 0, 399, 0, 1}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const CircuitBreakerConfig config{.max_retries = 1,
                                      .retry_budget = RetryBudget{row.percent, row.floor}};
    CHECK(retry_limit(config, {.pending = row.pending, .requests = row.requests}) == row.limit);
  }
}

TEST_CASE("retry_budget: it replaces max_retries, and the gauge of remaining ones is zero") {
  const CircuitBreakerConfig plain{.max_retries = 3};
  CHECK(retry_limit(plain, {.requests = 1000}) == 3);
  CHECK(remaining_retries(plain, {.retries = 1}) == 2);
  CHECK(remaining_retries(plain, {.retries = 5}) == 0);
  const CircuitBreakerConfig budget{.max_retries = 3, .retry_budget = RetryBudget{}};
  CHECK(remaining_retries(budget, {}) == 0);
}
