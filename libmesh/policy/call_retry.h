// Retries of an application: on which outcomes, after which pause, at whose cost.
#pragma once

#include <array>
#include <cstdint>

#include "libmesh/base/rng.h"
#include "libmesh/base/time.h"

namespace mesh {

/// Laws of Brooker, Exponential Backoff And Jitter, AWS Architecture Blog 2015: v is base times 2
/// for each retry before, at most `max`.
enum class BackoffLaw : std::uint8_t {
  None,
  Fixed,         // base
  Exponential,   // v
  Full,          // uniform in 0 … v
  Equal,         // v / 2 and uniform in 0 … v / 2
  Decorrelated,  // uniform in base … 3 times the pause before, at most max
};

struct CallBackoff {
  BackoffLaw law = BackoffLaw::Full;
  Duration base = milliseconds(100), max = seconds(20);
  bool operator==(const CallBackoff&) const = default;
};

/// The pause before retry number `retry` (from 1); `previous` is the pause before the one before.
Duration call_backoff(const CallBackoff& backoff, std::uint32_t retry, Duration previous,
                      Draw& draw);

enum class BudgetLaw : std::uint8_t {
  /// A bucket of tokens: full at first, `ratio` more for every first try and `per_second` with
  /// time, one less for every retry, which needs more than one. Source: Brooker, Fixing retries
  /// with token buckets and circuit breakers, 2022 (0.1 of five).
  Tries,
  /// The same bucket, `ratio` more for every success, one less for every failure; a retry needs
  /// more than half of it. Source: gRFC A6 (retryThrottling: maxTokens, tokenRatio).
  Outcomes,
  /// No bucket: retries while the failures are at most `share` of all tries since the start.
  /// Source: Brooker, the same (a breaker on retries, 10 %).
  Failures,
};

/// What limits retries by what is asked at all.
struct CallBudget {
  double ratio = 0.1;
  double burst = 5.0;
  double per_second = 0.0;
  BudgetLaw law = BudgetLaw::Tries;
  double share = 0.1;
  bool operator==(const CallBudget&) const = default;
};

/// Tokens below the full bucket, in thousandths of a millionth; default = full.
struct CallTokens {
  std::int64_t missing = 0;
  Instant at{};
  std::uint64_t tries = 0, failures = 0;  // since the start
  bool operator==(const CallTokens&) const = default;
};

void first_try(const CallBudget& budget, CallTokens& tokens, Instant now);
/// What a try, the first or another one, has come to.
void note_outcome(const CallBudget& budget, CallTokens& tokens, Instant now, bool failed);
/// May there be a retry? The bucket of `Tries` pays for it.
bool pay_retry(const CallBudget& budget, CallTokens& tokens, Instant now);

/// Statuses 0 … 599 as a set; 0 stands for no answer within the timeout.
class Outcomes {
 public:
  constexpr void add(std::uint16_t status) { words_[status / 64] |= bit(status); }
  constexpr bool contains(std::uint16_t status) const {
    return status / 64u < words_.size() && (words_[status / 64] & bit(status)) != 0;
  }
  bool operator==(const Outcomes&) const = default;

 private:
  static constexpr std::uint64_t bit(std::uint16_t status) {
    return std::uint64_t{1} << (status % 64);
  }
  std::array<std::uint64_t, 10> words_{};
};

}  // namespace mesh
