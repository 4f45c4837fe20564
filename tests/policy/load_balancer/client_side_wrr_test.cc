// Weights from load reports.
#include "libmesh/policy/load_balancer/client_side_wrr.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

namespace {

constexpr Instant at_s(std::int64_t s) {
  return {seconds(s).ns};
}

}  // namespace

TEST_CASE("client_side_wrr: the weight of a report") {
  struct Row {
    const char* name;
    LoadReport report;
    double penalty;
    std::optional<std::uint32_t> weight;
  };
  const Row rows[] = {
      {"application utilization first", {0.5, 0.9, 0.9, 100, 0}, 1.0, 200},
      {"then the named metrics", {0.0, 0.8, 0.9, 100, 0}, 1.0, 125},
      {"then the CPU", {0.0, 0.0, 0.4, 100, 0}, 1.0, 250},
      {"errors add utilization", {0.5, 0, 0, 100, 50}, 1.0, 100},
      {"unless not penalised", {0.5, 0, 0, 100, 50}, 0.0, 200},
      {"truncated", {0.3, 0, 0, 100, 0}, 1.0, 333},
      {"no requests", {0.5, 0, 0, 0, 0}, 1.0, std::nullopt},
      {"no utilization", {0, 0, 0, 100, 0}, 1.0, std::nullopt},
      {"capped", {1e-12, 0, 0, 1e9, 0}, 1.0, 4'294'967'295u},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(report_weight(row.report, row.penalty) == row.weight);
  }
}

TEST_CASE("client_side_wrr: valid after the blackout, until it expires") {
  const ClientSideWrrConfig config;
  ReportedWeight state;
  CHECK_FALSE(valid_weight(config, state, at_s(100)));
  on_report(state, 7, at_s(100));
  CHECK_FALSE(valid_weight(config, state, at_s(109)));
  CHECK(valid_weight(config, state, at_s(110)) == 7);
  on_report(state, 9, at_s(150));
  CHECK(valid_weight(config, state, at_s(330)) == 9);
  CHECK_FALSE(valid_weight(config, state, at_s(331)));
  // The next report opens a blackout of its own.
  on_report(state, 5, at_s(340));
  CHECK_FALSE(valid_weight(config, state, at_s(349)));
  CHECK(valid_weight(config, state, at_s(350)) == 5);
}

TEST_CASE("client_side_wrr: hosts without a weight get the median of the others") {
  const ClientSideWrrConfig config;
  struct Row {
    const char* name;
    std::vector<std::uint32_t> reported;  // 0 = none
    std::vector<std::uint32_t> weights;
  };
  const Row rows[] = {
      {"nobody reported", {0, 0, 0}, {1, 1, 1}},
      {"one", {0, 8, 0}, {8, 8, 8}},
      {"an odd number", {5, 0, 100, 7}, {5, 7, 100, 7}},
      {"an even number: the mean of the middle two", {5, 0, 100, 18, 7}, {5, 12, 100, 18, 7}},
      {"everybody", {3, 1, 2}, {3, 1, 2}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::vector<ReportedWeight> states(row.reported.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (row.reported[i] > 0) on_report(states[i], row.reported[i], at_s(0));
    }
    std::vector<std::uint32_t> weights(states.size(), 1), scratch;
    update_weights(config, states, at_s(20), weights, scratch);
    CHECK(weights == row.weights);
    CHECK_FALSE(update_weights(config, states, at_s(21), weights, scratch));
  }
}
