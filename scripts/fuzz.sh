#!/usr/bin/env bash
# Runs every fuzzer of build/fuzz for some seconds, one a core, and tells what came of each. New inputs go to
# build/fuzz/corpus; a crash leaves its input there, and the log of its program beside the others in build/fuzz/log.
#   scripts/fuzz.sh SECONDS
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

count_files() { find "$@" -type f | wc -l; }
stat_of() { sed -n "s/^stat::$1: *//p" "$2"; }
row() { printf '%-18s %12s %9s %9s %8s  %s\n' "$@"; }

run_one() {
  local name found log before crashes=none status=0
  name=$(basename "$1" _fuzz)
  found=build/fuzz/corpus/$name
  log=build/fuzz/log/$name.log
  mkdir -p "$found" "fuzz/corpus/$name"
  before=$(count_files "$found")
  "$1" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=65536 -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="$found/" "$found" "fuzz/corpus/$name" >"$log" 2>&1 || status=1
  if [ "$status" != 0 ]; then crashes="see $log"; fi
  row "$name" "$(stat_of number_of_executed_units "$log")" "$(count_files "fuzz/corpus/$name")" \
    "$(($(count_files "$found") - before))" "$(stat_of peak_rss_mb "$log")" "$crashes"
  return "$status"
}

seconds=$1
if [ $# = 2 ]; then
  run_one "$2"
  exit
fi
mkdir -p build/fuzz/log
row fuzzer inputs seeds found 'peak MB' crashes
if ! printf '%s\n' build/fuzz/bin/*_fuzz | xargs -P "$(nproc)" -n 1 scripts/fuzz.sh "$seconds"; then
  echo "fuzz: not clean; the inputs that crash are in build/fuzz/corpus" >&2
  exit 1
fi
