// Stationary distribution of a small continuous-time Markov chain, solved with Eigen.
#include "libmesh/analysis/markov_chain.h"

#include <Eigen/Core>
#include <Eigen/LU>

#include "libmesh/base/check.h"

namespace mesh {

std::vector<double> stationary_distribution(std::size_t states,
                                            const std::vector<Transition>& transitions) {
  MESH_CHECK(states > 0);
  const auto n = static_cast<Eigen::Index>(states);
  Eigen::MatrixXd balance = Eigen::MatrixXd::Zero(n, n);  // Q transposed: flow into each state
  for (const Transition& t : transitions) {
    MESH_CHECK(t.from < states && t.to < states && t.rate_per_s >= 0);
    const auto from = static_cast<Eigen::Index>(t.from), to = static_cast<Eigen::Index>(t.to);
    balance(to, from) += t.rate_per_s;
    balance(from, from) -= t.rate_per_s;
  }
  balance.row(n - 1).setOnes();  // one balance equation follows from the others
  Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
  right(n - 1) = 1;
  const Eigen::VectorXd p = balance.partialPivLu().solve(right);
  return std::vector<double>(p.data(), p.data() + n);
}

}  // namespace mesh
