// Portable log and exp: only + - * / and integer operations, so every machine gets the same bits.
#pragma once

namespace mesh {

/// Natural logarithm. Relative error below 4e-16 for normal x > 0; -inf at 0, NaN below 0.
double log(double x);

/// Exponential. Relative error below 4e-16 in -708 … 709; 0 below, +inf above.
double exp(double x);

/// a to the power b for a > 0, as exp(b log a).
double pow(double a, double b);

}  // namespace mesh
