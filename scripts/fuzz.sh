#!/usr/bin/env bash
# Runs every fuzzer of build/fuzz for some seconds, and tells what came of each. New inputs go to build/fuzz/corpus; a crash
# leaves its input there, and the log of its program beside the others in build/fuzz/log.
#   scripts/fuzz.sh SECONDS
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=$1
failed=()

count_files() { find "$@" -type f | wc -l; }
stat_of() { sed -n "s/^stat::$1: *//p" "$2"; }

mkdir -p build/fuzz/log
printf '%-18s %12s %9s %9s %8s  %s\n' fuzzer inputs seeds found 'peak MB' crashes
for program in build/fuzz/bin/*_fuzz; do
  name=$(basename "$program" _fuzz)
  found=build/fuzz/corpus/$name
  log=build/fuzz/log/$name.log
  mkdir -p "$found" "fuzz/corpus/$name"
  before=$(count_files "$found")
  crashes=none
  if ! "$program" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=65536 -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="$found/" "$found" "fuzz/corpus/$name" >"$log" 2>&1; then
    crashes="see $log"
    failed+=("$name")
  fi
  printf '%-18s %12s %9s %9s %8s  %s\n' "$name" "$(stat_of number_of_executed_units "$log")" "$(count_files "fuzz/corpus/$name")" \
    "$(($(count_files "$found") - before))" "$(stat_of peak_rss_mb "$log")" "$crashes"
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "fuzz: crashed: ${failed[*]}" >&2
  exit 1
fi
