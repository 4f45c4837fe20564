// Retries of an application: pauses by law, budgets, outcomes.
#include "libmesh/policy/call_retry.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>

namespace mesh {
namespace {

TEST_CASE("call_retry: the window of each law for retries 1, 2, 3, 9") {
  struct Row {
    BackoffLaw law;
    std::int64_t retry, least_ms, most_ms;
  };
  using enum BackoffLaw;
  // Decorrelated: the pause before was 20 ms.
  for (const Row& row : {
           Row{None, 3, 0, 0},
           Row{Fixed, 1, 10, 10},
           Row{Fixed, 9, 10, 10},
           Row{Exponential, 1, 10, 10},
           Row{Exponential, 2, 20, 20},
           Row{Exponential, 3, 40, 40},
           Row{Exponential, 9, 95, 95},
           Row{Full, 1, 0, 10},
           Row{Full, 3, 0, 40},
           Row{Full, 9, 0, 95},
           Row{Equal, 1, 5, 10},
           Row{Equal, 3, 20, 40},
           Row{Decorrelated, 1, 10, 60},
           Row{Decorrelated, 2, 10, 60},
       }) {
    CAPTURE(static_cast<int>(row.law));
    CAPTURE(row.retry);
    const CallBackoff backoff{row.law, milliseconds(10), milliseconds(95)};
    Duration least = hours(1), most{0};
    double sum = 0;
    constexpr int draws = 20'000;
    for (int i = 0; i < draws; ++i) {
      Draw draw = Draws(5).at(Purpose::CallBackoff, 1, static_cast<std::uint64_t>(i));
      const Duration pause =
          call_backoff(backoff, static_cast<std::uint32_t>(row.retry), milliseconds(20), draw);
      least = std::min(least, pause);
      most = std::max(most, pause);
      sum += as_milliseconds(pause);
    }
    CHECK(as_milliseconds(least) >= row.least_ms);
    CHECK(as_milliseconds(most) <= row.most_ms);
    const auto width = static_cast<double>(row.most_ms - row.least_ms);
    CHECK(as_milliseconds(most) - as_milliseconds(least) >= 0.99 * width);
    CHECK(std::abs(sum / draws - 0.5 * static_cast<double>(row.most_ms + row.least_ms)) <=
          0.02 * width);
  }
}

TEST_CASE("call_retry: pauses far beyond the maximum neither wrap round nor end below it") {
  const CallBackoff backoff{BackoffLaw::Exponential, hours(1), hours(24 * 366)};
  Draw draw(1);
  CHECK(call_backoff(backoff, 4'000'000'000u, {}, draw) == backoff.max);
  const CallBackoff small{BackoffLaw::Decorrelated, hours(2), hours(1)};
  CHECK(call_backoff(small, 1, {}, draw) == hours(1));
}

TEST_CASE("call_retry: a full bucket of five pays four retries, then one for ten first tries") {
  const CallBudget budget;
  CallTokens tokens;
  Instant now{};
  int paid = 0;
  while (pay_retry(budget, tokens, now)) ++paid;
  CHECK(paid == 4);
  for (int retry = 0; retry < 3; ++retry) {
    first_try(budget, tokens, now);  // now there is more than one
    CHECK(pay_retry(budget, tokens, now));
    for (int i = 0; i < 9; ++i) {
      CHECK_FALSE(pay_retry(budget, tokens, now));
      first_try(budget, tokens, now);
    }
    CHECK_FALSE(pay_retry(budget, tokens, now));  // exactly one is not more than one
  }
}

TEST_CASE("call_retry: tokens come with time, and never more than the bucket holds") {
  const CallBudget budget{.ratio = 0, .burst = 3, .per_second = 2};
  CallTokens tokens;
  CHECK(pay_retry(budget, tokens, Instant{}));
  CHECK(pay_retry(budget, tokens, Instant{}));
  CHECK_FALSE(pay_retry(budget, tokens, Instant{}));
  CHECK(pay_retry(budget, tokens, Instant{} + milliseconds(501)));
  const Instant late = Instant{} + hours(100);
  CHECK(pay_retry(budget, tokens, late));
  CHECK(pay_retry(budget, tokens, late));
  CHECK_FALSE(pay_retry(budget, tokens, late));
}

TEST_CASE("call_retry: gRFC A6, ten tokens: five failures stop retries, ten successes buy one") {
  const CallBudget budget{.ratio = 0.1, .burst = 10, .law = BudgetLaw::Outcomes};
  CallTokens tokens;
  const Instant now{};
  for (int failure = 1; failure <= 4; ++failure) {
    note_outcome(budget, tokens, now, true);
    CHECK(pay_retry(budget, tokens, now));  // more than half is left, and retries cost nothing
  }
  note_outcome(budget, tokens, now, true);
  CHECK_FALSE(pay_retry(budget, tokens, now));
  for (int success = 0; success < 9; ++success) note_outcome(budget, tokens, now, false);
  note_outcome(budget, tokens, now, true);
  note_outcome(budget, tokens, now, false);
  CHECK_FALSE(pay_retry(budget, tokens, now));  // half, exactly
  note_outcome(budget, tokens, now, false);
  CHECK(pay_retry(budget, tokens, now));
  for (int failure = 0; failure < 100; ++failure) note_outcome(budget, tokens, now, true);
  for (int success = 0; success < 50; ++success) note_outcome(budget, tokens, now, false);
  CHECK_FALSE(pay_retry(budget, tokens, now));  // never below an empty bucket
  note_outcome(budget, tokens, now, false);
  CHECK(pay_retry(budget, tokens, now));
}

TEST_CASE("call_retry: a budget by the share of failures, of all tries since the start") {
  const CallBudget budget{.law = BudgetLaw::Failures, .share = 0.1};
  CallTokens tokens;
  const Instant now{};
  note_outcome(budget, tokens, now, true);
  CHECK_FALSE(pay_retry(budget, tokens, now));
  for (int k = 0; k < 8; ++k) note_outcome(budget, tokens, now, false);
  CHECK_FALSE(pay_retry(budget, tokens, now));  // one of nine
  note_outcome(budget, tokens, now, false);
  CHECK(pay_retry(budget, tokens, now));  // one of ten
}

TEST_CASE("call_retry: outcomes are a set of statuses") {
  Outcomes on;
  on.add(0);
  on.add(503);
  on.add(599);
  CHECK(on.contains(0));
  CHECK(on.contains(503));
  CHECK(on.contains(599));
  CHECK_FALSE(on.contains(502));
  CHECK_FALSE(on.contains(60'000));
}

}  // namespace
}  // namespace mesh
