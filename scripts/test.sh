#!/usr/bin/env bash
# Runs every test suite and ends with a table of how long each took.
#   scripts/test.sh            everything: both compilers, sanitizers, linters, packages
#   scripts/test.sh --quick    for every edit: build, C++ and quick Python tests, format
#   scripts/test.sh NAME...    the named suites only (names as in the table)
# A failing suite does not stop the later ones; the exit code is 1 when any failed. Installs what
# is missing (scripts/setup.sh --all). Asks nothing, so it is what continuous integration runs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export CCACHE_BASEDIR=$PWD CLICOLOR_FORCE=0 NO_COLOR=1
export ASAN_OPTIONS=allow_addr2line=1:detect_stack_use_after_return=1:${ASAN_OPTIONS-}
export UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS-}
jobs=$(nproc)
quick=0
skipped=77  # exit status of a suite that has nothing to do, as automake's tests use it

# ---- suites ---------------------------------------------------------------------------------
suite_setup() { scripts/setup.sh --all; }

# Builds preset $1, targets $2...; goes on after errors; a warning is an error.
build() {
  local preset=$1 log=build/$1.log
  shift
  cmake --preset "$preset" >"$log" || { cat "$log"; return 1; }
  local targets=()
  (( $# )) && targets=(--target "$@")
  cmake --build --preset "$preset" "${targets[@]}" -- --quiet -k 0 2>&1 | tee "$log" || return 1
  if grep -q 'warning:' "$log"; then
    echo "the compiler warned"
    return 1
  fi
}

# ctest of preset $1 with options $2..., without the names of the tests that passed.
run_ctest() {
  local preset=$1
  shift
  ctest --preset "$preset" "$@" --output-on-failure --no-tests=error --timeout 300 \
    --parallel "$jobs" |
    awk '!/ Passed +[0-9.]+ sec$/ && !/^ +Start +[0-9]+:/'
}

suite_build() { build release; }
suite_cpp() { run_ctest release; }

suite_wheel() {  # an editable install: Python files from the tree, the extension from build/python
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation \
    --no-deps --editable . 2>&1 | tee build/wheel.log || return 1
}

run_pytest() {
  compgen -G 'tests/python/test_*.py' >/dev/null ||
    { echo "no Python tests yet"; return $skipped; }
  .venv/bin/python -m pytest --quiet --numprocesses "$jobs" --dist loadfile "$@"
}
suite_python() { run_pytest; }
suite_python_quick() { run_pytest -m 'not slow'; }

cpp_files() {
  find libmesh bindings tests bench -name '*.cc' -o -name '*.h' | LC_ALL=C sort
}

suite_rig() { scripts/rig.sh; }  # three cases on a real Envoy; skipped where there is none

suite_format() {
  local status=0
  cpp_files | xargs clang-format-16 --dry-run --Werror || status=1
  .venv/bin/ruff check --quiet . || status=1
  .venv/bin/ruff format --quiet --check . || status=1
  shellcheck scripts/*.sh .ci/run || status=1
  return $status
}

suite_types() {
  [[ -f bindings/meshsim/__init__.py ]] || return $skipped
  .venv/bin/mypy --no-error-summary
}

suite_clang_tidy() { scripts/clang_tidy.sh build/asan; }

suite_sanitize() {
  build asan || return 1
  # Sanitized code is ten times slower: fewer meshes, and not the laws that are only arithmetic.
  SWARM_COUNT=${SWARM_COUNT-100} run_ctest asan --exclude-regex '^theory/.*: Q[0-9]'
}

suite_fingerprints() {
  compgen -G 'scenarios/*/scenario.yaml' >/dev/null ||
    { echo "no scenarios yet"; return $skipped; }
  build debug meshsim-core || return 1
  scripts/fingerprints.sh
}

suite_package() { scripts/package_test.sh; }

# ---- running and telling --------------------------------------------------------------------
# name, budget in seconds, function
all_suites=(
  "setup 180 suite_setup"
  "build 480 suite_build"
  "cpp 180 suite_cpp"
  "wheel 180 suite_wheel"
  "python 300 suite_python"
  "rig 60 suite_rig"
  "sanitize 480 suite_sanitize"
  "fingerprints 120 suite_fingerprints"
  "package 60 suite_package"
  "format 30 suite_format"
  "types 60 suite_types"
  "clang-tidy 150 suite_clang_tidy"
)
quick_suites=(
  "setup 20 suite_setup"
  "build 120 suite_build"
  "cpp 60 suite_cpp"
  "wheel 30 suite_wheel"
  "python 60 suite_python_quick"
  "format 20 suite_format"
)

suites=()
case ${1-} in
  '') suites=("${all_suites[@]}") ;;
  --quick) quick=1 suites=("${quick_suites[@]}") ;;
  -*) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  *)
    for name in "$@"; do
      found=
      for row in "${all_suites[@]}"; do [[ $row == "$name "* ]] && found=$row; done
      [[ $found ]] || { echo "no suite is called $name" >&2; exit 2; }
      suites+=("$found")
    done ;;
esac

mkdir -p build
table=() passed=0 failed=0 skips=0 started=$SECONDS
for row in "${suites[@]}"; do
  read -r name budget function <<<"$row"
  printf '\n==== %s\n' "$name"
  begun=$SECONDS
  ( set -eo pipefail; "$function" ) </dev/null
  status=$?
  took=$(( SECONDS - begun ))
  case $status in
    0) result=passed passed=$(( passed + 1 )) ;;
    "$skipped") result=skipped skips=$(( skips + 1 )) ;;
    *) result=FAILED failed=$(( failed + 1 )) ;;
  esac
  (( took > budget )) && result+=" (over its budget)"
  table+=("$(printf '%-14s %6d s %7d s  %s' "$name" "$took" "$budget" "$result")")
done

printf '\n%-14s %8s %9s  %s\n' suite took budget result
printf '%s\n' "${table[@]}"
printf '%-14s %6d s\n\n' total $(( SECONDS - started ))
(( quick )) && echo "quick: sanitizers, second compiler, fingerprints, package, types not run"
echo "suites: $passed passed, $failed failed, $skips skipped"
(( failed == 0 ))
