#!/usr/bin/env python3
"""Change nacre/core at random, one small change a time, and see whether a test notices.

usage: mutate.py [--count N] [--seed S] [-j JOBS] [--file PART] [--again | --retry]

Mutants (tools/mutants.py) are drawn from a seed: a line uniformly over all lines of nacre/core that
carry code, then one change of that line. One that does not compile, or compiles to the very same
code, is drawn again. Each is linked into a shared library under the tests of the core, which were
built once; those that kill most in least time run first, and the first that fails, crashes or takes
several times as long as it should has killed it. What survives is printed and listed in
build/quality.json; of that, tools/mutants_equivalent.txt says which no test can tell. The core is
copied first, so that it may be worked on meanwhile.

Stopped and started again with the same source and seed it goes on where it was (build/mutants/);
--again forgets that; --retry forgets only what survived, for new tests to try. --file takes only
files whose name has PART in it.

Exit status 0 if 95 % or more were killed, 1 if not.
"""
import argparse
import glob
import hashlib
import json
import os
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

import core_tests
import mutants

DIRECTORY = "build/mutants"
ROOT = core_tests.ROOT
SOURCE = os.path.join(ROOT, DIRECTORY, "source")
EQUIVALENT = os.path.join(ROOT, "tools", "mutants_equivalent.txt")
FLAGS = "-O1 -w -fPIC"
ASSERTS = "-DNACRE_ASSERTS=1"
# As `make test` does, with a trap in place of the sanitizer's report.
PRODUCT = "-O2"
CHECKED = ASSERTS + " -fsanitize=undefined -fsanitize-undefined-trap-on-error"
ARCHIVE = "nacre/libnacre_core.a"
LIBRARY = "libnacre_core.so"
SLOWER = 5.0            # times as much of the processor's time as without a mutant: it hangs
SECONDS_MIN = 2.0
WAITS = 30.0            # and so many times longer if it waits, or others are at work
MEMORY_MAX = 2 << 30
KILLED_PERCENT_MIN = 95.0


def children_seconds():
    """Of the processor's time, what programs that have ended took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Bench:
    """The core's objects and how each is compiled; the tests and how long each takes."""

    def __init__(self):
        self.build = os.path.join(ROOT, DIRECTORY)
        keep_source()
        self.programs = os.path.join(self.build, "programs")
        self.tests = core_tests.build(DIRECTORY, "%s %s" % (FLAGS, ASSERTS))
        self.sources = self.find_sources()
        os.makedirs(self.programs, exist_ok=True)
        self.objects = {source: self.compile(source, os.path.join(
            self.build, "plain_%s.o" % os.path.basename(source)), CHECKED)
            for source in self.sources}
        # From a text, as a mutant is: an object holds the name of its source.
        self.products = {source: self.compile(source, os.path.join(
            self.build, "product_%s.o" % os.path.basename(source)), PRODUCT, None,
            source_text(source)) for source in self.sources}
        self.link(self.objects, self.programs)
        self.tests = [(name, self.relink(command)) for name, command in self.tests]
        self.seconds = {}
        self.left_out = []
        self.measure()

    @staticmethod
    def find_sources():
        return [path for path in core_files("") if path.endswith(".c")] + ["nacre/err.c"]

    @staticmethod
    def compile(source, target, asserts, overlay=None, text=None):
        """The object of a source; None where it does not compile."""
        command = ["gcc", *shlex.split(FLAGS), "-std=gnu11", *shlex.split(asserts)]
        if overlay:
            command += ["-I", overlay]
        command += ["-I", SOURCE, "-x", "c", "-c", "-o", target]
        command.append(os.path.join(SOURCE, source) if text is None else "-")
        # Not in a folder with headers: a text would take those first.
        done = subprocess.run(command, cwd="/", input=text, text=True, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return target if done.returncode == 0 else None

    @staticmethod
    def link(objects, folder):
        target = os.path.join(folder, LIBRARY)
        subprocess.run(["gcc", "-shared", "-Wl,-soname," + LIBRARY, "-o", target,
                        *objects.values()], check=True)

    def relink(self, command):
        """The same program with the core as a shared library."""
        program = os.path.relpath(command[0], self.build)
        target = os.path.join(self.programs, os.path.basename(program))
        lines = core_tests.run_or_stop(["ninja", "-C", DIRECTORY, "-t", "commands", program])
        line = lines.strip().split("\n")[-1]
        line = line.replace(ARCHIVE, os.path.join(self.programs, LIBRARY))
        line = line.replace("-o " + program, "-o " + target)
        subprocess.run(line, shell=True, cwd=self.build, check=True, stdout=subprocess.DEVNULL)
        return [target, *command[1:]]

    def run(self, command, folder, limit):
        """None if it passed; else how it failed. The limit is of the processor's time."""
        def bounds():
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        environment = dict(os.environ, LD_LIBRARY_PATH=folder, NACRE_TEST_SHARE="20")
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True,
                                   preexec_fn=bounds)
        try:
            code = process.wait(limit * WAITS)
            if code in (-signal.SIGXCPU, -signal.SIGKILL):
                return "time"
            return None if code == 0 else "exit %d" % code
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return "time"

    def measure(self):
        for name, command in self.tests:
            start = children_seconds()
            failed = self.run(command, self.programs, 300)
            self.seconds[name] = children_seconds() - start
            if failed:
                print("LEFT OUT  %s fails without a mutant (%s): LD_LIBRARY_PATH=%s %s" %
                      (name, failed, self.programs, shlex.join(command)))
                self.left_out.append(name)
        self.tests = [test for test in self.tests if test[0] not in self.left_out]
        self.kills = dict.fromkeys(self.seconds, 0)
        self.sort()
        slowest = sorted(self.tests, key=lambda test: self.seconds[test[0]])[-8:]
        slow = ["%s %.1f" % (name, self.seconds[name]) for name, _ in slowest]
        print("tests     %d, %.1f s in all; the slowest: %s" %
              (len(self.tests), sum(self.seconds.values()), ", ".join(slow)), flush=True)


    def sort(self):
        """Those first that kill most in their time; while nothing is known, the quick ones."""
        self.tests = sorted(self.tests, key=lambda test: (self.seconds[test[0]] + 0.01) /
                            (self.kills[test[0]] + 1))

    def count_kill(self, name):
        self.kills[name] += 1
        self.sort()


