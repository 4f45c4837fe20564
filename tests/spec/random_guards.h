// Random values of what a caller keeps around a call, thrown by another's dice.
#pragma once

#include "libmesh/spec/behaviour.h"

namespace mesh::testing {

template <class Dice>
OutcomeWords random_outcomes(Dice& dice) {
  OutcomeWords words{.timeout = dice.flip(), .server_errors = dice.flip()};
  const bool none = !words.timeout && !words.server_errors;
  if (dice.flip() || none) words.statuses = {dice.status()};
  return words;
}

template <class Dice>
RetrySpec random_retry(Dice& dice) {
  RetrySpec r{.attempts = 1 + dice.below(9), .on_timeout = dice.flip(), .on_5xx = dice.flip()};
  if (dice.flip() || (!r.on_timeout && !r.on_5xx)) r.on_statuses = {dice.status()};
  if (dice.flip()) {
    r.backoff = {static_cast<BackoffLaw>(dice.below(6)), milliseconds(1), seconds(1) + dice.time()};
  } else if (dice.flip()) {
    r.pause = dice.law();
  }
  if (dice.flip()) {
    r.budget = CallBudget{.ratio = dice.share(),
                          .burst = 1.5,
                          .per_second = dice.number(),
                          .law = static_cast<BudgetLaw>(dice.below(3)),
                          .share = dice.share()};
  }
  return r;
}

template <class Dice>
BreakerSpec random_breaker(Dice& dice) {
  BreakerSpec b{.per_thread = dice.flip(), .fail_on = random_outcomes(dice)};
  ApplicationBreakerConfig& c = b.config;
  if (dice.flip()) {
    c.failures = 1 + dice.below(9);
    if (dice.flip()) c.within = milliseconds(1) + dice.time();
  } else {
    c.failures = 0, c.share = 0.25, c.minimum_calls = 1 + dice.below(9);
    if (dice.flip()) {
      c.window_calls = 9 + dice.below(90);
    } else {
      c.window = milliseconds(1) + dice.time();
    }
  }
  c.open = milliseconds(1) + dice.time(), c.probes = 1 + dice.below(3);
  c.successes = 1 + dice.below(3);
  if (dice.flip()) c.probe_share = 0.5;
  if (dice.flip()) b.half_open_timeout = milliseconds(1) + dice.time();
  return b;
}

template <class Dice>
CallGuards random_guards(Dice& dice) {
  CallGuards g;
  if (dice.flip()) g.breaker = random_breaker(dice);
  if (dice.flip()) {
    g.throttle = ThrottleSpec{{1.0 + dice.below(9), seconds(1)}, random_outcomes(dice)};
  }
  if (dice.flip()) {
    g.hedge =
        HedgeConfig{.after = milliseconds(1), .most = 1 + dice.below(4), .cancels = dice.flip()};
    if (dice.flip()) g.hedge->quantile = 0.95, g.hedge->after = {};
    g.hedge->tied = dice.flip();
  }
  if (dice.flip()) {
    g.balance = BalanceSpec{static_cast<CallBalance>(1 + dice.below(4)), seconds(3), 3};
  }
  if (dice.flip()) g.deadline = dice.flip();
  return g;
}

}  // namespace mesh::testing
