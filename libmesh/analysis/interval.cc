// Confidence intervals of a mean: Student's distribution, plain and paired.
#include "libmesh/analysis/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "libmesh/base/check.h"

namespace mesh {

namespace {

/// The square of the standard error of a mean; of two values or more.
double squared_error(std::span<const double> values, double mean) {
  const auto n = static_cast<double>(values.size());
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return squares / (n - 1) / n;
}

}  // namespace

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
  const double standard_error = std::sqrt(squared_error(values, interval.mean));
  interval.half_width = student_t_quantile(confidence, values.size() - 1) * standard_error;
  return interval;
}

Interval paired_interval(std::span<const double> a, std::span<const double> b, double confidence) {
  MESH_CHECK(a.size() == b.size());
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  return mean_interval(differences, confidence);
}

Interval welch_interval(std::span<const double> a, std::span<const double> b, double confidence) {
  Interval interval;
  interval.count = std::min(a.size(), b.size());
  if (interval.count == 0) return interval;
  const double mean_a = mean_interval(a, confidence).mean;
  const double mean_b = mean_interval(b, confidence).mean;
  interval.mean = mean_b - mean_a;
  interval.half_width = std::numeric_limits<double>::infinity();
  if (interval.count == 1) return interval;
  const double error_a = squared_error(a, mean_a), error_b = squared_error(b, mean_b);
  const double error = error_a + error_b;
  interval.half_width = 0;
  if (error == 0) return interval;
  const auto freedom_a = static_cast<double>(a.size() - 1);
  const auto freedom_b = static_cast<double>(b.size() - 1);
  const double degrees =
      error * error / (error_a * error_a / freedom_a + error_b * error_b / freedom_b);
  const auto whole = static_cast<std::size_t>(std::max(1.0, std::floor(degrees)));
  interval.half_width = student_t_quantile(confidence, whole) * std::sqrt(error);
  return interval;
}

}  // namespace mesh
