// Laws of queueing theory, held by the real engine within three standard errors.
#include <doctest/doctest.h>

#include <vector>

#include "libmesh/analysis/littles_law.h"
#include "libmesh/analysis/queueing_theory.h"
#include "libmesh/analysis/saturation.h"
#include "libmesh/analysis/summary.h"
#include "tests/support/station.h"

namespace mesh {
namespace {

using testing::check_mean;
using testing::finished;
using testing::HandPlan;
using testing::mean_wait_s;
using testing::Records;
using testing::Station;
using testing::waiting_share;

constexpr double mean_service_s = 0.01;

Records runs_of(const std::shared_ptr<const Plan>& plan) {
  return replicate(plan, replication_seeds(7, 12));
}

TEST_CASE("theory: an M/M/c service waits as Erlang C says") {
  struct Row {
    std::uint32_t servers;
    double arrivals_per_s;
    Duration until;
  };
  for (const Row row : {Row{1, 50, seconds(600)}, Row{1, 80, seconds(1200)},
                        Row{4, 320, seconds(200)}, Row{16, 1500, seconds(60)}}) {
    CAPTURE(row.servers);
    CAPTURE(row.arrivals_per_s);
    const Offered load{row.arrivals_per_s, mean_service_s};
    const Records records =
        runs_of(Station{.workers = row.servers}.open(row.arrivals_per_s, row.until));
    check_mean(records, mean_wait_s, mmc_mean_wait_s(row.servers, load));
    check_mean(records, waiting_share, erlang_c(row.servers, load.erlangs()));
  }
}

TEST_CASE("theory: an M/G/1 service waits as Pollaczek and Khinchine say") {
  struct Row {
    const char* name;
    Distribution time;
    double cv;
  };
  const Row rows[] = {
      {"constant", Distribution(Constant{milliseconds(10)}), 0},
      {"Erlang-4", Distribution(Gamma{milliseconds(10), 0.5}), 0.5},
      {"lognormal", Distribution(Lognormal{milliseconds(10), 1.5}), 1.5},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto plan = Station{.time = row.time}.open(60, seconds(900));
    check_mean(runs_of(plan), mean_wait_s, mg1_mean_wait_s({60, mean_service_s}, row.cv));
  }
}

TEST_CASE("theory: a full queue turns away what M/M/c/K and Erlang B say") {
  struct Row {
    std::uint32_t workers, queue;
    double arrivals_per_s;
  };
  for (const Row row : {Row{4, 8, 380}, Row{4, 8, 600}, Row{5, 0, 300}}) {
    CAPTURE(row.queue);
    CAPTURE(row.arrivals_per_s);
    const auto plan =
        Station{.workers = row.workers, .queue = row.queue}.open(row.arrivals_per_s, seconds(200));
    const Offered load{row.arrivals_per_s, mean_service_s};
    const LimitedQueue expected = mmck(row.workers, row.workers + row.queue, load);
    const Records records = runs_of(plan);
    check_mean(
        records, [](const RunRecord& record) { return summarize(record).all_loads.error_rate; },
        expected.blocked);
    if (row.queue > 0) check_mean(records, mean_wait_s, expected.mean_wait_s);
    if (row.queue == 0) {
      CHECK(expected.blocked == doctest::Approx(erlang_b(row.workers, load.erlangs())));
    }
  }
}

TEST_CASE("theory: a closed load is the machine-repair model") {
  struct Row {
    std::uint32_t users, workers;
  };
  for (const Row row : {Row{5, 1}, Row{20, 2}, Row{60, 2}}) {  // light, near the knee, saturated
    CAPTURE(row.users);
    const auto plan =
        Station{.workers = row.workers}.closed(row.users, milliseconds(100), seconds(400));
    const ClosedQueue expected = closed_queue(row.users, 0.1, row.workers, mean_service_s);
    const Records records = runs_of(plan);
    check_mean(
        records, [](const RunRecord& record) { return summarize(record).all_loads.rps; },
        expected.throughput_per_s);
    check_mean(
        records, [](const RunRecord& record) { return summarize(record).all_loads.mean_ms * 1e-3; },
        expected.mean_response_s);
  }
}

TEST_CASE("theory: the utilisation of a station is its offered load per worker") {
  const auto plan = Station{.workers = 4}.open(300, seconds(400));
  check_mean(
      runs_of(plan),
      [&plan](const RunRecord& record) {
        for (const Saturation& row : saturation(record, workers_of(*plan))) {
          if (row.workload == Station::server) return row.utilisation;
        }
        return -1.0;
      },
      300 * mean_service_s / 4);
}

TEST_CASE("theory: Little's law holds for every workload of a chain") {
  HandPlan hand;
  const WorkloadId stock = hand.service("stock", {.pods = 2, .workers = 2});
  const WorkloadId shop = hand.service("shop", {.pods = 2, .workers = 8});
  hand.calls(shop, {stock});
  hand.open_load("buyers", hand.client("client"), shop, 250);
  const auto plan = finished(hand, seconds(600));
  const Records records = runs_of(plan);
  for (const WorkloadId workload : {stock, shop}) {
    CAPTURE(workload.value);
    check_mean(
        records,
        [workload](const RunRecord& record) {
          for (const LittleRow& row : littles_law(record)) {
            if (row.workload == workload) return row.present / row.expected();
          }
          return -1.0;
        },
        1.0);
  }
}

}  // namespace
}  // namespace mesh
