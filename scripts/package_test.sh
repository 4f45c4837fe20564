#!/usr/bin/env bash
# Uses what was built as a stranger would: a C++ program by find_package, a wheel without the tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install build/release --prefix "$scratch/prefix" >/dev/null
cp -r tests/package "$scratch/consumer"
cmake -G Ninja -S "$scratch/consumer" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$scratch/prefix" \
  >"$scratch/log" || { cat "$scratch/log"; exit 1; }
cmake --build "$scratch/build" -- --quiet

for header in yaml-cpp boost Eigen nlohmann pybind11 CLI re2; do
  if grep -rlq "include [<\"]$header/" "$scratch/prefix/include"; then
    echo "an installed header includes $header"
    exit 1
  fi
done

# The wheel, in an interpreter that does not see the editable install (-S: no .pth files).
.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps \
  --wheel-dir "$scratch" .
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
  --target "$scratch/site" "$scratch"/meshsim-*.whl
# yaml-cpp and RE2 stay shared: Debian's static ones are not position independent.
if ldd "$scratch"/site/meshsim/_core*.so | grep -E 'fmt|xxhash|not found'; then
  echo "the wheel needs a library that it does not carry"
  exit 1
fi
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
wheel_python() { PYTHONPATH=$scratch/site:$site .venv/bin/python -S "$@"; }

scenario=scenarios/bookinfo_canary
[[ -d $scenario ]] || { echo "built; $scenario is not there to run"; exit 0; }
consumer=$("$scratch/build/consumer" "$scenario" | awk '{print $2}')
driver=$(build/release/meshsim-core run "$scenario" 2>/dev/null | awk '/^fingerprint/ {print $2}')
python=$(wheel_python scripts/fingerprint.py "$scenario" | awk '{print $1}')
printf 'consumer %s\ndriver   %s\npython   %s\n' "$consumer" "$driver" "$python"
[[ $consumer && $consumer == "$driver" && $consumer == "$python" ]]
