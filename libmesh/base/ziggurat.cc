// Standard exponential and normal variates by ziggurats of 256 layers.
#include <array>
#include <cstddef>
#include <cstdint>

#include "libmesh/base/distribution.h"
#include "libmesh/base/math.h"
#include "libmesh/base/ziggurat_tables.h"

namespace mesh {
namespace {

/// What one layer needs, side by side: position = bits * scale, certainly below the curve when
/// bits < inside.
struct Layer {
  std::uint64_t inside;
  double scale;
};

/// `range` is 2^bits of the integer that is drawn. Only IEEE operations on exact constants, so the
/// compiler's result is every machine's result.
constexpr std::array<Layer, 256> layers(const double (&edge)[257], double range) {
  std::array<Layer, 256> result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = {static_cast<std::uint64_t>(edge[i + 1] / edge[i] * range), edge[i] / range};
  }
  return result;
}

constexpr auto exponential_layers = layers(ziggurat::exponential_edge, 0x1p53);
constexpr auto normal_layers = layers(ziggurat::normal_edge, 0x1p54);

/// A height between the lower and the upper edge of a layer.
double height_in(const double (&height)[257], std::size_t layer, double u) {
  return height[layer] + u * (height[layer + 1] - height[layer]);
}

}  // namespace

// One word gives the layer (low 8 bits) and the position in it (high 53 bits); the two do not
// overlap. Only one draw in ninety needs more.
double standard_exponential(Draw& draw) {
  double shift = 0;
  for (;;) {
    const std::uint64_t word = draw.word();
    const std::size_t layer = word & 255;
    const std::uint64_t position = word >> 11;
    const double x = static_cast<double>(position) * exponential_layers[layer].scale;
    if (position < exponential_layers[layer].inside) [[likely]]
      return shift + x;
    if (layer == 0) {
      shift += ziggurat::exponential_edge[1];  // without memory: beyond the edge it starts afresh
    } else if (height_in(ziggurat::exponential_height, layer, draw.uniform01()) < exp(-x)) {
      return shift + x;
    }
  }
}

// As above; bit 8 of the word is the sign, the high 54 bits are the position.
double standard_normal(Draw& draw) {
  for (;;) {
    const std::uint64_t word = draw.word();
    const std::size_t layer = word & 255;
    const double sign = (word & 256) != 0 ? -1.0 : 1.0;
    const std::uint64_t position = word >> 10;
    const double x = static_cast<double>(position) * normal_layers[layer].scale;
    if (position < normal_layers[layer].inside) [[likely]]
      return sign * x;
    if (layer == 0) {  // the tail, by Marsaglia's method of 1964
      const double edge = ziggurat::normal_edge[1];
      for (;;) {
        const double beyond = -log(draw.uniform01()) / edge;
        const double bar = -log(draw.uniform01());
        if (bar + bar > beyond * beyond) return sign * (edge + beyond);
      }
    }
    if (height_in(ziggurat::normal_height, layer, draw.uniform01()) < exp(-0.5 * x * x)) {
      return sign * x;
    }
  }
}

}  // namespace mesh
