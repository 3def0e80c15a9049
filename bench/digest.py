"""The rows of one day's attention: the digest by bench/digest_bench.cpp, its choices held against CBC's proven optima."""

import json
import re
import shutil
import tempfile
from pathlib import Path

import harness
import loop_kill
import monitor
from harness import Missing


def digest_bench(*words):
    harness.build("digest_bench")
    return json.loads(harness.run(harness.program("digest_bench"), *words))


def optimum(path):
    """What CBC proves to be the greatest value there is."""
    told = harness.run("cbc", path, "ratioGap", "0", "allowableGap", "0", "solve")
    if "Optimal solution found" not in told:
        raise Missing(f"cbc proved no optimum of {path.name}")
    return float(re.search(r"Objective value:\s*([-\d.]+)", told).group(1))


def digest_choice(_fresh):
    if shutil.which("cbc") is None:
        raise Missing("cbc is not here: install coinor-cbc")
    with tempfile.TemporaryDirectory() as folder:
        found = digest_bench("choice", folder)
        best = [optimum(Path(folder) / f"{k}.lp") for k in range(len(found["values"]))]
    gaps = [100 * (1 - value / most) for value, most in zip(found["values"], best)]
    return {"solve": round(found["solve_ms"], 2), "again": round(found["again_ms"], 2), "gap": round(max(gaps), 4),
            "solve_worst": round(found["solve_worst_ms"], 2), "again_worst": round(found["again_worst_ms"], 2)}, {
                "gaps": gaps, "gaps_by_its_own_bound": found["own_gaps"]}


def digest_worth(_fresh):
    found = digest_bench("worth", monitor.headlines())
    values = {}
    for day in (1, 7, 30):
        best = max(found[f"{name}_{day}"] for name in ("newest", "popular", "tfidf"))
        values[f"above_{day}"] = round(100 * (found[f"ours_{day}"] / best - 1), 1)
    return values | {key: round(value, 3) for key, value in found.items()}, None


def digest_flood(_fresh):
    return digest_bench("flood"), None


def loop_day(_fresh):
    return {key: round(value, 2) for key, value in digest_bench("loop").items()}, None


MEASURES = {"digest-choice": digest_choice, "digest-worth": digest_worth, "digest-flood": digest_flood, "loop-day": loop_day,
            "loop-kill": loop_kill.loop_kill}
