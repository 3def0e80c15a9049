"""The rows of the attention kernels, all measured by bench/attention_bench.cpp."""

import harness
import rows

MEASURES = {row.name: harness.row_of("attention_bench", row.name) for row in rows.ATTENTION.rows}
