// How to try again: outcomes, back-off, budget, and what cannot be.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

using testing::brief;
using testing::read_text;

TEST_CASE("retry_table: defaults, and all of it") {
  Diagnostics problems;
  CHECK(read_text(object(retry_table), "{}", problems) == RetrySpec{});
  const RetrySpec all = read_text(object(retry_table),
                                  "{attempts: unlimited, retryOn: [timeout, 429, 503],\n"
                                  " backoff: {law: decorrelated, base: 5ms, max: 2s},\n"
                                  " budget: {ratio: 0.2, burst: 10, perSecond: 1, law: outcomes}}",
                                  problems);
  CHECK(brief(problems) == "");
  RetrySpec expected{.attempts = 0xffffffffu,
                     .on_timeout = true,
                     .on_5xx = false,
                     .on_statuses = {429, 503},
                     .backoff = {BackoffLaw::Decorrelated, milliseconds(5), seconds(2)}};
  expected.budget =
      CallBudget{.ratio = 0.2, .burst = 10, .per_second = 1, .law = BudgetLaw::Outcomes};
  CHECK(all == expected);
  const RetrySpec drawn =
      read_text(object(retry_table), "{backoff: {time: {exponential: {mean: 1s}}}}", problems);
  CHECK(brief(problems) == "");
  CHECK(drawn.pause == Distribution(Exponential{seconds(1)}));
}

TEST_CASE("retry_table: what cannot be is named with its place and a hint") {
  testing::check_mistakes(object(retry_table),
                          {
                              {"{attempts: 0}", "2:12 MS0108"},
                              {"{retryOn: 5xx}", "2:11 MS0103"},
                              {"{retryOn: []}", "2:11 MS0105"},
                              {"{retryOn: [6xx]}", "2:12 MS0103"},
                              {"{backoff: {law: fibonacci}}", "2:17 MS0106"},
                              {"{backoff: {base: 1s, max: 10ms}}", "2:27 MS0405"},
                              {"{backoff: {base: 1s, time: 10ms}}", "2:28 MS0203"},
                              {"{budget: {burst: 1}}", "2:18 MS0108"},
                              {"{attempts: unlimited, backoff: {law: none}}", "2:12 MS0402"},
                          });
}

}  // namespace
}  // namespace mesh
