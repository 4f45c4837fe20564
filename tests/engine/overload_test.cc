// Proxies under pressure refuse requests.
#include <doctest/doctest.h>

#include "tests/support/outcomes.h"
#include "tests/support/pair.h"

namespace mesh {
namespace {

using testing::counter;
using testing::outcomes;
using testing::Pair;

Pair overloaded(const OverloadPlan& overload) {
  Pair p(milliseconds(1));
  Plan& plan = p.hand.plan();
  plan.overloads.push_back(overload);
  p.hand.route_of(p.server).filters = plan.filter_sets.add({{{FilterKind::Overload, 0}}, 1});
  return p;
}

TEST_CASE("overload: a proxy that looks each second refuses from then on, and then no more") {
  Pair p = overloaded({.pressure = {{Instant{}, 0.5},
                                    {Instant{} + milliseconds(1500), 0.95},
                                    {Instant{} + milliseconds(3000), 0.9}},
                       .refresh = seconds(1),
                       .trigger = {0.95, 0.95}});
  const auto record = p.run({0, 1600, 1999, 2000, 2999, 3000});
  CHECK(outcomes(*record) == std::vector<std::string>{"200", "200", "200", "503", "503", "200"});
  CHECK(counter(*record, ProxyCounter::downstream_rq_overload_close) == 2);
  const RequestTable& t = record->requests;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (t.code[i] != 503) continue;
    CHECK(t.details[i] == static_cast<std::uint8_t>(Details::Overload));
    CHECK(t.attempts[i] == 0);
  }
}

TEST_CASE("overload: a scaled trigger refuses a share") {
  Pair p = overloaded({.pressure = {{Instant{}, 0.85}}, .trigger = {0.8, 0.9}});
  std::vector<int> at;
  for (int k = 0; k < 4000; ++k) at.push_back(k);
  const auto record = p.run(at);
  const std::uint64_t refused = counter(*record, ProxyCounter::downstream_rq_overload_close);
  CHECK(refused > 1850);  // half of 4000, give or take 4.7 standard deviations
  CHECK(refused < 2150);
}

}  // namespace
}  // namespace mesh
