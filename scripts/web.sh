#!/usr/bin/env bash
# The page of web/: what ./dev web runs.
#   scripts/web.sh build              check types, run the unit tests, build into build/web; nothing where nothing changed
#   scripts/web.sh browser [NAME...]  browser tests against the server at HEED_URL, or where that is not set, one started here with the
#                                     small models of tests/infer/golden, and keys where HEED_WITH_KEY is 1; NAME: walk, states, reach, front, support, monitor, recommend, digest
# Exit status 3: npm's registry is out of reach.
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
  (cd web && npm ci --no-audit --no-fund) || exit 3
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

# The small models, with the figures of a training run beside each, so that there is something to draw and to compare.
copy_models() {
  local version
  cp -r tests/infer/golden "$1"
  for version in "$1"/*/1; do
    mkdir "$version/run"
    cp web/tests/browser/run/metrics.json "$version"
    cp web/tests/browser/run/metrics.jsonl "$version/run"
  done
}

# A server on a free port, which ends with this script.
start_server() {
  local program=build/${HEED_PRESET:-release}/bin/heed keys=()
  folder=$(mktemp -d)  # not local: the trap below needs it when the script ends
  copy_models "$folder/models"
  if [ "${HEED_WITH_KEY:-}" = 1 ]; then
    HEED_KEY=$("$program" keys add browser --scopes read,feedback --file "$folder/keys.txt")
    export HEED_KEY
    keys=(--set keys.file="$folder/keys.txt")
  fi
  "$program" serve --models "$folder/models" --port 0 --store "$folder/events.sqlite" --set server.page=build/web \
    --set apps.monitor.enabled=true "${keys[@]}" 2>"$folder/log" &
  server=$!
  trap 'kill "$server" 2>/dev/null; wait "$server" || true; rm -rf "$folder"' EXIT
  for _ in $(seq 100); do
    HEED_URL=$(sed -n 's/.* at \(http:[^,]*\), page.*/\1/p' "$folder/log")
    [ -z "$HEED_URL" ] || break
    sleep 0.1
  done
  [ -n "$HEED_URL" ] || { cat "$folder/log" >&2; exit 1; }
  export HEED_URL
}

mkdir -p build
case ${1:-build} in
  build) build ;;
  browser)
    build
    [ -n "${HEED_URL:-}" ] || start_server
    (cd web && npm run --silent test:browser -- "${@:2}")
    ;;
  *)
    echo "scripts/web.sh: expected build or browser, found '$1'" >&2
    exit 2
    ;;
esac
