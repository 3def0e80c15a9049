"""Draws docs/plots/NAME.svg from the published figures of a row: python3 bench/plots.py NAME, by Debian's python3-matplotlib."""

import json
import sys
from pathlib import Path

import matplotlib

ROOT = Path(__file__).resolve().parent.parent


def economy_scale(values, axes):
    """Seconds over pairs, both logarithmic, beside a line of slope 1."""
    points = sorted((int(key.removeprefix("seconds_")), value) for key, value in values.items() if key.startswith("seconds_"))
    points.append((10_000_000, values["seconds"]))
    pairs, seconds = zip(*points)
    axes.loglog(pairs, seconds, "o-", label=f"heed, slope {values['exponent']:.2f}")
    axes.loglog(pairs, [seconds[-1] * one / pairs[-1] for one in pairs], "--", color="grey", label="linear")
    axes.loglog([values["clp_pairs"]], [values["clp_seconds"]], "s", color="tab:red", label="CLP")
    axes.set_xlabel("pairs")
    axes.set_ylabel("seconds")


PLOTS = {"economy-scale": economy_scale}


def main(name):
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = name  # the same file for the same figures
    from matplotlib import pyplot
    row = json.loads((ROOT / "bench" / "results" / f"{name}.json").read_text(encoding="utf-8"))
    figure, axes = pyplot.subplots(figsize=(6, 4), layout="constrained")
    PLOTS[name]({part["key"]: part["value"] for part in row["parts"]}, axes)
    axes.set_title(name)
    axes.grid(True, which="both", alpha=0.3)
    axes.legend()
    (ROOT / "docs" / "plots").mkdir(exist_ok=True)
    figure.savefig(ROOT / "docs" / "plots" / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main(sys.argv[1])
