#!/usr/bin/env python3
"""Measure, and set each figure beside its limit.

usage: bench.py         after the firmware and host presets were built

Prints one table and writes build/bench.json: an array of name, value, unit, limit. A limit is
the most a figure may be, for a rate (1/s) the least; no limit is null. What is over its limit is
marked, and is no failure: this command measures. It fails if something cannot be measured.
"""
import json
import os
import re
import subprocess
import sys

import bench_sizes

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOST = os.path.join(ROOT, "build", "host")


def run(command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit("bench: %s: exit status %d" % (" ".join(command), done.returncode))
    return done.stdout


def program_figures(command):
    figures = []
    for line in run(command).splitlines():
        match = re.match(r"^figure (\S+) (\S+) (\S+) (\S+)$", line)
        if match:
            name, value, unit, limit = match.groups()
            figures.append((name, float(value), unit, None if limit == "-" else float(limit)))
    if not figures:
        sys.exit("bench: %s measured nothing" % command[0])
    return figures


def is_over(value, unit, limit):
    if limit is None:
        return False
    return value < limit if unit == "1/s" else value > limit


def print_table(figures):
    width = max(len(name) for name, _, _, _ in figures)
    print("%-*s %12s %12s  %s" % (width, "figure", "value", "limit", "unit"))
    for name, value, unit, limit in figures:
        shown = "-" if limit is None else "%.6g" % limit
        mark = "  OVER" if is_over(value, unit, limit) else ""
        print("%-*s %12.6g %12s  %s%s" % (width, name, value, shown, unit, mark))


def main():
    figures = program_figures([os.path.join(HOST, "bench", "bench_store")])
    figures += bench_sizes.figures()
    figures += program_figures([os.path.join(HOST, "bench", "bench_twin"), bench_sizes.ELF,
                                bench_sizes.ONE_LANE_ELF])
    figures += program_figures([os.path.join(HOST, "bench", "bench_sliced"),
                                bench_sizes.SLICES_ELF])
    print_table(figures)
    path = os.path.join(ROOT, "build", "bench.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump([dict(zip(("name", "value", "unit", "limit"), figure)) for figure in figures],
                  file, indent=1)
        file.write("\n")
    over = sum(is_over(value, unit, limit) for _, value, unit, limit in figures)
    print("%d figures, %d over their limit; written to build/bench.json" % (len(figures), over))
    return 0


if __name__ == "__main__":
    sys.exit(main())
