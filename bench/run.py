#!/usr/bin/env python3
"""Measures a row of docs/results.md.

    ./dev bench --list                       every row, its bar, and whether it can be measured yet
    ./dev bench NAME [--fresh] [--publish]   measures; the last line printed is the JSON of docs/formats.md
    ./dev bench --table                      docs/results.md as it should stand

--fresh trains again instead of reusing a model of the same recipe, code and data; --publish stores the line under
bench/results/ and rewrites docs/results.md. Exit status: 0 every bar holds, 1 one does not, 2 something is missing.
"""

import argparse
import json
import signal
import sys
import time

import attention
import decoding
import digest
import economy
import harness
import monitor
import recommend
import results_page
import retrieval
import rows
import server
import serving
import spine
import support
import support_atec
import training

MEASURES = {**spine.MEASURES, **attention.MEASURES, **training.MEASURES, **decoding.MEASURES,
            **serving.MEASURES, **server.MEASURES, **support.MEASURES, **retrieval.MEASURES,
            **support_atec.MEASURES, **economy.MEASURES, **monitor.MEASURES, **recommend.MEASURES,
            **digest.MEASURES}


def part_lines(row, values):
    return [{"key": part.key, "value": values.get(part.key), "unit": part.unit, "op": part.op, "bar": part.bar,
             "limit": values.get(part.key + ".limit"), "peer": values.get(part.key + ".peer", part.peer)}
            for part in row.parts]


def measure(row, fresh):
    start = time.monotonic()
    values, quality = MEASURES[row.name](fresh)
    return {"name": row.name, "parts": part_lines(row, values), "quality": quality,
            "seconds": round(time.monotonic() - start, 1), "command": f"./dev bench {row.name}",
            "commit": harness.commit(), "cpu": harness.cpu()}


def refuse(message):
    print(message)
    return 2


def bench(name, fresh, publish):
    row = rows.ROWS.get(name)
    if row is None:
        return refuse(f"no row '{name}'; ./dev bench --list names them all")
    if name not in MEASURES:
        return refuse(f"{name}: not measured yet: {row.what}; its bar is {row.bar_text()}")
    try:
        result = measure(row, fresh)
    except harness.Missing as reason:
        return refuse(f"{name}: {reason}")
    if publish:
        results_page.publish(result)
    print(json.dumps(result, ensure_ascii=False), flush=True)
    return 0 if all(rows.holds(part) for part in result["parts"]) else 1


def list_rows():
    for section in rows.SECTIONS:
        print(section.title)
        for row in section.rows:
            print(f"  {row.name:<22}{'' if row.name in MEASURES else '(not yet) '}{row.bar_text()}")
    return 0


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", help="a row of docs/results.md")
    parser.add_argument("--list", action="store_true", help="name every row and its bar")
    parser.add_argument("--table", action="store_true", help="print docs/results.md")
    parser.add_argument("--fresh", action="store_true", help="train again")
    parser.add_argument("--publish", action="store_true", help="store the figures and rewrite docs/results.md")
    arguments = parser.parse_args()
    if arguments.list:
        return list_rows()
    if arguments.table:
        print(results_page.render(), end="")
        return 0
    if not arguments.name:
        parser.error("name a row, or ask for --list")
    return bench(arguments.name, arguments.fresh, arguments.publish)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # ./dev bench --list | head
    sys.exit(main())
