#!/usr/bin/env bash
# Runs every scenario by every build at hand; fails unless all print the same fingerprint.
#   scripts/fingerprints.sh [UNTIL]     (simulated time per run; default: each scenario's own)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
until=()
[[ ${1-} ]] && until=(--until "$1")

# Fingerprint and hash of one run of the native driver $1.
native() {
  "$1" run "$2" "${until[@]}" 2>/dev/null |
    awk '/^(fingerprint|hash)/ {printf "%s%s", gap, $2; gap = " "}'
}
python() {
  .venv/bin/python scripts/fingerprint.py "$1" "${until[@]}"
}
# Two replications by $1 threads, as one digest.
threads() {
  build/release/meshsim-core run "$2" --replications 2 --threads "$1" "${until[@]}" 2>/dev/null |
    sha256sum | cut -c1-16
}

status=0
for folder in scenarios/*/; do
  scenario=${folder%/}
  [[ -f $scenario/scenario.yaml ]] || continue
  reference=$(native build/release/meshsim-core "$scenario") || reference=
  printf '%s\n  %-14s %s\n' "$scenario" "g++ -O3" "$reference"
  [[ $reference ]] || { echo "  it did not run"; status=1; continue; }
  compare() {
    local verdict=equal
    [[ $2 == "$3" ]] || { verdict="DIFFERS"; status=1; }
    printf '  %-14s %s %s\n' "$1" "$2" "$verdict"
  }
  [[ -x build/debug/meshsim-core ]] &&
    compare "g++ -O0" "$(native build/debug/meshsim-core "$scenario")" "$reference"
  [[ -x build/asan/meshsim-core ]] &&
    compare "clang asan" "$(native build/asan/meshsim-core "$scenario")" "$reference"
  [[ -x .venv/bin/meshsim ]] && compare "python" "$(python "$scenario")" "$reference"
  compare "1, 2 threads" "$(threads 1 "$scenario")" "$(threads 2 "$scenario")"
done
exit $status
