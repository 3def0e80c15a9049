#!/usr/bin/env bash
# The page of web/: what ./dev web runs.
#   scripts/web.sh build              check types, run the unit tests, build into build/web; nothing where nothing changed
#   scripts/web.sh browser [NAME...]  browser tests against the server at HEED_URL; NAME: walk, states, reach
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stamp=build/web.sources  # Of what build/web was made from; beside it, because build/web is installed as it is.

fingerprint() {
  find web -name node_modules -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

# As package-lock.json says, once for each state of it.
install_modules() {
  local lock=web/node_modules/.heed-lock
  if [ -f "$lock" ] && cmp -s "$lock" web/package-lock.json; then return; fi
  (cd web && npm ci --no-audit --no-fund)
  cp web/package-lock.json "$lock"
}

build() {
  local sources
  sources=$(fingerprint)
  if [ -f build/web/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sources" ]; then
    echo "build/web: up to date"
    return
  fi
  install_modules
  (cd web && npm run --silent check && npm run --silent test && npm run --silent build)
  echo "$sources" >"$stamp"
}

mkdir -p build
case ${1:-build} in
  build) build ;;
  browser)
    install_modules
    (cd web && npm run --silent test:browser -- "${@:2}")
    ;;
  *)
    echo "scripts/web.sh: expected build or browser, found '$1'" >&2
    exit 2
    ;;
esac
