#!/usr/bin/env bash
# Builds the benchmarks, interleaves them with the measuring sticks, prints ratios.
#   scripts/bench.sh [ROUNDS]     (default 5; medians are taken over the rounds)
# The sticks are tight single-file programs kept outside the repository: in the folder named by
# MESHSIM_SHARED, or in ../shared. Without them only our own figures are printed. Both sides are
# built with g++ -std=c++20 -O3 -march=native -ffp-contract=off. Trust the ratios, not the figures:
# the machine's own noise is larger than most changes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh --all

cmake --preset bench >build/bench.log || { cat build/bench.log; exit 1; }
cmake --build --preset bench -- --quiet -k 0 || echo "bench: some benchmarks do not build"

sticks=${MESHSIM_SHARED:-../shared}/sticks
mkdir -p build/bench/sticks
for name in timers mesh full; do
  program=build/bench/sticks/$name
  if [[ -f $sticks/$name.cpp && ! $program -nt $sticks/$name.cpp ]]; then
    g++ -std=c++20 -O3 -march=native -ffp-contract=off "$sticks/$name.cpp" -o "$program"
  fi
done
.venv/bin/python scripts/bench_ratios.py --build build/bench --rounds "${1:-5}"
