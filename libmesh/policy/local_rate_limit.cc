// Exact token buckets in integers.
#include "libmesh/policy/local_rate_limit.h"

#include <algorithm>

namespace mesh {
namespace {

using Wide = __int128;

/// Parts of a nanosecond since the bucket was empty; one token is fill_interval.ns of them.
Wide parts_since_empty(const TokenBucketConfig& config, const TokenBucket& bucket, Instant now) {
  const Wide elapsed_ns = static_cast<Wide>(now.ns) - bucket.empty_ns;
  return elapsed_ns * config.tokens_per_fill - bucket.empty_part;
}

Wide capacity(const TokenBucketConfig& config) {
  return static_cast<Wide>(config.max_tokens) * config.fill_interval.ns;
}

void set_parts_since_empty(const TokenBucketConfig& config, TokenBucket& bucket, Instant now,
                           Wide parts) {
  // now - parts/tokens_per_fill, split into whole nanoseconds and a rest that is not negative.
  const Wide at = static_cast<Wide>(now.ns) * config.tokens_per_fill - parts;
  Wide whole = at / config.tokens_per_fill;
  Wide rest = at % config.tokens_per_fill;
  if (rest < 0) {
    rest += config.tokens_per_fill;
    whole -= 1;
  }
  constexpr Wide earliest = std::numeric_limits<std::int64_t>::min();
  bucket.empty_ns = static_cast<std::int64_t>(std::max(whole, earliest));
  bucket.empty_part = static_cast<std::uint32_t>(rest);
}

}  // namespace

std::uint32_t tokens(const TokenBucketConfig& config, const TokenBucket& bucket, Instant now) {
  const Wide parts = std::min(parts_since_empty(config, bucket, now), capacity(config));
  return static_cast<std::uint32_t>(parts / config.fill_interval.ns);
}

bool consume(const TokenBucketConfig& config, TokenBucket& bucket, Instant now) {
  const Wide parts = std::min(parts_since_empty(config, bucket, now), capacity(config));
  if (parts < config.fill_interval.ns) return false;
  set_parts_since_empty(config, bucket, now, parts - config.fill_interval.ns);
  return true;
}

bool is_full(const TokenBucketConfig& config, const TokenBucket& bucket, Instant now) {
  return parts_since_empty(config, bucket, now) >= capacity(config);
}

bool request_allowed(std::span<const MatchedBucket> matched, MatchedBucket default_bucket,
                     bool always_consume_default, Instant now) {
  for (const MatchedBucket& m : matched) {
    if (!consume(*m.config, *m.bucket, now)) return false;
  }
  if (!matched.empty() && !always_consume_default) return true;
  return default_bucket.bucket == nullptr ||
         consume(*default_bucket.config, *default_bucket.bucket, now);
}

}  // namespace mesh