def same_bytes(a, b):
    with open(a, "rb") as one, open(b, "rb") as two:
        return one.read() == two.read()


class Worker:
    """One folder in which one mutant at a time is compiled, linked and tried."""

    def __init__(self, bench, number):
        self.bench = bench
        self.folder = os.path.join(bench.build, "worker%d" % number)
        self.overlay = os.path.join(self.folder, "overlay")

    def compile(self, path, text, asserts):
        """{source: object} of what a changed file changes; None where it does not compile."""
        if path.endswith(".c"):
            affected = {path: text}
        else:
            header = os.path.join(self.overlay, path)
            os.makedirs(os.path.dirname(header), exist_ok=True)
            with open(header, "w", encoding="utf-8") as file:
                file.write(text)
            affected = {source: source_text(source) for source in self.bench.sources}
        objects = {}
        for source, changed in affected.items():
            target = os.path.join(self.folder, "%s%s.o" % (os.path.basename(source),
                                                           "_a" if asserts == CHECKED else ""))
            objects[source] = self.bench.compile(source, target, asserts, self.overlay, changed)
            if not objects[source]:
                return None
        return objects

    def judge(self, path, mutant):
        """'invalid', 'same', 'survived', or the name of the test that killed it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        text = mutant.apply(source_text(path))
        product = self.compile(path, text, PRODUCT)
        if not product:
            return "invalid"
        if all(same_bytes(made, self.bench.products[source]) for source, made in product.items()):
            return "same"
        objects = self.compile(path, text, CHECKED)
        if not objects:
            return "invalid"
        self.bench.link({**self.bench.objects, **objects}, self.folder)
        for name, command in self.bench.tests:
            limit = max(SECONDS_MIN, SLOWER * self.bench.seconds[name])
            failed = self.bench.run(command, self.folder, limit)
            if failed:
                self.bench.count_kill(name)
                return "%s (%s)" % (name, failed)
        return "survived"


def keep_source():
    """Copy what is judged, so that it stays as it is."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "nacre"), os.path.join(SOURCE, "nacre"))


def core_files(part):
    """The files of the core whose path has part in it, from the root on."""
    paths = sorted(glob.glob(os.path.join(SOURCE, "nacre/core/*.[ch]")))
    return [path for path in (os.path.relpath(path, SOURCE) for path in paths) if part in path]


