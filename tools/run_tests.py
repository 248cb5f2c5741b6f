#!/usr/bin/env python3
"""Build everything, run every test and check, and close with one line: N passed, N failed.

usage: run_tests.py [-j JOBS] [-R REGEX] [--build DIR]

A cmocka test function counts as one, a build without a warning as one, a check script as one. A
program that crashes, hangs, is sanitised away or runs no test counts as one more failure. Skipped
tests are named, and counted only in their own list. Exit status 0 only if nothing failed.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PRESETS = ("firmware", "host", "sanitize")      # firmware first: the tests of the others run it
EVENT = re.compile(r"^\[\s*(RUN|OK|FAILED|SKIPPED|ERROR|=+)\s*\] (.*)$")
GROUP = re.compile(r"^Running (\d+) test\(s\)\.$")


class Result:
    def __init__(self):
        self.passed = 0
        self.failed = []        # (name, how to replay)
        self.skipped = []

    def add(self, name, ok, replay):
        if ok:
            self.passed += 1
        else:
            self.failed.append((name, replay))


def cmocka_functions(text):
    """[(function, 'OK' | 'SKIPPED' | 'FAILED')] and the number of functions the program announced.

    A function that was started and never said how it ended (a crash) is a failure.
    """
    found = []
    announced = 0
    for line in text.splitlines():
        match = EVENT.match(line)
        if not match:
            continue
        word, rest = match.groups()
        group = GROUP.match(rest)
        if group:
            announced += int(group.group(1))
        elif word == "RUN":
            found.append([rest.strip(), "FAILED"])
        elif word in ("OK", "SKIPPED") and found and found[-1][0] == rest.strip():
            found[-1][1] = word
    return found, announced


def judge_program(name, case, replay, result):
    text = case.findtext("system-out") or ""
    functions, announced = cmocka_functions(text)
    bad = 0
    for function, how in functions:
        if how == "SKIPPED":
            result.skipped.append("%s: %s" % (name, function))
            continue
        bad += how != "OK"
        result.add("%s: %s" % (name, function), how == "OK", replay)
    if not functions:
        result.add("%s: ran no test" % name, False, replay)
        bad += 1
    elif announced != len(functions):
        result.add("%s: %d of %d tests ran" % (name, len(functions), announced), False, replay)
        bad += 1
    if case.get("status") != "run" and not bad:
        result.add("%s: ended with an error" % name, False, replay)
        bad += 1
    if bad:
        print("\n---- %s ----\n%s" % (name, text.rstrip()))


def judge_check(name, case, replay, result):
    ok = case.get("status") == "run"
    result.add(name, ok, replay)
    if not ok:
        print("\n---- %s ----\n%s" % (name, (case.findtext("system-out") or "").rstrip()))


def build(preset, result):
    """Configure and build one preset; both together count as one check."""
    print("build %-9s" % preset, end="", flush=True)
    start = time.monotonic()
    commands = (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset])
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        if done.returncode:
            print(" FAILED\n" + done.stdout)
            result.add("build %s, no warnings" % preset, False, " ".join(command))
            return False
    print(" %.0f s" % (time.monotonic() - start))
    result.add("build %s" % preset, True, "")
    return True


def run_ctest(preset, jobs, only, result):
    directory = os.path.join(ROOT, "build", preset)
    report = os.path.join(directory, "ctest.xml")
    if os.path.exists(report):
        os.remove(report)
    print("run   %-9s" % preset, end="", flush=True)
    start = time.monotonic()
    command = ["ctest", "--test-dir", directory, "-j", str(jobs), "--output-junit", report,
               "--test-output-size-passed", "4000000", "--test-output-size-failed", "4000000"]
    if only:
        command += ["-R", only]
    with open(os.path.join(directory, "ctest.log"), "w") as log:
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, check=False)
    print(" %.0f s" % (time.monotonic() - start), flush=True)
    if not os.path.exists(report):
        result.add("%s: ctest wrote no report" % preset, False, " ".join(command))
        return
    cases = ElementTree.parse(report).getroot().findall("testcase")
    if not cases and not only:
        result.add("%s: no test is registered" % preset, False, " ".join(command))
    for case in cases:
        name = case.get("name")
        replay = "ctest --test-dir build/%s -R '^%s$' --output-on-failure" % (preset,
                                                                            re.escape(name))
        judge = judge_check if name.startswith("check.") else judge_program
        judge(name if judge is judge_check else "%s/%s" % (preset, name), case, replay, result)


def close(result):
    for name in result.skipped:
        print("skipped: %s" % name)
    for name, replay in result.failed:
        print("FAILED: %s\n    replay: %s" % (name, replay))
    if not result.passed and not result.failed:
        result.failed.append(("nothing ran", ""))
    print("%d passed, %d failed" % (result.passed, len(result.failed)))
    return 1 if result.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("-R", "--only", help="run the tests whose name matches this expression")
    args = parser.parse_args()
    result = Result()
    if not shutil.which("cmake"):
        result.add("cmake is not there", False, "tools/setup")
        return close(result)
    built = [preset for preset in PRESETS if build(preset, result)]
    for preset in built:
        if preset != "firmware":
            run_ctest(preset, args.jobs, args.only, result)
    return close(result)


if __name__ == "__main__":
    sys.exit(main())
