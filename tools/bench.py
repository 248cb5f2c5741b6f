#!/usr/bin/env python3
"""Measure, and set each figure beside its limit.

usage: bench.py         after the firmware and host presets were built

Prints tables, and writes build/bench.json: an array of name, value, unit, limit. A limit is the
most a figure may be, for a rate (1/s) the least; no limit is null. What is over its limit is
marked, and is no failure: this command measures. Exit 0 if all was measured, 2 if not, 3 for bad
usage. The figures blackout.WAY.CHIP.FIGURE have a table a chip, with the ways side by side; of the
figures medium.PART.FIGURE each part has a line.
"""
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import bench_sizes

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOST = os.path.join(ROOT, "build", "host", "bench")
PROGRAMS = (("bench_blackout", bench_sizes.STORM_ELF, bench_sizes.LOCK_ELF),
            ("bench_twin", bench_sizes.ELF, bench_sizes.ONE_LANE_ELF),
            ("bench_store",), ("bench_medium",))
BY_PART = re.compile(r"^medium\.(\w+)\.(\w+)$")
BY_WAY = re.compile(r"^blackout\.(\w+)\.(\w+)\.(\w+)$")
NUMBER = 16  # characters of a column


def program_figures(command):
    figures = []
    for line in bench_sizes.run(command).splitlines():
        match = re.match(r"^figure (\S+) (\S+) (\S+) (\S+)$", line)
        if match:
            name, value, unit, limit = match.groups()
            figures.append((name, float(value), unit, None if limit == "-" else float(limit)))
    if not figures:
        bench_sizes.stop(2, "%s measured nothing" % command[0])
    return figures


def is_over(value, unit, limit):
    if limit is None:
        return False
    return value < limit if unit == "1/s" else value > limit


def marked(value, unit, limit):
    return "%.6g%s" % (value, " OVER" if is_over(value, unit, limit) else "")


def print_table(figures):
    width = max(len(name) for name, _, _, _ in figures)
    print("%-*s %*s %*s  %s" % (width, "figure", NUMBER, "value", NUMBER, "limit", "unit"))
    for name, value, unit, limit in figures:
        shown = "-" if limit is None else "%.6g" % limit
        print("%-*s %*s %*s  %s" % (width, name, NUMBER, marked(value, unit, limit), NUMBER, shown,
                                    unit))


def print_ways(figures):
    """A table for each chip: its figures down, the ways across."""
    chips = {}
    for name, value, unit, limit in figures:
        way, chip, figure = BY_WAY.match(name).groups()
        chips.setdefault(chip, {}).setdefault(way, {})[figure] = (value, unit, limit)
    for chip, ways in chips.items():
        rows = list(dict.fromkeys(row for way in ways.values() for row in way))
        print("\n%-26s" % chip + "".join("%*s" % (NUMBER, way) for way in ways))
        for row in rows:
            cells = [marked(*way[row]) if row in way else "-" for way in ways.values()]
            print("%-26s" % row + "".join("%*s" % (NUMBER, cell) for cell in cells))


def print_parts(figures):
    """A line for each part, its figures across, each column as wide as its name."""
    parts = {}
    for name, value, _, _ in figures:
        part, figure = BY_PART.match(name).groups()
        parts.setdefault(part, {})[figure] = value
    names = list(dict.fromkeys(figure for part in parts.values() for figure in part))
    print("\n%-12s" % "medium" + " ".join("%*s" % (max(len(name), 10), name) for name in names))
    for part, found in parts.items():
        cells = ["%.6g" % found[name] if name in found else "-" for name in names]
        print("%-12s" % part + " ".join("%*s" % (max(len(name), 10), cell)
                                        for name, cell in zip(names, cells)))


def measured():
    """All figures; the programs run side by side, and count processor time where they do."""
    commands = [[os.path.join(HOST, name), *images] for name, *images in PROGRAMS]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        figures = list(pool.map(program_figures, commands))
    return figures[2] + bench_sizes.figures() + figures[1] + figures[3] + figures[0]


def main():
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    if sys.argv[1:]:
        bench_sizes.stop(3, "%s is not known; --help tells" % sys.argv[1])
    figures = measured()
    print_table([figure for figure in figures
                 if not BY_WAY.match(figure[0]) and not BY_PART.match(figure[0])])
    print_parts([figure for figure in figures if BY_PART.match(figure[0])])
    print_ways([figure for figure in figures if BY_WAY.match(figure[0])])
    path = os.path.join(ROOT, "build", "bench.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump([dict(zip(("name", "value", "unit", "limit"), figure)) for figure in figures],
                  file, indent=1)
        file.write("\n")
    over = sum(is_over(value, unit, limit) for _, value, unit, limit in figures)
    print("\n%d figures, %d over their limit; written to build/bench.json" % (len(figures), over))
    return 0


if __name__ == "__main__":
    sys.exit(main())
