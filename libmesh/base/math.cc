// Logarithm, exponential, power from + - * / alone.
#include "libmesh/base/math.h"

#include <bit>
#include <cstdint>
#include <limits>

namespace mesh {
namespace {

// ln 2 in two parts. The high one has 21 trailing zero bits, so a multiple of it by any exponent of
// a double is exact.
constexpr double ln2_high = 0x1.62e42fee00000p-1;
constexpr double ln2_low = 0x1.a39ef35793c76p-33;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// 2^k for -1022 <= k <= 1023.
constexpr double power_of_two(std::int64_t k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

}  // namespace

// x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)). With s = f / (2 + f),
//   log(1 + f) = 2 atanh(s) = 2s + s R,  R = 2 (s²/3 + s⁴/5 + …),  2s = f - s f,
// so log(1 + f) = f - s (f - R): the leading term is exact, the correction small.
double log(double x) {
  if (!(x > 0)) return x == 0 ? -infinity : not_a_number;
  if (x == infinity) return x;
  std::int64_t exponent = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    exponent = -54;
  }
  constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2)
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::int64_t e = static_cast<std::int64_t>(bits - sqrt_half) >> 52;
  exponent += e;
  const double f = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(e) << 52)) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;  // at most 0.0295: ten terms leave less than 2^-54
  const double w = z * z;
  const double odd = 2.0 / 3 + w * (2.0 / 7 + w * (2.0 / 11 + w * (2.0 / 15 + w * (2.0 / 19))));
  const double even = 2.0 / 5 + w * (2.0 / 9 + w * (2.0 / 13 + w * (2.0 / 17 + w * (2.0 / 21))));
  const double series = z * odd + w * even;
  const auto k = static_cast<double>(exponent);
  return k * ln2_high + (f - (s * (f - series) - k * ln2_low));
}

// x = k ln 2 + r with |r| <= ln(2)/2, exp(x) = 2^k exp(r). The series of exp(r) is summed with its
// largest terms last; the rounding of r enters only through its small part.
double exp(double x) {
  constexpr double largest = 709.782712893384, smallest = -708.0;
  if (!(x >= smallest)) return x < smallest ? 0.0 : not_a_number;
  if (x > largest) return infinity;
  constexpr double log2_e = 0x1.71547652b82fep+0;
  const auto k = static_cast<std::int64_t>(x * log2_e + (x < 0 ? -0.5 : 0.5));
  const double high = x - static_cast<double>(k) * ln2_high;
  const double low = static_cast<double>(k) * ln2_low;
  const double r = high - low;
  const double q = r * r;
  // r²/2! + r³/3! + … + r¹⁴/14!, even and odd powers apart so that both sums run at once.
  const double even =
      1.0 / 2 +
      q * (1.0 / 24 +
           q * (1.0 / 720 +
                q * (1.0 / 40320 +
                     q * (1.0 / 3628800 + q * (1.0 / 479001600 + q * (1.0 / 87178291200.0))))));
  const double odd =
      1.0 / 6 +
      q * (1.0 / 120 +
           q * (1.0 / 5040 + q * (1.0 / 362880 + q * (1.0 / 39916800 + q * (1.0 / 6227020800.0)))));
  const double tail = q * (even + r * odd);
  const double value = 1.0 + (high + (tail - low));
  return k > 1023 ? value * power_of_two(k - 1) * 2.0 : value * power_of_two(k);
}

double pow(double a, double b) {
  return b == 0 ? 1.0 : exp(b * log(a));
}

// By symmetry only an eighth of a turn is needed, where both series converge fast:
// cos(2πu) = cos(2π(1-u)) = -cos(2π(1/2-u)) = sin(2π(1/4-u)).
double cos_of_turn(double u) {
  constexpr double two_pi = 6.283185307179586477;
  if (u > 0.5) u = 1.0 - u;
  double sign = 1.0;
  if (u > 0.25) {
    u = 0.5 - u;
    sign = -1.0;
  }
  if (u <= 0.125) {
    const double z = (two_pi * u) * (two_pi * u);
    double series = 1.0;
    for (int k = 18; k >= 2; k -= 2) series = 1.0 - series * z / (k * (k - 1));
    return sign * series;
  }
  const double x = two_pi * (0.25 - u);
  double series = 1.0;
  for (int k = 19; k >= 3; k -= 2) series = 1.0 - series * x * x / (k * (k - 1));
  return sign * x * series;
}

}  // namespace mesh
