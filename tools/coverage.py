#!/usr/bin/env python3
"""Branch coverage of nacre/core by its own tests; the figure goes to build/quality.json.

usage: coverage.py [-j JOBS] [--no-run]

Built in build/coverage without optimisation and without asserts, whose other branch no test may
take. A branch that cannot be taken is left out by a comment GCOVR_EXCL_BR_LINE with its reason on
the same line; such branches are counted, and more than 2 % of all fail. Each branch that no test
took is printed with file and line.

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
MARKER = re.compile(r"GCOVR_EXCL_BR_LINE\W*(.*)")
EXCLUDED_PERCENT_MAX = 2.0


def forget_counts():
    for folder, _, files in os.walk(os.path.join(core_tests.ROOT, DIRECTORY)):
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


def gcovr(*options):
    """{(file, line): [count of each branch]} of nacre/core."""
    command = ["gcovr", "--root", ".", "--filter", "nacre/core/", "--json", "-",
               "--gcov-ignore-parse-errors", *options, DIRECTORY]
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


def source_line(file, number):
    with open(os.path.join(core_tests.ROOT, file), encoding="utf-8") as text:
        return text.read().split("\n")[number - 1].strip()


def report():
    everything = gcovr("--no-markers")
    total = sum(len(counts) for counts in everything.values())
    if not total:
        sys.exit("gcovr found no branch")
    taken = left_out = without_reason = 0
    for (file, number), counts in sorted(everything.items()):
        text = source_line(file, number)
        marker = MARKER.search(text)
        missed = counts.count(0)
        taken += len(counts) - missed
        if marker:
            left_out += missed
            without_reason += not marker.group(1).strip(" */")
        elif missed:
            print("%s:%d: %d of %d not taken: %s" % (file, number, missed, len(counts), text))
    percent = 100.0 * taken / (total - left_out)
    left_out_percent = 100.0 * left_out / total
    print("coverage  %.2f %% of %d branches; %d left out (%.2f %%), %d of them without a reason"
          % (percent, total, left_out, left_out_percent, without_reason))
    core_tests.quality_save(branch_percent=round(percent, 2), branches=total,
                            branches_left_out=left_out)
    return taken == total - left_out and not without_reason and \
        left_out_percent <= EXCLUDED_PERCENT_MAX


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-run", action="store_true", help="report what the last run counted")
    args = parser.parse_args()
    if not shutil.which("gcovr"):
        sys.exit("gcovr is not there: tools/setup")
    ok = True
    if not args.no_run:
        tests = core_tests.build(DIRECTORY, FLAGS)
        forget_counts()
        with ThreadPoolExecutor(args.jobs) as pool:
            ok = all(list(pool.map(run_test, tests)))
    return 0 if report() and ok else 1


if __name__ == "__main__":
    sys.exit(main())
