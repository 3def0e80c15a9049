#!/usr/bin/env python3
"""Prints bench/rows.py's parts as a C++ table, from which benchmark programs show the bars that they are held against."""

import sys

import rows


def line(row, part):
    return f'    {{"{row.name}", "{part.key}", "{part.unit}", "{part.op or ""}", {part.bar or 0:g}}},'


def header():
    lines = [line(row, part) for row in rows.ROWS.values() for part in row.parts]
    return "\n".join(["#pragma once", "", '#include "table.h"', "", "// Made by bench/bars.py of bench/rows.py.",
                      "namespace heed::bench {", "inline constexpr Bar kBars[] = {", *lines, "};",
                      "}  // namespace heed::bench", ""])


if __name__ == "__main__":
    sys.stdout.write(header())
