# shellcheck shell=bash
# Sourced by the parts of ./dev demo: how they speak.

heading() {
  if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$1"; else printf '\n%s\n' "$1"; fi
}

# Prints a command as a user would type it, then runs it.
show() {
  printf '$ %s\n' "${*/#$heed/heed}"
  "$@"
}
