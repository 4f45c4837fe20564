// Tests of the formulas against tables, special cases and solved Markov chains.
#include "libmesh/analysis/queueing_theory.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "libmesh/analysis/markov_chain.h"

namespace mesh {
namespace {

/// The chain of requests present at `servers` servers with `places` places, solved by LU.
std::vector<double> solved_queue(std::uint32_t servers, std::uint32_t places, const Offered& load) {
  std::vector<Transition> jumps;
  for (std::uint32_t n = 0; n < places; ++n) {
    jumps.push_back({n, n + 1, load.arrivals_per_s});
    jumps.push_back({n + 1, n, std::min(n + 1, servers) / load.mean_service_s});
  }
  return stationary_distribution(places + 1, jumps);
}

double waiting(const std::vector<double>& p, std::uint32_t servers) {
  double sum = 0;
  for (std::uint32_t n = servers; n < p.size(); ++n) sum += (n - servers) * p[n];
  return sum;
}

TEST_CASE("queueing_theory: Erlang B as in printed tables") {
  CHECK(erlang_b(1, 1.0) == doctest::Approx(0.5));
  CHECK(erlang_b(2, 1.0) == doctest::Approx(0.2));
  CHECK(erlang_b(5, 2.219) == doctest::Approx(0.05).epsilon(0.002));   // 5 %, 5 trunks
  CHECK(erlang_b(10, 4.461) == doctest::Approx(0.01).epsilon(0.002));  // 1 %, 10 trunks
  CHECK(erlang_b(100, 84.06) == doctest::Approx(0.01).epsilon(0.002));
  CHECK(erlang_b(0, 3.0) == 1);
  CHECK(erlang_b(4, 0.0) == 0);
}

TEST_CASE("queueing_theory: Erlang C and the waits agree with the solved chain") {
  struct Row {
    std::uint32_t servers;
    double arrivals_per_s;
  };
  for (const Row row : {Row{1, 50}, Row{2, 150}, Row{4, 320}, Row{16, 1500}}) {
    CAPTURE(row.servers);
    const Offered load{row.arrivals_per_s, 0.01};
    const auto p = solved_queue(row.servers, 400, load);  // the tail beyond 400 is below 1e-9
    double busy = 0;
    for (std::uint32_t n = row.servers; n < p.size(); ++n) busy += p[n];
    CHECK(erlang_c(row.servers, load.erlangs()) == doctest::Approx(busy).epsilon(1e-6));
    CHECK(mmc_mean_wait_s(row.servers, load) ==
          doctest::Approx(waiting(p, row.servers) / row.arrivals_per_s).epsilon(1e-6));
  }
  CHECK(erlang_c(3, 3.0) == 1);
  CHECK(std::isinf(mmc_mean_wait_s(3, {300, 0.01})));
}

TEST_CASE("queueing_theory: M/M/1 by its well-known closed forms") {
  for (const double rho : {0.1, 0.5, 0.9}) {
    const Offered load{rho * 100, 0.01};
    CHECK(erlang_c(1, rho) == doctest::Approx(rho));
    CHECK(mmc_mean_wait_s(1, load) == doctest::Approx(rho / (1 - rho) * 0.01));
    CHECK(mg1_mean_wait_s(load, 1.0) == doctest::Approx(mmc_mean_wait_s(1, load)));
    CHECK(mg1_mean_wait_s(load, 0.0) == doctest::Approx(0.5 * mmc_mean_wait_s(1, load)));
    CHECK(mmc_wait_exceeds(1, load, 0) == doctest::Approx(rho));
    CHECK(mmc_wait_exceeds(1, load, 0.02) == doctest::Approx(rho * std::exp(-(1 - rho) * 2)));
  }
  CHECK(std::isinf(mg1_mean_wait_s({100, 0.01}, 1)));
}

TEST_CASE("queueing_theory: the tail of the wait integrates to its mean") {
  const Offered load{350, 0.01};
  double integral = 0;
  const double step = 1e-5;
  for (double t = 0.5 * step; t < 0.5; t += step) integral += mmc_wait_exceeds(4, load, t) * step;
  CHECK(integral == doctest::Approx(mmc_mean_wait_s(4, load)).epsilon(1e-4));
}

TEST_CASE("queueing_theory: limited places agree with the solved chain, also in overload") {
  for (const double arrivals_per_s : {50.0, 390.0, 400.0, 900.0}) {
    CAPTURE(arrivals_per_s);
    const Offered load{arrivals_per_s, 0.01};
    const auto p = solved_queue(4, 12, load);
    const LimitedQueue queue = mmck(4, 12, load);
    CHECK(queue.blocked == doctest::Approx(p.back()));
    CHECK(queue.mean_wait_s == doctest::Approx(waiting(p, 4) / (arrivals_per_s * (1 - p.back()))));
    double present = 0;
    for (std::size_t n = 0; n < p.size(); ++n) present += static_cast<double>(n) * p[n];
    CHECK(queue.mean_in_system == doctest::Approx(present));
    CHECK(queue.utilisation == doctest::Approx(load.erlangs() * (1 - p.back()) / 4));
  }
  CHECK(mmck(3, 3, {200, 0.01}).blocked == doctest::Approx(erlang_b(3, 2.0)));
  CHECK(mmck(1, 2000, {150, 0.01}).blocked == doctest::Approx(1 - 1 / 1.5));  // no overflow
}

TEST_CASE("queueing_theory: a closed load agrees with the solved chain") {
  const std::uint32_t users = 20, servers = 2;
  const double think_s = 0.1, service_s = 0.01;
  std::vector<Transition> jumps;
  for (std::uint32_t n = 0; n < users; ++n) {
    jumps.push_back({n, n + 1, (users - n) / think_s});
    jumps.push_back({n + 1, n, std::min(n + 1, servers) / service_s});
  }
  const auto p = stationary_distribution(users + 1, jumps);
  double busy = 0, present = 0;
  for (std::uint32_t n = 0; n <= users; ++n) {
    busy += std::min(n, servers) * p[n];
    present += n * p[n];
  }
  const ClosedQueue queue = closed_queue(users, think_s, servers, service_s);
  CHECK(queue.throughput_per_s == doctest::Approx(busy / service_s));
  CHECK(queue.mean_response_s == doctest::Approx(present / (busy / service_s)));
  // the interactive response time law
  CHECK(queue.mean_response_s == doctest::Approx(users / queue.throughput_per_s - think_s));
  CHECK(closed_queue(0, 1, 1, 0.01).throughput_per_s == 0);
  CHECK(closed_queue(5, 0, 2, 0.01).throughput_per_s == doctest::Approx(200));
  CHECK(closed_queue(5, 0, 2, 0.01).mean_response_s == doctest::Approx(0.025));
}

}  // namespace
}  // namespace mesh
