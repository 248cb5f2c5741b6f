#!/usr/bin/env python3
"""Branch coverage of nacre/core by its own tests; the figure goes to build/quality.json.

usage: coverage.py [-j JOBS] [--no-run] [--directory BUILD]

Built without optimisation and without asserts, whose other branch no test may take. A branch that
cannot be taken stands in LEFT_OUT below with the reason; such branches are counted, and more than
2 % of all fail. So does one that is taken after all, or whose line is gone. Each branch that no
test took is printed with file and line.

Exit status 0 if every branch was taken or left out with a reason, 1 if not.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import core_tests

DIRECTORY = "build/coverage"
FLAGS = "-O0 -g --coverage -DNACRE_ASSERTS=0"
FUNCTION = re.compile(r"(?:[a-z].*?[ *])?([a-z_0-9]+)\(.*[^;]$")
LEFT_OUT_PERCENT_MAX = 2.0

# (file of nacre/core, function, the whole line, how many of its branches, why none can be taken)
LEFT_OUT = (
    ("repair.c", "nacre_repair_pay",
     "for (uint32_t i = 0; log->owes && i <= log->index.capacity; i++) {", 1,
     "A bound for the reader: each turn writes what one key owes, or finds none."),
    ("room.c", "nacre_room_carry",
     "for (uint32_t i = 0; i < log->lanes.slots; i++) {", 1,
     "A bound for the reader: each turn fills a granule of the unit, and it is full before."),
    ("room.c", "copy_ahead",
     "for (uint32_t i = 0; copy_is_due(log) && copies < COPIES_A_SET && i <= bound; i++) {", 1,
     "A bound for the reader: two copies end it, and fewer units than the bound can die between."),
    ("tail.c", "sweep",
     "if (wait_err != NACRE_OK) return wait_err;", 1,
     "An erase is worn out at its eighth failure in a row in one boot. What is doubtful while an"
     " erase goes on is so only in the first idle call behind a clean mount: that is the first."),
)


def forget_counts(directory):
    for folder, _, files in os.walk(os.path.join(core_tests.ROOT, directory)):
        for name in files:
            if name.endswith(".gcda"):
                os.remove(os.path.join(folder, name))


def run_test(test):
    name, command = test
    start = time.monotonic()
    done = subprocess.run(command, cwd=core_tests.ROOT, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    print("  %-32s %6.1f s%s" % (name, time.monotonic() - start,
                                 "" if done.returncode == 0 else "  FAILED"), flush=True)
    return done.returncode == 0


def gcovr(directory):
    """{(file, line): [count of each branch]} of nacre/core."""
    command = ["gcovr", "--root", ".", "--filter", "nacre/core/", "--json", "-",
               "--gcov-ignore-parse-errors", directory]
    done = subprocess.run(command, cwd=core_tests.ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found = {}
    for file in json.loads(done.stdout)["files"]:
        for line in file["lines"]:
            counts = [branch["count"] for branch in line["branches"]]
            if counts:
                found[file["file"], line["line_number"]] = counts
    return found


def source_lines(file):
    with open(os.path.join(core_tests.ROOT, file), encoding="utf-8") as text:
        return text.read().split("\n")


def function_at(lines, number):
    """The name of the function that a line lies in: its head stands at the left margin."""
    for line in reversed(lines[:number]):
        head = FUNCTION.match(line)
        if head:
            return head.group(1)
    return ""


def left_out_here(file, lines, number):
    """How many branches of this line are left out, and under which entries."""
    here = os.path.basename(file), function_at(lines, number), lines[number - 1].strip()
    entries = [entry for entry in LEFT_OUT if entry[:3] == here]
    return sum(entry[3] for entry in entries), entries


def report(directory):
    everything = gcovr(directory)
    total = sum(len(counts) for counts in everything.values())
    if not total:
        sys.exit("gcovr found no branch")
    missed_in_all = left_out = 0
    unused = set(LEFT_OUT)
    for (file, number), counts in sorted(everything.items()):
        lines = source_lines(file)
        allowed, entries = left_out_here(file, lines, number)
        missed = counts.count(0)
        if missed == allowed:
            unused -= set(entries)
        left_out += min(missed, allowed)
        missed_in_all += max(missed - allowed, 0)
        if missed > allowed:
            print("%s:%d: %d of %d not taken: %s"
                  % (file, number, missed - allowed, len(counts), lines[number - 1].strip()))
    for entry in sorted(unused):
        print("%s, %s: left out, but not so (taken, or gone): %s" % entry[:3])
    percent = 100.0 * (total - left_out - missed_in_all) / (total - left_out)
    left_out_percent = 100.0 * left_out / total
    print("coverage  %.2f %% of %d branches; %d left out (%.2f %%), each with its reason"
          % (percent, total, left_out, left_out_percent))
    core_tests.quality_save("branch_percent", branch_percent=round(percent, 2), branches=total,
                            branches_left_out=left_out)
    return not missed_in_all and not unused and left_out_percent <= LEFT_OUT_PERCENT_MAX


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--directory", default=DIRECTORY, help="where to build")
    parser.add_argument("--no-run", action="store_true", help="report what the last run counted")
    args = parser.parse_args()
    if not shutil.which("gcovr"):
        sys.exit("gcovr is not there: tools/setup")
    ok = True
    if not args.no_run:
        tests = core_tests.build(args.directory, FLAGS)
        forget_counts(args.directory)
        with ThreadPoolExecutor(args.jobs) as pool:
            ok = all(list(pool.map(run_test, tests)))
    return 0 if report(args.directory) and ok else 1


if __name__ == "__main__":
    sys.exit(main())
