#!/usr/bin/env bash
# Formatting, layers, shell scripts, then clang-tidy (the slow one) over every source of ours.
#   scripts/lint.sh [quick]     quick: without clang-tidy
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

check_shell() {
  shellcheck -x dev scripts/*.sh web/scripts/*.sh .ci/run
}

check_format() {
  scripts/sources.sh | xargs -0 clang-format --dry-run --Werror
}

# From a compile database of its own: clang, without training, because clang cannot read LibTorch 1.13's headers as
# C++20. Training and tests are left to g++'s warnings and the sanitizers.
check_tidy() {
  local log=build/lint/clang-tidy.log
  cmake --preset lint -Wno-dev --log-level=ERROR
  if ! run-clang-tidy-16 -clang-tidy-binary clang-tidy-16 -quiet -p build/lint -j "$(nproc)" "$PWD/(src|bench|fuzz)/" >"$log" 2>&1; then
    grep -E -A 3 '(error|warning): ' "$log" || cat "$log"
    return 1
  fi
}

step() {
  echo "lint: $1"
  "$2"
}

step "layers" scripts/check_layers.py
step "shell scripts" check_shell
step "format" check_format
if [ "${1:-}" != quick ]; then step "clang-tidy" check_tidy; fi
echo "lint: all clean"
