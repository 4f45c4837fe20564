// Keys whose popularity falls as a power of their rank, sampled portably without tables.
#pragma once

#include <cstdint>

#include "libmesh/base/rng.h"

namespace mesh {

/// Rank k of 1 … keys has the probability k^-exponent / sum. Without a last key (keys = 0) the
/// exponent must be above 1.
struct Zipf {
  std::uint64_t keys = 0;
  double exponent = 1.0;
  bool operator==(const Zipf&) const = default;
};

/// Rejection-inversion: W. Hörmann, G. Derflinger, "Rejection-inversion to generate variates from
/// monotone discrete distributions", ACM TOMACS 6(3), 1996. Fewer than 1.6 tries on average.
class ZipfSampler {
 public:
  ZipfSampler() : ZipfSampler(Zipf{1, 1.0}) {}
  explicit ZipfSampler(const Zipf& law);

  /// A rank from 1 on; of a law without a last key at most 2^62.
  std::uint64_t sample(Draw& draw) const;
  const Zipf& law() const { return law_; }

 private:
  double area(double x) const;     // integral of t^-exponent from 1 to x
  double inverse(double y) const;  // of the area
  double height(double x) const;   // x^-exponent

  Zipf law_;
  double first_ = 0, whole_ = 0, sure_ = 0;
};

}  // namespace mesh
