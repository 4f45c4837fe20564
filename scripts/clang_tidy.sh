#!/usr/bin/env bash
# Runs clang-tidy over the library's sources, the latest changed first, for a limited time.
#   scripts/clang_tidy.sh BUILD_DIR     (a build folder with compile_commands.json)
# A source is looked at again only when it, a header or the configuration changed since it was
# found clean. What does not fit into the time was changed longest ago, so an earlier run saw it;
# MESHSIM_TIDY_SECONDS=9999 looks at everything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:?usage: scripts/clang_tidy.sh BUILD_DIR}
[[ -f $build/compile_commands.json ]] || { echo "clang-tidy: configure $build first" >&2; exit 1; }
mkdir -p build/clang-tidy

# One digest for all headers: a header that changes makes every source dirty. Simple, and right.
headers=$(find libmesh -name "*.h" -print0 | LC_ALL=C sort -z |
  xargs -0 cat .clang-tidy | sha256sum)
deadline=$(( $(date +%s) + ${MESHSIM_TIDY_SECONDS:-150} ))
export build headers deadline

# shellcheck disable=SC2317  # called by xargs
check_one() {
  local source=$1 stamp output
  stamp=build/clang-tidy/$(sha256sum - "$source" <<<"$headers" | sha256sum | cut -c1-40)
  [[ -f $stamp ]] && return 0
  if (( $(date +%s) >= deadline )); then
    echo "$source" >>build/clang-tidy/not-reached
  elif output=$(clang-tidy-16 --quiet -p "$build" "$source" 2>/dev/null); then
    : >"$stamp"
  else
    printf '%s\n' "$output"
    return 1
  fi
}
export -f check_one

sources() {
  git diff --name-only HEAD -- 'libmesh/*.cc' 2>/dev/null || true
  git log --max-count=300 --name-only --format= -- 'libmesh/*.cc' 2>/dev/null || true
  find libmesh -name '*.cc' | LC_ALL=C sort
}
: >build/clang-tidy/not-reached
status=0
# shellcheck disable=SC2016  # the inner shell expands $1
sources | awk 'NF && !seen[$0]++' |
  while read -r source; do [[ ! -f $source ]] || printf '%s\0' "$source"; done |
  xargs -0 -r -n 1 -P "$(nproc)" bash -c 'check_one "$1"' _ || status=1
late=$(wc -l <build/clang-tidy/not-reached)
(( late == 0 )) || echo "clang-tidy: no time for $late sources that changed longest ago"
exit $status
