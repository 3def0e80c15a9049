#!/usr/bin/env bash
# Installs onnxruntime-node from the npm registry into build/onnxruntime, where it is not yet: what tests of
# `heed export --onnx` and bench/ run exported models with. Needs node and npm; prints the folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=1.30.0
folder=$PWD/build/onnxruntime

for program in node npm; do
  if ! command -v "$program" >/dev/null; then
    echo "onnxruntime.sh: $program is not here: sudo apt-get install nodejs npm" >&2
    exit 2
  fi
done

if ! grep -qs "\"version\": \"$version\"" "$folder/node_modules/onnxruntime-node/package.json"; then
  mkdir -p "$folder"
  # Its install script fetches what GPUs need; the processor's part is in the package.
  npm install --prefix "$folder" --no-audit --no-fund --no-save --ignore-scripts --loglevel=error \
    "onnxruntime-node@$version" >&2 || {
    echo "onnxruntime.sh: npm could not install onnxruntime-node@$version: no registry within reach?" >&2
    exit 2
  }
fi
echo "$folder"
