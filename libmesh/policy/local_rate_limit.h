// Envoy's local rate limit: token buckets that refill continuously.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "libmesh/base/time.h"

namespace mesh {

/// Source: api/envoy/type/v3/token_bucket.proto. fill_interval is at least 50 ms in Envoy
/// (source/extensions/filters/common/local_ratelimit/local_ratelimit_impl.cc).
struct TokenBucketConfig {
  std::uint32_t max_tokens = 0;
  std::uint32_t tokens_per_fill = 1;
  Duration fill_interval = seconds(1);
  bool operator==(const TokenBucketConfig&) const = default;
};

/// One bucket, shared by all workers of a proxy. Not a level but the instant at which the bucket
/// would have been empty, in nanoseconds and parts of one: exact for every rate. Default = full.
/// Source for the idea: source/common/common/token_bucket_impl.cc (AtomicTokenBucketImpl).
struct TokenBucket {
  std::int64_t empty_ns = std::numeric_limits<std::int64_t>::min();
  std::uint32_t empty_part = 0;  // of tokens_per_fill parts of a nanosecond
  bool operator==(const TokenBucket&) const = default;
};

/// Whole tokens at `now`.
std::uint32_t tokens(const TokenBucketConfig& config, const TokenBucket& bucket, Instant now);

/// Takes one token if there is a whole one.
bool consume(const TokenBucketConfig& config, TokenBucket& bucket, Instant now);

/// Is the bucket full at `now`, and so equal to an untouched one?
bool is_full(const TokenBucketConfig& config, const TokenBucket& bucket, Instant now);

/// A bucket that applies to the request.
struct MatchedBucket {
  const TokenBucketConfig* config = nullptr;
  TokenBucket* bucket = nullptr;
};

/// May the request pass? The matching descriptors' buckets are tried in the order given, that of
/// ascending fill rate; the first empty one refuses, and what was taken before stays taken. The
/// default bucket counts too when nothing matched or always_consume_default is set.
/// Source: local_ratelimit_impl.cc (LocalRateLimiterImpl::requestAllowed).
bool request_allowed(std::span<const MatchedBucket> matched, MatchedBucket default_bucket,
                     bool always_consume_default, Instant now);

/// Orders descriptors as request_allowed wants them.
constexpr bool fills_slower(const TokenBucketConfig& a, const TokenBucketConfig& b) {
  using Wide = unsigned __int128;
  return static_cast<Wide>(a.tokens_per_fill) * static_cast<Wide>(b.fill_interval.ns) <
         static_cast<Wide>(b.tokens_per_fill) * static_cast<Wide>(a.fill_interval.ns);
}

}  // namespace mesh
