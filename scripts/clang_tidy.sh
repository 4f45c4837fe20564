#!/usr/bin/env bash
# Runs clang-tidy over the library's sources, at most four minutes a run.
#   scripts/clang_tidy.sh BUILD_DIR     (a build folder with compile_commands.json)
# A source is looked at again only when it, a header or the configuration changed since it was
# found clean. What does not fit into the time is left for the next run, with a message.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:?usage: scripts/clang_tidy.sh BUILD_DIR}
limit_seconds=${MESHSIM_TIDY_SECONDS:-240}
[[ -f $build/compile_commands.json ]] || { echo "clang-tidy: $build is not configured" >&2; exit 1; }
mkdir -p build/clang-tidy

# One digest for all headers: a header that changes makes every source dirty. Simple, and right.
headers=$(find libmesh -name '*.h' -print0 | LC_ALL=C sort -z | xargs -0 cat .clang-tidy | sha256sum)
export build headers
deadline=$(( $(date +%s) + limit_seconds ))
export deadline

check_one() {
  local source=$1 stamp
  stamp=build/clang-tidy/$(sha256sum <<<"$headers $(sha256sum "$source")" | cut -c1-40)
  [[ -f $stamp ]] && return 0
  if (( $(date +%s) >= deadline )); then
    echo "not reached: $source"
    return 0
  fi
  local output
  if output=$(clang-tidy-16 --quiet -p "$build" "$source" 2>/dev/null); then
    : >"$stamp"
  else
    printf '%s\n' "$output"
    return 1
  fi
}
export -f check_one

# Sources that differ from the last commit first: they are what is being worked on.
sources() {
  git diff --name-only HEAD -- 'libmesh/*.cc' 2>/dev/null || true
  find libmesh -name '*.cc' | LC_ALL=C sort
}
# shellcheck disable=SC2016  # the inner shell expands $1
sources | awk '!seen[$0]++' |
  while read -r source; do [[ -f $source ]] && printf '%s\0' "$source"; done |
  xargs -0 -r -n 1 -P "$(nproc)" bash -c 'check_one "$1"' _
echo "clang-tidy: done"
