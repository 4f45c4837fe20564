// Retries of an application: on which outcomes, after which pause, at whose cost.
#include "libmesh/policy/call_retry.h"

#include <algorithm>

namespace mesh {

namespace {

constexpr double parts = 1e9;  // of a token

/// Uniform in 0 … most.
std::int64_t up_to(std::int64_t most, Draw& draw) {
  return static_cast<std::int64_t>(draw.modulo(static_cast<std::uint64_t>(most) + 1));
}

std::int64_t doubled(const CallBackoff& backoff, std::uint32_t retry) {
  std::int64_t v = std::min(backoff.base, backoff.max).ns;
  for (std::uint32_t k = 1; k < retry && v < backoff.max.ns; ++k) {
    v = v > backoff.max.ns / 2 ? backoff.max.ns : 2 * v;
  }
  return v;
}

void refill(const CallBudget& budget, CallTokens& tokens, Instant now, double more) {
  const double gained =
      more * parts + budget.per_second * parts * as_seconds(elapsed(tokens.at, now));
  tokens.at = now;
  const auto whole = static_cast<std::int64_t>(std::min(gained, 9e17) + 0.5);
  tokens.missing = std::max<std::int64_t>(tokens.missing - whole, 0);
}

}  // namespace

Duration call_backoff(const CallBackoff& backoff, std::uint32_t retry, Duration previous,
                      Draw& draw) {
  const std::int64_t v = doubled(backoff, retry);
  switch (backoff.law) {
    case BackoffLaw::None:
      return {0};
    case BackoffLaw::Fixed:
      return backoff.base;
    case BackoffLaw::Exponential:
      return {v};
    case BackoffLaw::Full:
      return {up_to(v, draw)};
    case BackoffLaw::Equal:
      return {v / 2 + up_to(v / 2, draw)};
    case BackoffLaw::Decorrelated: {
      const std::int64_t before = std::max(previous, backoff.base).ns;
      const std::int64_t most = std::min(before, backoff.max.ns) * 3;
      return {std::min(backoff.base.ns + up_to(most - backoff.base.ns, draw), backoff.max.ns)};
    }
  }
  return {0};
}

void first_try(const CallBudget& budget, CallTokens& tokens, Instant now) {
  if (budget.law == BudgetLaw::Tries) refill(budget, tokens, now, budget.ratio);
}

void note_outcome(const CallBudget& budget, CallTokens& tokens, Instant now, bool failed) {
  if (budget.law == BudgetLaw::Tries) return;
  ++tokens.tries;
  tokens.failures += failed ? 1 : 0;
  if (budget.law != BudgetLaw::Outcomes) return;
  refill(budget, tokens, now, failed ? 0.0 : budget.ratio);
  if (!failed) return;
  const auto full = static_cast<std::int64_t>(budget.burst * parts);
  tokens.missing = std::min(tokens.missing + static_cast<std::int64_t>(parts), full);
}

bool pay_retry(const CallBudget& budget, CallTokens& tokens, Instant now) {
  if (budget.law == BudgetLaw::Failures) {
    return static_cast<double>(tokens.failures) <= budget.share * static_cast<double>(tokens.tries);
  }
  refill(budget, tokens, now, 0);
  const auto full = static_cast<std::int64_t>(budget.burst * parts);
  if (budget.law == BudgetLaw::Outcomes) return full - tokens.missing > full / 2;
  if (full - tokens.missing <= static_cast<std::int64_t>(parts)) return false;
  tokens.missing += static_cast<std::int64_t>(parts);
  return true;
}

}  // namespace mesh