def source_text(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def inline_lines(text):
    """Lines of a header that lie in the body of a function."""
    inside = False
    found = set()
    for number, line in enumerate(text.split("\n"), 1):
        if line == "{":
            inside = True
        elif line == "}":
            inside = False
        elif inside:
            found.add(number)
    return found


def by_line(part):
    """{(file, line): [mutant]} of all lines that carry code."""
    found = {}
    for path in core_files(part):
        text = source_text(path)
        lines = inline_lines(text) if path.endswith(".h") else None
        for mutant in mutants.all_of(text):
            if lines is None or mutant.line in lines:
                found.setdefault((path, mutant.line), []).append(mutant)
    return found


def source_digest():
    digest = hashlib.sha256()
    for path in core_files(""):
        digest.update((path + source_text(path)).encode())
    return digest.hexdigest()


class Campaign:
    """The draws in their order, and what became of each. Two workers share it."""

    def __init__(self, args):
        self.args = args
        self.lock = threading.Lock()
        self.random = random.Random(args.seed)
        self.lines = by_line(args.file)
        self.order = sorted(self.lines)
        self.state_path = os.path.join(ROOT, DIRECTORY, "state.json")
        self.state = {"key": "%s %d %s" % (source_digest(), args.seed, args.file), "results": {}}
        self.load()
        self.drawn = set()
        self.valid = 0
        self.start = time.monotonic()

    def load(self):
        if self.args.again or not os.path.exists(self.state_path):
            return
        with open(self.state_path, encoding="utf-8") as file:
            state = json.load(file)
        if state["key"] != self.state["key"]:
            return
        self.state = state
        if self.args.retry:
            self.state["results"] = {name: result for name, result in state["results"].items()
                                     if result != "survived"}

    def draw(self):
        """The next (name, path, mutant) that was not drawn yet; None when there are enough."""
        with self.lock:
            while self.order:
                if self.valid >= self.args.count:
                    return None
                at = self.random.choice(self.order)
                index = self.random.randrange(len(self.lines[at]))
                mutant = self.lines[at].pop(index)
                if not self.lines[at]:
                    self.order.remove(at)
                name = "%s:%d: %s @%d" % (at[0], at[1], mutant.change, mutant.start)
                self.drawn.add(name)
                if name not in self.state["results"]:
                    self.valid += 1     # given back where it turns out to be none
                    return name, at[0], mutant
                self.valid += self.state["results"][name] not in ("invalid", "same")
            return None

    def tell(self, name, result):
        with self.lock:
            self.state["results"][name] = result
            if result in ("invalid", "same"):
                self.valid -= 1
                return
            with open(self.state_path + ".new", "w", encoding="utf-8") as file:
                json.dump(self.state, file, indent=1)
            os.replace(self.state_path + ".new", self.state_path)
            done = self.results()
            lived = [one for one in done if done[one] == "survived"]
            if result == "survived":
                print("SURVIVED  %s" % name.rsplit(" @", 1)[0], flush=True)
            if len(done) % 10 == 0:
                print("mutants   %d of %d, %d survived, %.0f s" %
                      (len(done), self.args.count, len(lived), time.monotonic() - self.start),
                      flush=True)

    def results(self):
        return {name: result for name, result in self.state["results"].items()
                if name in self.drawn and result not in ("invalid", "same")}


def work(worker, campaign):
    while True:
        drawn = campaign.draw()
        if drawn is None:
            return
        name, path, mutant = drawn
        campaign.tell(name, worker.judge(path, mutant))


def shown_equivalent():
    """{(file, change, text of the line): why no test can tell the mutant}."""
    shown = {}
    with open(EQUIVALENT, encoding="utf-8") as file:
        entries = [line.rstrip("\n") for line in file if line.strip() and line[0] != "#"]
    for head, text, why in zip(entries[0::3], entries[1::3], entries[2::3]):
        path, change = head.split(": ", 1)
        shown[path, change, text.strip()] = why.strip()
    return shown


def survivor(name, shown):
    place, change = name.rsplit(" @", 1)[0].split(": ", 1)
    file, line = place.split(":")
    text = source_text(file).split("\n")[int(line) - 1].strip()
    found = {"file": file, "line": int(line), "change": change}
    if (file, change, text) in shown:
        found["equivalent"] = shown[file, change, text]
    return found


def percent_of(part, whole):
    return 100.0 * part / max(1, whole)


def close(campaign, left_out):
    """The figure that counts is that of all mutants, the equivalent ones among them."""
    results = campaign.results()
    shown = shown_equivalent()
    lived = [survivor(name, shown) for name in
             sorted(name for name, result in results.items() if result == "survived")]
    equivalent = sum("equivalent" in one for one in lived)
    killed = len(results) - len(lived)
    percent = percent_of(killed, len(results))
    print("mutants   %d killed of %d, %.1f %%" % (killed, len(results), percent))
    print("          %d are shown to be equivalent: %.1f %% of the others" %
          (equivalent, percent_of(killed, len(results) - equivalent)))
    for one in lived:
        print("  %s %s:%d: %s" % ("the same" if "equivalent" in one else "survived", one["file"],
                                  one["line"], one["change"]))
    if not campaign.args.file:
        core_tests.quality_save("mutants", mutants=len(results), killed=killed,
                                equivalent=equivalent, seed=campaign.args.seed, survivors=lived)
    return 0 if percent >= KILLED_PERCENT_MIN and not left_out else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--file", default="", help="only files whose path has this in it")
    parser.add_argument("--again", action="store_true", help="forget what an earlier run found")
    parser.add_argument("--retry", action="store_true", help="try again what survived")
    args = parser.parse_args()
    bench = Bench()
    campaign = Campaign(args)
    threads = [threading.Thread(target=work, args=(Worker(bench, number), campaign))
               for number in range(args.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return close(campaign, bench.left_out)


if __name__ == "__main__":
    sys.exit(main())
