"""The rows of the attention kernels, all measured by bench/attention_bench.cpp."""

import json

import harness
import rows


def measure(name):
    """What attention_bench prints for a row, shown; its last line holds the values."""
    harness.build("attention_bench")
    *table, line = harness.run(harness.program("attention_bench"), "--row", name, "--json").splitlines()
    print("\n".join(table), flush=True)
    measured = json.loads(line)
    return measured["values"], measured["quality"]


def measure_row(name):
    return lambda _fresh: measure(name)


MEASURES = {row.name: measure_row(row.name) for row in rows.ATTENTION.rows}
