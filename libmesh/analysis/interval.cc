// Confidence intervals of a mean: Student's distribution, plain and paired.
#include "libmesh/analysis/interval.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "libmesh/base/check.h"

namespace mesh {

double student_t_central(double t, std::size_t degrees) {
  MESH_CHECK(degrees >= 1 && t >= 0);
  const auto nu = static_cast<double>(degrees);
  const double cos2 = nu / (nu + t * t);  // of theta = atan(t / sqrt(nu))
  const double sine = t / std::sqrt(nu + t * t);
  const bool odd = degrees % 2 == 1;
  // Even: sin (1 + 1/2 cos² + 1·3/(2·4) cos⁴ + …); odd: 2/pi (theta + sin (cos + 2/3 cos³ + …)).
  double term = odd ? std::sqrt(cos2) : 1.0;
  double sum = degrees >= 2 ? term : 0.0;
  for (std::size_t k = odd ? 3 : 2; k + 2 <= degrees; k += 2) {
    const auto step = static_cast<double>(k);
    term *= (step - 1) / step * cos2;
    sum += term;
  }
  if (!odd) return sine * sum;
  return 2.0 / std::numbers::pi * (std::atan(t / std::sqrt(nu)) + sine * sum);
}

double student_t_quantile(double confidence, std::size_t degrees) {
  MESH_CHECK(confidence > 0 && confidence < 1);
  double low = 0, high = 1;
  while (student_t_central(high, degrees) < confidence) high *= 2;
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (student_t_central(middle, degrees) < confidence ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

Interval mean_interval(std::span<const double> values, double confidence) {
  Interval interval;
  interval.count = values.size();
  if (values.empty()) return interval;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) interval.mean += v / n;
  if (values.size() == 1) {
    interval.half_width = std::numeric_limits<double>::infinity();
    return interval;
  }
  double squares = 0;
  for (const double v : values) squares += (v - interval.mean) * (v - interval.mean);
  const double standard_error = std::sqrt(squares / (n - 1) / n);
  interval.half_width = student_t_quantile(confidence, values.size() - 1) * standard_error;
  return interval;
}

Interval paired_interval(std::span<const double> a, std::span<const double> b, double confidence) {
  MESH_CHECK(a.size() == b.size());
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  return mean_interval(differences, confidence);
}

}  // namespace mesh
