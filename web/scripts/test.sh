#!/bin/sh
# Bundles the tests of tests/KIND and runs them with Node's own runner.  scripts/test.sh unit|browser [NAME...]
# Browser tests need HEED_URL (a running heed serve) and Chromium; tests/browser/README.md says what they expect of it.
set -eu
cd "$(dirname "$0")/.."
kind=$1
shift
out=node_modules/.heed-tests/$kind # Inside node_modules, so that the bundles find the packages.
rm -rf "$out"
npx esbuild "tests/$kind"/*.test.ts --bundle --platform=node --format=esm --packages=external --jsx=automatic \
  --jsx-import-source=preact --loader:.css=empty --out-extension:.js=.mjs --outdir="$out" --log-level=warning
if [ $# -gt 0 ]; then
  for name in "$@"; do set -- "$@" "$out/$name.test.mjs"; shift; done
else
  set -- "$out"/*.test.mjs
fi
exec node --test "$@"
