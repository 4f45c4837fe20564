// What random callers keep around their calls: words of the grammar, thrown by other dice.
#pragma once

#include <string>

namespace mesh::testing {

/// Of a call or of a load's users.
template <class Dice>
std::string random_retry(Dice& dice) {
  std::string out = "{attempts: " + dice.text(1 + dice.below(3));
  if (dice.flip()) {
    out += ", retryOn: [" + dice.pick({"5xx", "timeout", "503, 429", "timeout, 500"}) + "]";
  }
  out += ", backoff: {law: " +
         dice.pick({"none", "fixed", "exponential", "full", "equal", "decorrelated"}) +
         ", base: " + dice.ms(1, 30) + ", max: " + dice.ms(30, 90) + "}";
  if (dice.flip()) {
    out += ", budget: {law: " + dice.pick({"tries", "outcomes", "failures"}) +
           ", ratio: 0.1, burst: " + dice.text(2 + dice.below(9)) + "}";
  }
  return out + "}";
}

template <class Dice>
std::string random_breaker(Dice& dice) {
  std::string out = dice.pick({"{failures: 2", "{failures: 3, within: 300ms",
                               "{failureShare: 30%, minimumCalls: 4, window: 500ms",
                               "{failureShare: 30%, minimumCalls: 4, windowCalls: 9"});
  if (dice.flip()) out += ", scope: thread";
  out += ", open: " + dice.ms(10, 400) + ", halfOpen: {probes: " + dice.text(1 + dice.below(3));
  if (dice.flip()) out += ", timeout: " + dice.ms(1, 40);
  return out + dice.pick({"", ", successes: 2", ", failureShare: 50%"}) + "}}";
}

template <class Dice>
std::string random_hedge(Dice& dice) {
  std::string out = "{after: " + dice.pick({"p50", dice.ms(1, 30)});
  if (dice.flip()) out += ", max: " + dice.text(1 + dice.below(4));
  if (dice.flip()) out += ", cancel: false";
  if (dice.flip()) out += ", tied: true";
  return out + "}";
}

/// Further fields of a call.
template <class Dice>
std::string random_guards(Dice& dice) {
  std::string out;
  if (dice.rarely()) out += ", breaker: " + random_breaker(dice);
  if (dice.rarely()) out += ", throttle: {k: 1.5, window: 2s, rejectOn: [503, timeout]}";
  if (dice.rarely()) out += ", hedge: " + random_hedge(dice);
  if (dice.rarely()) out += ", deadline: " + dice.pick({"propagate", "ignore"});
  if (dice.rarely()) {
    out += ", balance: " + dice.pick({"roundRobin", "random", "leastLoaded", "peakEwma"});
  }
  return out;
}

}  // namespace mesh::testing
