#!/usr/bin/env bash
# From a fresh clone to a table, a verdict, a picture and a report; installs what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
started=$SECONDS

scripts/setup.sh
echo "== building meshsim (a few minutes the first time; log: build/wheel.log)"
.venv/bin/python -m pip install --disable-pip-version-check --no-build-isolation --no-deps \
  --editable . >build/wheel.log 2>&1 || { tail -n 40 build/wheel.log >&2; exit 1; }

# A threshold that a story misses on purpose is its verdict (exit 99), not a failure of the demo.
story() {
  local status=0
  echo
  echo "== meshsim run $*"
  .venv/bin/meshsim --progress off run "$@" || status=$?
  (( status == 0 || status == 99 ))
}
mkdir -p out
story scenarios/bookinfo_canary --out out/canary \
  --report out/canary/report.html --png out/canary/report.png
story scenarios/bookinfo_breaker --out out --report out/report.html --png out/report.png

echo
echo "report   out/report.html"
echo "picture  out/report.png"
echo "took $(( SECONDS - started )) s"
