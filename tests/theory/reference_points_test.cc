// Known values of single stations of queueing theory, each met by the real engine.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include "tests/theory/units.h"

namespace mesh {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): all words of units.h

TEST_CASE("theory: Q01-Q04 response of M/M/1: mean, median, 99th and 99.9th percentile") {
  // Busy periods are long and rare at high load: a percentile beyond them (0 here) would need a
  // hundred million requests.
  struct Row {
    const char* id;
    double load, requests;
    std::array<double, 4> expected;
  };
  for (const Row& row : {
           Row{"Q01", 0.5, 100'000, {2.000000, 1.386294, 9.210340, 13.815511}},
           Row{"Q02", 0.8, 200'000, {5.000000, 3.465736, 23.025851, 0}},
           Row{"Q03", 0.9, 500'000, {10.000000, 6.931472, 46.051702, 0}},
           Row{"Q04", 0.95, 400'000, {20.000000, 13.862944, 0, 0}},
       }) {
    CAPTURE(row.id);
    const Records records =
        runs_of(Station().open(row.load / unit_s, length_of(row.requests, row.load)));
    check_mean(records, response, row.expected[0]);
    check_mean(records, slower_than(row.expected[1]), 0.5, bins);
    if (row.expected[2] > 0) check_mean(records, slower_than(row.expected[2]), 0.01, bins, thin);
    if (row.expected[3] > 0) check_mean(records, slower_than(row.expected[3]), 0.001, bins, thin);
  }
}

TEST_CASE("theory: Q05-Q15 M/M/c: who waits, mean wait, 99th percentiles of wait and response") {
  struct Row {
    const char* id;
    std::uint32_t servers;
    double load, requests;
    std::array<double, 4> expected;
  };
  for (const Row& row : {
           Row{"Q05", 2, 1.6, 50'000, {0.711111, 1.777778, 10.660609, 11.937370}},
           Row{"Q06", 4, 3.2, 50'000, {0.596432, 0.745541, 5.110476, 6.893204}},
           Row{"Q07", 5, 2.5, 30'000, {0.130371, 0.052149, 1.027121, 4.688442}},
           Row{"Q08", 5, 4, 50'000, {0.554113, 0.554113, 4.014783, 6.079663}},
           Row{"Q09", 8, 6.4, 50'000, {0.457645, 0.286028, 2.389693, 5.152182}},
           Row{"Q10", 10, 5, 75'000, {0.036105, 0.007221, 0.256771, 4.614156}},
           Row{"Q11", 10, 8, 50'000, {0.409180, 0.204590, 1.855785, 4.946111}},
           Row{"Q12", 20, 16, 75'000, {0.256078, 0.064019, 0.810724, 4.687081}},
           Row{"Q13", 50, 40, 125'000, {0.086953, 0.008695, 0.216278, 4.614785}},
           Row{"Q14", 100, 80, 500'000, {0.019646, 0.000982, 0.033766, 4.606204}},
           Row{"Q15", 100, 95, 400'000, {0.506457, 0.101291, 0.784971, 4.724387}},
       }) {
    CAPTURE(row.id);
    const Records records = runs_of(
        Station{.workers = row.servers}.open(row.load / unit_s, length_of(row.requests, row.load)));
    check_mean(records, waiting_share, row.expected[0]);
    check_mean(records, wait, row.expected[1]);
    check_mean(records, waiting_longer_than(row.expected[2]), 0.01, bins, thin);
    check_mean(records, slower_than(row.expected[3]), 0.01, bins, thin);
  }
}

TEST_CASE("theory: Q16-Q17 a service without a queue loses what Erlang B says") {
  struct Row {
    const char* id;
    std::uint32_t servers;
    double load, lost;
  };
  for (const Row& row :
       {Row{"Q16 (1, 1)", 1, 1, 0.500000}, Row{"Q16 (2, 1)", 2, 1, 0.200000},
        Row{"Q16 (5, 4)", 5, 4, 0.199067}, Row{"Q16 (10, 8)", 10, 8, 0.121661},
        Row{"Q17 (10, 10)", 10, 10, 0.214582}, Row{"Q17 (20, 15)", 20, 15, 0.045593},
        Row{"Q17 (30, 20)", 30, 20, 0.008457}, Row{"Q17 (100, 100)", 100, 100, 0.075700}}) {
    CAPTURE(row.id);
    check_mean(runs_of(Station{.workers = row.servers, .queue = 0}.open(
                   row.load / unit_s, length_of(40'000, row.load))),
               failed, row.lost);
  }
}

TEST_CASE("theory: Q18-Q23 M/M/c/K: lost, answered per unit, time of those answered") {
  struct Row {
    const char* id;
    std::uint32_t servers, places;
    double arrivals;
    std::array<double, 4> expected;  // lost, X, L, T
  };
  for (const Row& row : {
           Row{"Q18", 1, 5, 0.8, {0.088819, 0.728944, 1.868332, 2.563065}},
           Row{"Q19", 1, 10, 0.9, {0.050814, 0.854268, 3.969441, 4.646601}},
           Row{"Q20", 1, 10, 1.5, {0.337232, 0.994152, 8.128659, 8.176476}},
           Row{"Q21", 4, 20, 5, {0.202843, 3.985786, 16.270549, 4.082144}},
           Row{"Q22", 8, 24, 8, {0.049395, 7.604841, 14.322543, 1.883345}},
           Row{"Q23", 8, 16, 12, {0.336105, 7.966742, 14.095315, 1.769270}},
       }) {
    CAPTURE(row.id);
    const Records records =
        runs_of(Station{.workers = row.servers, .queue = row.places - row.servers}.open(
            row.arrivals / unit_s, length_of(50'000, row.arrivals)));
    check_mean(records, failed, row.expected[0]);
    check_mean(records, testing::answered, row.expected[1]);
    // The wait of those that entered, and their service.
    check_mean(records, wait, row.expected[3] - 1);
  }
}

TEST_CASE("theory: Q24-Q30 M/G/1 waits as the second moment of its service says") {
  struct Row {
    const char* id;
    Distribution time;
    double load, requests, wait;
  };
  const auto hyperexponential = [](double cv2) {
    // Two phases with balanced means.
    const double p = 0.5 * (1 + std::sqrt((cv2 - 1) / (cv2 + 1)));
    const auto mean = [](double share) {
      return nanoseconds(static_cast<std::int64_t>(0.5 * unit_s * 1e9 / share));
    };
    return Distribution(Hyperexponential{{p, 1 - p}, {mean(p), mean(1 - p)}});
  };
  const auto mixture = [] {
    return Distribution(std::vector<Mixture>{{0.99, Distribution(Constant{milliseconds(10)})},
                                             {0.01, Distribution(Constant{milliseconds(100)})}});
  };
  // Q30 in ms over a mean of 10.9 ms: loads are per 10.9 ms, the values per 10 ms.
  const double slower = 10.9 / 10;
  const Row rows[] = {
      {"Q24 M/D/1", Distribution(Constant{unit}), 0.5, 25'000, 0.5},
      {"Q24 M/D/1", Distribution(Constant{unit}), 0.8, 50'000, 2.0},
      {"Q24 M/D/1", Distribution(Constant{unit}), 0.9, 100'000, 4.5},
      {"Q25 M/E2/1", Distribution(Gamma{unit, std::sqrt(0.5)}), 0.5, 25'000, 0.75},
      {"Q25 M/E2/1", Distribution(Gamma{unit, std::sqrt(0.5)}), 0.8, 50'000, 3.0},
      {"Q25 M/E2/1", Distribution(Gamma{unit, std::sqrt(0.5)}), 0.9, 100'000, 6.75},
      {"Q26 M/U/1", Distribution(Uniform{milliseconds(5), milliseconds(15)}), 0.8, 50'000,
       2.166667},
      {"Q27 M/H2/1", hyperexponential(4), 0.5, 50'000, 2.5},
      {"Q27 M/H2/1", hyperexponential(4), 0.8, 150'000, 10.0},
      {"Q27 M/H2/1", hyperexponential(4), 0.9, 450'000, 22.5},
      {"Q27 lognormal", Distribution(Lognormal{unit, 2.0}), 0.8, 450'000, 10.0},
      {"Q28 M/H2/1", hyperexponential(9), 0.8, 450'000, 20.0},
      {"Q30 slow hundredth", mixture(), 0.5 / slower, 50'000, 0.9128440},
      {"Q30 slow hundredth", mixture(), 0.8 / slower, 100'000, 3.6513761},
  };
  for (const Row& row : rows) {
    CAPTURE(row.id);
    CAPTURE(row.load);
    check_mean(runs_of(Station{.time = row.time}.open(row.load / unit_s,
                                                      length_of(row.requests, row.load))),
               wait, row.wait);
  }
}

TEST_CASE("theory: Q37 D/M/1 responds sooner than M/M/1") {
  struct Row {
    double load, requests, response;
  };
  for (const Row& row :
       {Row{0.5, 25'000, 1.255001}, Row{0.8, 50'000, 2.692731}, Row{0.9, 100'000, 5.178659}}) {
    CAPTURE(row.load);
    const auto plan = Station().open(row.load / unit_s, length_of(row.requests, row.load), false);
    check_mean(runs_of(plan), response, row.response);
  }
}

TEST_CASE("theory: Q58-Q60 finite sources: throughput and response of M/M/c//N") {
  struct Row {
    const char* id;
    std::uint32_t sources, servers;
    double think, throughput, response;
  };
  for (const Row& row :
       {Row{"Q58", 10, 1, 10, 0.785418, 2.732079}, Row{"Q59", 20, 2, 5, 1.994388, 5.028141},
        Row{"Q60", 50, 4, 10, 3.884982, 2.870071}}) {
    CAPTURE(row.id);
    const auto think = nanoseconds(static_cast<std::int64_t>(row.think * unit_s * 1e9));
    const Records records = runs_of(Station{.workers = row.servers}.closed(
        row.sources, think, length_of(30'000, row.throughput)));
    check_mean(
        records, [](const RunRecord& record) { return loads(record).rps * unit_s; },
        row.throughput);
    check_mean(records, response, row.response);
  }
}

}  // namespace
}  // namespace mesh
