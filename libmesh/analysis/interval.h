// Confidence intervals of a mean over replications.
#pragma once

#include <cstddef>
#include <span>

namespace mesh {

struct Interval {
  double mean = 0;
  double half_width = 0;  // infinite for a single value
  std::size_t count = 0;
  double low() const { return mean - half_width; }
  double high() const { return mean + half_width; }
};

/// Mean with its two-sided interval from Student's t (95 % by default); values are independent
/// replications. Nothing is claimed for an empty list: all zero.
Interval mean_interval(std::span<const double> values, double confidence = 0.95);

/// The interval of the mean difference b[i] - a[i] of pairs that shared their seeds: much narrower
/// than that of two independent means, because the same arrivals hit both.
Interval paired_interval(std::span<const double> a, std::span<const double> b,
                         double confidence = 0.95);

/// The interval of the difference mean(b) - mean(a) of independent runs whose variances may differ
/// (Welch), with the degrees of freedom of Satterthwaite rounded down. `count` is the smaller
/// one's.
Interval welch_interval(std::span<const double> a, std::span<const double> b,
                        double confidence = 0.95);

/// P(|T| <= t) of Student's distribution with `degrees` >= 1 degrees of freedom, by the finite
/// trigonometric series of Abramowitz and Stegun 26.7.3 and 26.7.4.
double student_t_central(double t, std::size_t degrees);

/// The t with P(|T| <= t) = confidence, by bisection; confidence in (0, 1).
double student_t_quantile(double confidence, std::size_t degrees);

}  // namespace mesh
