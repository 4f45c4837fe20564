// Closed formulas of queueing theory: recursions that neither overflow nor cancel.
#include "libmesh/analysis/queueing_theory.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "libmesh/base/check.h"

namespace mesh {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Probabilities of a birth-death chain from the ratios p[n + 1] / p[n]. Sums relative to the
/// largest so that long chains neither overflow nor vanish.
std::vector<double> birth_death(const std::vector<double>& ratios) {
  std::vector<double> weight = {1.0};
  double largest = 1.0;
  for (const double ratio : ratios) {
    weight.push_back(weight.back() * ratio);
    largest = std::max(largest, weight.back());
    if (largest > 1e200) {
      for (double& w : weight) w /= largest;
      largest = 1.0;
    }
  }
  double sum = 0;
  for (const double w : weight) sum += w;
  for (double& w : weight) w /= sum;
  return weight;
}

}  // namespace

double erlang_b(std::uint32_t servers, double erlangs) {
  double blocked = 1;
  for (std::uint32_t n = 1; n <= servers; ++n) {
    blocked = erlangs * blocked / (n + erlangs * blocked);
  }
  return blocked;
}

double erlang_c(std::uint32_t servers, double erlangs) {
  if (erlangs >= servers) return 1;
  const double b = erlang_b(servers, erlangs);
  return servers * b / (servers - erlangs * (1 - b));
}

double mmc_mean_wait_s(std::uint32_t servers, const Offered& load) {
  const double erlangs = load.erlangs();
  if (erlangs >= servers) return infinite;
  return erlang_c(servers, erlangs) * load.mean_service_s / (servers - erlangs);
}

double mmc_wait_exceeds(std::uint32_t servers, const Offered& load, double t_s) {
  const double erlangs = load.erlangs();
  if (erlangs >= servers) return 1;
  return erlang_c(servers, erlangs) * std::exp(-(servers - erlangs) * t_s / load.mean_service_s);
}

double mg1_mean_wait_s(const Offered& load, double cv) {
  const double rho = load.erlangs();
  if (rho >= 1) return infinite;
  return rho * load.mean_service_s * (1 + cv * cv) / (2 * (1 - rho));
}

LimitedQueue mmck(std::uint32_t servers, std::uint32_t places, const Offered& load) {
  MESH_CHECK(servers >= 1 && places >= servers);
  const double erlangs = load.erlangs();
  std::vector<double> ratios;
  for (std::uint32_t n = 0; n < places; ++n) ratios.push_back(erlangs / std::min(n + 1, servers));
  const std::vector<double> p = birth_death(ratios);
  LimitedQueue queue;
  queue.blocked = p.back();
  double waiting = 0, busy = 0;
  for (std::uint32_t n = 0; n <= places; ++n) {
    queue.mean_in_system += n * p[n];
    busy += std::min(n, servers) * p[n];
    waiting += (n - std::min(n, servers)) * p[n];
  }
  queue.utilisation = busy / servers;
  const double entered_per_s = load.arrivals_per_s * (1 - queue.blocked);
  queue.mean_wait_s = entered_per_s > 0 ? waiting / entered_per_s : 0;
  return queue;
}

ClosedQueue closed_queue(std::uint32_t users, double mean_think_s, std::uint32_t servers,
                         double mean_service_s) {
  MESH_CHECK(servers >= 1 && mean_service_s > 0);
  ClosedQueue queue;
  if (users == 0) return queue;
  if (mean_think_s <= 0) {  // everybody is always at the station
    queue.throughput_per_s = std::min(users, servers) / mean_service_s;
    queue.mean_response_s = users / queue.throughput_per_s;
    queue.utilisation = static_cast<double>(std::min(users, servers)) / servers;
    return queue;
  }
  std::vector<double> ratios;  // n at the station, users - n thinking
  for (std::uint32_t n = 0; n < users; ++n) {
    ratios.push_back((users - n) / mean_think_s * mean_service_s / std::min(n + 1, servers));
  }
  const std::vector<double> p = birth_death(ratios);
  double busy = 0, present = 0;
  for (std::uint32_t n = 0; n <= users; ++n) {
    busy += std::min(n, servers) * p[n];
    present += n * p[n];
  }
  queue.utilisation = busy / servers;
  queue.throughput_per_s = busy / mean_service_s;
  queue.mean_response_s = present / queue.throughput_per_s;
  return queue;
}

}  // namespace mesh
