# shellcheck shell=bash
# Sourced by ./dev: installs what scripts/packages.txt asks for and the system lacks.

# The packages that ./dev COMMAND needs.
packages_for() {
  awk -v command="$1" '{sub(/#.*/, "")} NF == 1 || (NF == 2 && $2 == command) {print $1}' scripts/packages.txt
}

is_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
  local package
  for package in $(packages_for "$1"); do
    is_installed "$package" || echo "$package"
  done
}

# Ends the program: what is missing, why it was not installed, and the command that would do it.
give_up() {
  local reason=$1
  shift
  cat >&2 <<TEXT
./dev: $reason
It needs these packages (scripts/packages.txt):
  $*
Install them, then run ./dev again:
  sudo apt-get update && sudo apt-get install --no-install-recommends $*
TEXT
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

need_packages() {
  local missing
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    [ -n "${HEED_HAVE_PACKAGES:-}" ] && return
    mapfile -t missing < <(packages_for "$1")
    give_up "this system has no apt (set HEED_HAVE_PACKAGES=1 once their equivalents are installed)." "${missing[@]}"
  fi
  mapfile -t missing < <(missing_packages "$1")
  [ ${#missing[@]} = 0 ] && return
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    give_up "installing packages takes root, and there is no sudo here." "${missing[@]}"
  fi
  echo "Installing: ${missing[*]}"
  as_root apt-get update -q ||
    give_up "apt-get update failed: no network, or no package archive within reach?" "${missing[@]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" ||
    give_up "apt-get could not install them." "${missing[@]}"
}
