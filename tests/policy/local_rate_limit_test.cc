// Token buckets that refill continuously.
#include "libmesh/policy/local_rate_limit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace mesh;

namespace {

constexpr Instant at_ms(std::int64_t ms) {
  return {milliseconds(ms).ns};
}

}  // namespace

TEST_CASE("local_rate_limit: an untouched bucket is full at any time") {
  const TokenBucketConfig config{.max_tokens = 10, .tokens_per_fill = 3};
  for (const Instant now : {Instant{}, at_ms(1), Instant{hours(1000).ns}}) {
    CHECK(tokens(config, {}, now) == 10);
    CHECK(is_full(config, {}, now));
  }
}

TEST_CASE("local_rate_limit: tokens come one by one, not by the interval") {
  // 4 per second: one each 250 ms.
  const TokenBucketConfig config{.max_tokens = 4, .tokens_per_fill = 4};
  TokenBucket bucket;
  for (int i = 0; i < 4; ++i) CHECK(consume(config, bucket, at_ms(1'000)));
  CHECK_FALSE(consume(config, bucket, at_ms(1'000)));
  CHECK_FALSE(consume(config, bucket, at_ms(1'249)));
  CHECK(consume(config, bucket, at_ms(1'250)));
  CHECK_FALSE(consume(config, bucket, at_ms(1'499)));
  CHECK(consume(config, bucket, at_ms(1'500)));
  CHECK_FALSE(is_full(config, bucket, at_ms(2'499)));
  CHECK(is_full(config, bucket, at_ms(2'500)));
}

TEST_CASE("local_rate_limit: it never holds more than its maximum") {
  const TokenBucketConfig config{.max_tokens = 2, .tokens_per_fill = 100};
  TokenBucket bucket;
  CHECK(consume(config, bucket, at_ms(0)));
  CHECK(tokens(config, bucket, at_ms(60'000)) == 2);
  CHECK(consume(config, bucket, at_ms(60'000)));
  CHECK(consume(config, bucket, at_ms(60'000)));
  CHECK_FALSE(consume(config, bucket, at_ms(60'000)));
}

TEST_CASE("local_rate_limit: rates that do not divide a nanosecond do not drift") {
  // Two at most, so that the microseconds between asking lose nothing.
  const TokenBucketConfig config{.max_tokens = 2, .tokens_per_fill = 3};
  TokenBucket bucket;
  Instant now{};
  std::uint64_t taken = 0;
  for (int i = 0; i <= 10'000'000; ++i, now = now + microseconds(1)) {
    taken += consume(config, bucket, now) ? 1 : 0;
  }
  CHECK(taken == 32);  // the two of the start, then exactly three per second for ten seconds
}

TEST_CASE("local_rate_limit: against tokens counted as exact fractions") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    const TokenBucketConfig config{
        .max_tokens = static_cast<std::uint32_t>(1 + random() % 20),
        .tokens_per_fill = static_cast<std::uint32_t>(1 + random() % 50),
        .fill_interval = milliseconds(static_cast<int>(50 + random() % 3'000))};
    const auto rate = static_cast<__int128>(config.tokens_per_fill);
    const auto one = static_cast<__int128>(config.fill_interval.ns);
    __int128 level = one * config.max_tokens;  // in 1/one tokens
    TokenBucket bucket;
    Instant now{}, last{};
    for (int step = 0; step < 2'000; ++step) {
      now = now + nanoseconds(static_cast<std::int64_t>(random() % 200'000'000));
      level = std::min(level + rate * elapsed(last, now).ns, one * config.max_tokens);
      last = now;
      REQUIRE(tokens(config, bucket, now) == static_cast<std::uint32_t>(level / one));
      const bool allowed = level >= one;
      if (allowed) level -= one;
      REQUIRE(consume(config, bucket, now) == allowed);
    }
  }
}

TEST_CASE("local_rate_limit: matching descriptors in turn, the default bucket when none matches") {
  const TokenBucketConfig slow{.max_tokens = 1, .tokens_per_fill = 1};
  const TokenBucketConfig fast{.max_tokens = 3, .tokens_per_fill = 3};
  const TokenBucketConfig all{.max_tokens = 1, .tokens_per_fill = 1};
  CHECK(fills_slower(slow, fast));
  CHECK_FALSE(fills_slower(fast, slow));
  CHECK(fills_slower({.tokens_per_fill = 3, .fill_interval = seconds(7)},
                     {.tokens_per_fill = 1, .fill_interval = seconds(2)}));

  TokenBucket slow_bucket, fast_bucket, default_bucket;
  const std::vector<MatchedBucket> both = {{&slow, &slow_bucket}, {&fast, &fast_bucket}};
  const MatchedBucket fallback{&all, &default_bucket};
  CHECK(request_allowed(both, fallback, false, at_ms(0)));
  CHECK(tokens(all, default_bucket, at_ms(0)) == 1);
  CHECK_FALSE(request_allowed(both, fallback, false, at_ms(0)));
  CHECK(tokens(fast, fast_bucket, at_ms(0)) == 2);  // the slow one refused before it was asked

  const std::vector<MatchedBucket> one = {{&fast, &fast_bucket}};
  CHECK(request_allowed(one, fallback, true, at_ms(0)));
  CHECK_FALSE(request_allowed(one, fallback, true, at_ms(0)));  // the default one is empty
  CHECK(tokens(fast, fast_bucket, at_ms(0)) == 0);              // what was taken stays taken
  CHECK_FALSE(request_allowed({}, fallback, false, at_ms(0)));
  CHECK(request_allowed({}, {}, false, at_ms(0)));
}
