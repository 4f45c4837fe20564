// The portable logarithm, exponential, power against long double.
#include "libmesh/base/math.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "libmesh/base/hash.h"
#include "libmesh/base/rng.h"

namespace mesh {
namespace {

constexpr std::uint64_t samples = 200'000;
constexpr long double one_ulp = 0x1p-52L;
constexpr double infinity = std::numeric_limits<double>::infinity();

Draw draw_of(std::uint64_t law, std::uint64_t i) {
  return Draws(31).at(Purpose::Disturbance, law, i);
}
long double relative_error(double ours, long double exact) {
  return exact == 0 ? std::fabs(static_cast<long double>(ours))
                    : std::fabs((static_cast<long double>(ours) - exact) / exact);
}
/// Any positive normal number, all exponents equally likely.
double any_normal(Draw& draw) {
  constexpr std::uint64_t first = 0x0010000000000000, count = 0x7fe0000000000000 - first;
  return std::bit_cast<double>(first + draw.modulo(count));
}

TEST_CASE("math: the cosine of a turn agrees with long double over the whole turn") {
  for (int i = 0; i <= 100'000; ++i) {
    const double u = i / 100'000.0;
    const long double exact = std::cos(2.0L * 3.14159265358979323846264338327950288L * u);
    CAPTURE(u);
    CHECK(std::abs(static_cast<long double>(cos_of_turn(u)) - exact) < 4e-16L);
  }
}

}  // namespace

TEST_CASE("math: log is within one unit in the last place over all normal numbers") {
  long double worst = 0;
  for (std::uint64_t i = 0; i < samples; ++i) {
    Draw draw = draw_of(0, i);
    const double wide = any_normal(draw);
    const double near_one = 0.5 + 1.5 * draw.uniform01();
    const double very_near_one = 1.0 + (draw.uniform01() - 0.5) * 0x1p-20;
    for (const double x : {wide, near_one, very_near_one}) {
      worst = std::max(worst, relative_error(log(x), std::log(static_cast<long double>(x))));
    }
  }
  CHECK(worst < one_ulp);
}

TEST_CASE("math: log of the edges of its range") {
  CHECK(log(1.0) == 0.0);
  CHECK(log(0.0) == -infinity);
  CHECK(log(infinity) == infinity);
  CHECK(std::isnan(log(-1.0)));
  CHECK(std::isnan(log(std::nan(""))));
  for (const double tiny : {0x1p-1074, 0x1.8p-1060, 0x1p-1022}) {
    CHECK(relative_error(log(tiny), std::log(static_cast<long double>(tiny))) < one_ulp);
  }
}

TEST_CASE("math: exp is within one unit in the last place from -708 to 709.78") {
  long double worst = 0;
  for (std::uint64_t i = 0; i < samples; ++i) {
    Draw draw = draw_of(1, i);
    const double wide = -708.0 + draw.uniform01() * (709.78 + 708.0);
    const double small = (draw.uniform01() - 0.5) * 4;
    const double tiny = (draw.uniform01() - 0.5) * 0x1p-20;
    for (const double x : {wide, small, tiny}) {
      worst = std::max(worst, relative_error(exp(x), std::exp(static_cast<long double>(x))));
    }
  }
  CHECK(worst < one_ulp);
}

TEST_CASE("math: exp of the edges of its range") {
  CHECK(exp(0.0) == 1.0);
  CHECK(exp(-708.1) == 0.0);
  CHECK(exp(-infinity) == 0.0);
  CHECK(exp(710.0) == infinity);
  CHECK(exp(infinity) == infinity);
  CHECK(std::isnan(exp(std::nan(""))));
  CHECK(exp(709.7) < infinity);
}

TEST_CASE("math: the error of pow grows with the logarithm of the result only") {
  long double worst = 0;
  for (std::uint64_t i = 0; i < samples; ++i) {
    Draw draw = draw_of(2, i);
    const double a = exp(60 * draw.uniform01() - 30);
    const double b = 20 * draw.uniform01() - 10;
    const long double exact = std::pow(static_cast<long double>(a), static_cast<long double>(b));
    const long double growth = 1 + std::fabs(std::log(exact));
    worst = std::max(worst, relative_error(pow(a, b), exact) / growth);
  }
  CHECK(worst < 1.5L * one_ulp);
  CHECK(pow(0.0, 2.0) == 0.0);
  CHECK(pow(7.0, 0.0) == 1.0);
  CHECK(pow(0.0, 0.0) == 1.0);
}

TEST_CASE("math: the bits are the same for every compiler and optimisation") {
  Digest digest;
  for (std::uint64_t i = 0; i < samples; ++i) {
    Draw draw = draw_of(3, i);
    const double x = any_normal(draw), y = -708.0 + draw.uniform01() * 1417;
    const double a = draw.uniform01(), b = 3 * draw.uniform01();
    digest.number(log(x)).number(exp(y)).number(pow(a, b));
  }
  CHECK(fingerprint_text(digest.value()) == "d0d7-da15-41a2-05a2");
}

}  // namespace mesh
