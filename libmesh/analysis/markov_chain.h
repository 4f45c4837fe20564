// Stationary distribution of a small continuous-time Markov chain.
#pragma once

#include <cstddef>
#include <vector>

namespace mesh {

/// A jump from one state to another at a rate per second.
struct Transition {
  std::size_t from = 0, to = 0;
  double rate_per_s = 0;
};

/// The probabilities p with p Q = 0 and sum p = 1, by LU decomposition. The chain must have one
/// recurrent class, so that they are unique. For a few hundred states: it costs their cube.
std::vector<double> stationary_distribution(std::size_t states,
                                            const std::vector<Transition>& transitions);

}  // namespace mesh
