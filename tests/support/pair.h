// One client proxy with one service: the smallest mesh in which a router can be watched.
#pragma once

#include <memory>
#include <vector>

#include "libmesh/engine/simulation.h"
#include "tests/support/hand_plan.h"

namespace mesh::testing {

/// One client proxy, one service whose pods need exactly `time` for a request.
struct Pair {
  explicit Pair(Duration time, std::uint32_t pods = 1, std::uint32_t workers = 0) {
    hand.plan().record.requests = true;
    client = hand.client("client");
    server = hand.service("server",
                          {.pods = pods, .workers = workers, .time = Distribution(Constant{time})});
  }
  AnswerPlan answer(std::uint16_t status, Duration time) {
    return {.time = hand.distribution(Distribution(Constant{time})), .status = status};
  }
  RetryPolicy& retry(RetryOn on, std::uint32_t tries) {
    RoutePlan& route = hand.route_of(server);
    route.retry.emplace();
    route.retry->on = on;
    route.retry->num_retries = tries;
    return *route.retry;
  }
  std::shared_ptr<const RunRecord> run(const std::vector<int>& at_ms,
                                       Duration until = seconds(60)) {
    hand.requests_at(client, server, at_ms);
    Simulation simulation(hand.build(), 1);
    simulation.run_until(Instant{} + until);
    return simulation.record();
  }
  void down(Duration from, Duration to, bool drop) {
    hand.plan().downs.push_back({Instant{} + from, Instant{} + to, drop, false, server});
  }

  HandPlan hand;
  WorkloadId client, server;
};

}  // namespace mesh::testing
