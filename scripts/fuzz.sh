#!/usr/bin/env bash
# Runs every fuzzer of build/fuzz for some seconds. New inputs go to build/fuzz/corpus; a crash leaves its input there.
#   scripts/fuzz.sh SECONDS
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=$1

for program in build/fuzz/bin/*_fuzz; do
  name=$(basename "$program" _fuzz)
  found=build/fuzz/corpus/$name
  mkdir -p "$found" "fuzz/corpus/$name"
  echo "fuzz: $name, $seconds s"
  "$program" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=65536 -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="$found/" "$found" "fuzz/corpus/$name"
done
