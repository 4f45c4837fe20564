// Stations of queueing theory: one service, callers without proxies, a network that takes no time.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "libmesh/analysis/interval.h"
#include "libmesh/experiment/run.h"
#include "tests/support/hand_plan.h"

namespace mesh::testing {

using Records = std::vector<std::shared_ptr<const RunRecord>>;

/// A tenth of the time is warm-up.
inline std::shared_ptr<const Plan> finished(HandPlan& hand, Duration until) {
  hand.plan().until = Instant{until.ns};
  hand.plan().warmup = Instant{until.ns / 10};
  return hand.build();
}

struct Station {
  std::uint32_t workers = 1;
  std::uint32_t queue = 0xffffffffu;
  Distribution time = Distribution(Exponential{milliseconds(10)});
  std::optional<Distribution> patience = {};  // of those who wait
  std::uint32_t cores = 0;                    // shared by all who are served; 0 = not shared

  static constexpr WorkloadId server{0};

  std::shared_ptr<const Plan> open(double arrivals_per_s, Duration until,
                                   bool poisson = true) const {
    HandPlan hand;
    add_server(hand);
    const LoadId load = hand.open_load("arrivals", hand.client("client"), server, arrivals_per_s);
    hand.plan().loads[load].poisson = poisson;
    return finished(hand, until);
  }
  std::shared_ptr<const Plan> closed(std::uint32_t users, Duration think, Duration until) const {
    HandPlan hand;
    add_server(hand);
    hand.closed_load("users", hand.client("client"), server, users,
                     Distribution(Exponential{think}));
    return finished(hand, until);
  }

 private:
  void add_server(HandPlan& hand) const {
    hand.service("server", {.pods = 1, .workers = workers, .queue = queue, .time = time});
    hand.plan().workloads[server].processor.cores = cores;
    if (!patience) return;
    hand.plan().workloads[server].patience = hand.distribution(*patience);
    hand.plan().workloads[server].is_patient = false;
    hand.plan().workloads[server].first_come = false;
  }
};

inline double mean_wait_s(const RunRecord& record) {
  const Histogram& wait = record.queue_time_by_workload[Station::server.value];
  return as_seconds(wait.sum()) / static_cast<double>(wait.count());
}

/// Share of the requests that had to wait.
inline double waiting_share(const RunRecord& record) {
  const Histogram& wait = record.queue_time_by_workload[Station::server.value];
  const std::uint64_t at_once = wait.first_bin() == 0 ? wait.bins()[0] : 0;
  return 1 - static_cast<double>(at_once) / static_cast<double>(wait.count());
}

using Measure = std::function<double(const RunRecord&)>;

/// The mean over the replications is the expected value within three standard errors (and `bias`
/// of it, where the model is a limit), and those are small enough for this to say something.
inline void check_mean(const Records& records, const Measure& value, double expected,
                       double bias = 0, double largest_error = 0.05) {
  std::vector<double> values;
  for (const auto& record : records) values.push_back(value(*record));
  const Interval interval = mean_interval(values);
  const double standard_error = interval.half_width / student_t_quantile(0.95, interval.count - 1);
  CAPTURE(expected);
  CAPTURE(interval.mean);
  CAPTURE(standard_error);
  CHECK(standard_error < largest_error * expected);
  CHECK(std::abs(interval.mean - expected) < 3 * standard_error + bias * expected);
}

}  // namespace mesh::testing
