"""The rows of the attention economy that bench/economy_bench.cpp measures."""

import harness

ROWS = ("economy-exact", "economy-scale", "economy-resolve", "economy-online", "economy-fsrs")
MEASURES = {name: harness.row_of("economy_bench", name) for name in ROWS}
