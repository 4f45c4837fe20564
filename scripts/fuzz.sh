#!/usr/bin/env bash
# Fuzzes what reads scenario files: a smoke of half a minute, or longer.
#   scripts/fuzz.sh [SECONDS]           (default 30)
# Seeds are the scenarios of the repository; what it finds stays in build/fuzz/. A crash prints the
# input's path; run build/fuzz/scenario_fuzz PATH to see it again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-30}
build=${MESHSIM_FUZZ_BUILD:-build/fuzz}

mkdir -p build
cmake -S . -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++-16 -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS_DEBUG="-O1 -g1" -DMESHSIM_SANITIZE=address,undefined,fuzzer-no-link \
  -DMESHSIM_BUILD_FUZZERS=ON -DMESHSIM_BUILD_CLI=OFF >"$build.log" 2>&1 ||
  { cat "$build.log" >&2; exit 1; }
nice cmake --build "$build" --target scenario_fuzz

mkdir -p "$build/corpus" "$build/seeds"
# A scenario is one input: its own text without what it includes by name.
find scenarios bench -name '*.yaml' -print0 | while IFS= read -r -d '' file; do
  sed '/^ *include:/d; /apply:/d' "$file" >"$build/seeds/${file//\//_}"
done
"$build/tests/scenario_fuzz" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
  -rss_limit_mb=2048 -artifact_prefix="$build/" -print_final_stats=1 -verbosity=0 \
  "$build/corpus" "$build/seeds"
echo "fuzz: $seconds s without a crash"
