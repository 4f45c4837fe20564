// Rejection-inversion for Zipf's law, with the logarithm and exponential of base/math.
#include "libmesh/base/zipf.h"

#include "libmesh/base/math.h"

namespace mesh {

namespace {

constexpr double largest = 4.6e18;  // below 2^62

/// (e^x - 1) / x, also where the difference would cancel.
double grown(double x) {
  if (x > -1e-4 && x < 1e-4) return 1.0 + x * (0.5 + x * (1.0 / 6.0 + x / 24.0));
  return (exp(x) - 1.0) / x;
}

/// log(1 + x) / x.
double shrunk(double x) {
  if (x > -1e-4 && x < 1e-4) return 1.0 - x * (0.5 - x * (1.0 / 3.0 - x / 4.0));
  return log(1.0 + x) / x;
}

}  // namespace

ZipfSampler::ZipfSampler(const Zipf& law) : law_(law) {
  first_ = area(1.5) - 1.0;
  whole_ = law.keys > 0 ? area(static_cast<double>(law.keys) + 0.5) : 1.0 / (law.exponent - 1.0);
  sure_ = 2.0 - inverse(area(2.5) - height(2.0));
}

double ZipfSampler::area(double x) const {
  const double l = log(x);
  return grown((1.0 - law_.exponent) * l) * l;
}

double ZipfSampler::inverse(double y) const {
  const double t = y * (1.0 - law_.exponent);
  return t <= -1.0 ? largest * 2 : exp(shrunk(t) * y);
}

double ZipfSampler::height(double x) const {
  return exp(-law_.exponent * log(x));
}

std::uint64_t ZipfSampler::sample(Draw& draw) const {
  for (;;) {
    const double y = whole_ + draw.uniform01() * (first_ - whole_);
    const double x = inverse(y);
    if (!(x < largest)) continue;
    auto rank = static_cast<std::uint64_t>(x + 0.5);
    if (rank < 1) rank = 1;
    if (law_.keys > 0 && rank > law_.keys) rank = law_.keys;
    const double k = static_cast<double>(rank);
    if (k - x <= sure_ || y >= area(k + 0.5) - height(k)) return rank;
  }
}

}  // namespace mesh
