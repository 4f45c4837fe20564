// Closed formulas of queueing theory, the laws that runs are held against.
#pragma once

#include <cstdint>

namespace mesh {

/// Offered load of a station in Erlang: arrival rate times mean service time.
struct Offered {
  double arrivals_per_s = 0;
  double mean_service_s = 0;
  double erlangs() const { return arrivals_per_s * mean_service_s; }
};

/// Probability that an arrival finds all `servers` busy and is lost: M/G/c/c.
double erlang_b(std::uint32_t servers, double erlangs);

/// Probability that an arrival has to wait: M/M/c with erlangs < servers, else 1.
double erlang_c(std::uint32_t servers, double erlangs);

/// Mean wait in queue of M/M/c, in seconds; infinite when erlangs >= servers.
double mmc_mean_wait_s(std::uint32_t servers, const Offered& load);

/// P(wait > t) of M/M/c.
double mmc_wait_exceeds(std::uint32_t servers, const Offered& load, double t_s);

/// Mean wait in queue of M/G/1 (Pollaczek and Khinchine); `cv` is the coefficient of variation of
/// the service time: 0 constant, 1 exponential.
double mg1_mean_wait_s(const Offered& load, double cv);

/// M/M/c with room for `places` requests in service and in queue together (places >= servers).
struct LimitedQueue {
  double blocked = 0;      // share of arrivals that find no place
  double mean_wait_s = 0;  // in queue, of those that enter
  double mean_in_system = 0;
  double utilisation = 0;  // busy servers / servers
};
LimitedQueue mmck(std::uint32_t servers, std::uint32_t places, const Offered& load);

/// `users` who think (exponentially or not) and then want one of `servers` exponential servers:
/// the machine-repair model, a closed load against one service.
struct ClosedQueue {
  double throughput_per_s = 0;
  double mean_response_s = 0;  // wait and service
  double utilisation = 0;
};
ClosedQueue closed_queue(std::uint32_t users, double mean_think_s, std::uint32_t servers,
                         double mean_service_s);

}  // namespace mesh
