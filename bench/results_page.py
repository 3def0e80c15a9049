"""docs/results.md, made of the bars in rows.py and the published figures in bench/results/."""

import json

import harness
import rows

RESULTS = harness.ROOT / "bench" / "results"
PAGE = harness.ROOT / "docs" / "results.md"

HEAD = """# Results

Every figure that Heed promises, its bar, and what was measured. `./dev bench NAME` measures a row again and prints it as
JSON; `./dev bench NAME --publish` stores the line under `bench/results/` and rewrites this page, which is never edited
by hand. Figures are of the machine they name: compare within one run. Models are tuned on validation data only.
"""


def published(name):
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def figure(part):
    value = "—" if part["value"] is None else f"{part['value']:.4g}" if isinstance(part["value"], float) else part["value"]
    text = f"{part['key']} **{value}** {part['unit']}".rstrip()
    beside = [f"{name} {part[name]:g}" for name in ("peer", "limit") if part[name] is not None]
    return text + (f" ({', '.join(beside)})" if beside else "")


def row_line(row):
    result = published(row.name)
    measured = "; ".join(figure(part) for part in result["parts"]) if result else "not measured yet"
    return f"| `{row.name}` | {row.what} | {row.bar_text()} | {measured} |"


def provenance(row):
    result = published(row.name)
    if not result:
        return None
    note = (result["quality"] or {}).get("note")
    missed = row.missed and not all(map(rows.holds, result["parts"]))
    return (f"- `{row.name}`: `{result['command']}`, {result['seconds']:g} s, commit {result['commit']}, {result['cpu']}."
            + (f" [Plot](plots/{row.name}.svg)." if (PAGE.parent / "plots" / f"{row.name}.svg").exists() else "")
            + (f" Note: {note}." if note else "") + (f" Missed: {row.missed}." if missed else ""))


def section_text(section):
    lines = [f"## {section.title}", "", "| row | what | bar | measured |", "|---|---|---|---|"]
    lines += [row_line(row) for row in section.rows]
    notes = [note for note in map(provenance, section.rows) if note]
    return "\n".join(lines + ([""] + notes if notes else [])) + "\n"


def render():
    return "\n".join([HEAD, *map(section_text, rows.SECTIONS)])


def publish(result):
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    (RESULTS / f"{result['name']}.json").write_text(text, encoding="utf-8")
    PAGE.write_text(render(), encoding="utf-8")
