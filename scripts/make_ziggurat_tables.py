#!/usr/bin/env python3
"""Writes libmesh/base/ziggurat_tables.h: the layer edges of the two 256-layer ziggurats.

    python3 scripts/make_ziggurat_tables.py > libmesh/base/ziggurat_tables.h

Marsaglia and Tsang, "The ziggurat method for generating random variables", JSS 5(8), 2000: a
decreasing density f is covered by 256 regions of equal area v. Region 0 is the rectangle below
f(r) together with the tail beyond r; x[0] = v / f(r) is its width as if it were a rectangle;
x[1] = r; each further edge follows from x[i] (f(x[i+1]) - f(x[i])) = v; r is right when the
topmost region ends at f(0) = 1. Everything is computed with 60 decimal digits and rounded to
doubles once, so the header does not depend on the machine that made it.
"""

from collections.abc import Callable
from decimal import Decimal, getcontext

LAYERS = 256
getcontext().prec = 60
HALF = Decimal("0.5")


def exponential_tail(r: Decimal) -> Decimal:
    return (-r).exp()


def normal_tail(r: Decimal) -> Decimal:
    """Integral of exp(-x²/2) from r to infinity: Laplace's continued fraction, from the bottom."""
    fraction = r
    for k in range(4000, 0, -1):
        fraction = r + k / fraction
    return (-r * r * HALF).exp() / fraction


def edges(
    density: Callable[[Decimal], Decimal],
    inverse: Callable[[Decimal], Decimal],
    tail: Callable[[Decimal], Decimal],
    low: Decimal,
    high: Decimal,
) -> list[Decimal]:
    """Bisects r until the region on top closes at height 1."""

    def climb(r: Decimal) -> tuple[list[Decimal], Decimal]:
        area = r * density(r) + tail(r)
        x = [area / density(r), r]
        height = density(r)
        for _ in range(LAYERS - 2):
            height += area / x[-1]
            if height >= 1:
                return x, Decimal(2)  # closes too early: the areas are too large, r too small
            x.append(inverse(height))
        return x, height + area / x[-1]

    for _ in range(190):
        middle = (low + high) / 2
        if climb(middle)[1] > 1:
            low = middle
        else:
            high = middle
    x, top = climb(high)
    assert len(x) == LAYERS and abs(top - 1) < Decimal("1e-40"), (len(x), top)
    return [*x, Decimal(0)]


def table(name: str, values: list[Decimal]) -> str:
    texts = [float(value).hex() for value in values]
    rows = [", ".join(texts[i : i + 4]) for i in range(0, len(texts), 4)]
    body = ",\n    ".join(rows)
    return f"inline constexpr double {name}[{len(values)}] = {{\n    {body},\n}};\n"


def main() -> None:
    exponential = edges(
        lambda x: (-x).exp(), lambda y: -y.ln(), exponential_tail, Decimal(7), Decimal(8)
    )
    normal = edges(
        lambda x: (-x * x * HALF).exp(),
        lambda y: (-2 * y.ln()).sqrt(),
        normal_tail,
        Decimal("3.5"),
        Decimal("3.8"),
    )
    print("// Layer edges of the ziggurats; written by scripts/make_ziggurat_tables.py.")
    print("#pragma once\n\nnamespace mesh::ziggurat {\n\n// clang-format off")
    print(table("exponential_edge", exponential))
    print(table("exponential_height", [(-x).exp() for x in exponential]))
    print(table("normal_edge", normal))
    print(table("normal_height", [(-x * x * HALF).exp() for x in normal]))
    print("// clang-format on\n\n}  // namespace mesh::ziggurat")


if __name__ == "__main__":
    main()
