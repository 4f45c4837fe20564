// Portable log and exp: only + - * / and integer operations, so every machine gets the same bits.
#pragma once

namespace mesh {

/// Natural logarithm. Relative error below 2^-52 for x > 0; -inf at 0, NaN below 0.
double log(double x);

/// Exponential. Relative error below 2^-52 from -708 to 709.78; 0 below, +inf above.
double exp(double x);

/// a to the power b for a >= 0, as exp(b log a): the relative error grows with |b log a|, 1e-13 at
/// worst.
double pow(double a, double b);

/// cos(2πu) for u in [0, 1]. Absolute error below 4e-16.
double cos_of_turn(double u);

}  // namespace mesh
