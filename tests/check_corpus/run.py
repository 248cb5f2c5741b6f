#!/usr/bin/env python3
"""Judge nacre-check on firmware that is broken on purpose, and on sound firmware close to it.

Each source in broken/ and sound/ is compiled by GCC and clang at four levels, with LTO and
without, with relocations and without. An oracle (tests/check_oracle.c) runs each image and says
whether it is broken after compilation. A broken one that nacre-check does not refute by the
right rule is missed; a sound one that it does not prove, or leaves undecided where the source
says so, is a false alarm.

Exit 0 if there is neither and each source is what it claims to be in some configuration, 1 if
not, 3 for bad usage.
"""
import argparse
import json
import os
import subprocess
import sys
import time

from compile import CompileError, Compiler, configs
from corpus import sources

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DARK = "0x70000000-0x7fffffff"
VERDICTS = {0: "proved", 1: "refuted", 2: "undecided"}
ORACLE_SECONDS = 60
CHECK_SECONDS = 60


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", default="build/host/tools/check/nacre-check",
                        help="the program under test (%(default)s)")
    parser.add_argument("--oracle", default="build/host/tests/check_oracle",
                        help="the oracle's program (%(default)s)")
    parser.add_argument("--build", default="build/check_corpus", help="where images go")
    parser.add_argument("--no-check", action="store_true", help="compile and ask the oracle only")
    parser.add_argument("--share", default="1/1", metavar="K/N",
                        help="every N-th image of each source, from the K-th (%(default)s)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="sources whose folder/name contains NAME")
    parser.add_argument("--config", default="", help="one configuration, gcc-O2-lto-relocs")
    parser.add_argument("--json", metavar="FILE", help="write the counts there")
    parser.add_argument("--list", action="store_true", help="name sources and configurations")
    return parser.parse_args()


def oracle_of(program, source, image):
    """'broken', 'sound' or 'unclear', and the line that says why."""
    if source.get("oracle"):
        return ("broken" if source.is_broken else "sound"), source.get("oracle")
    worst = ("sound", "")
    for number in source.inputs:
        command = [program, image, "--input", number]
        for key in ("stack", "bank"):
            if source.get(key):
                command += ["--" + key, source.get(key)]
        for number in source.get("live").split():
            command += ["--live", number]
        done = subprocess.run(command, capture_output=True, text=True, timeout=ORACLE_SECONDS)
        said = {0: "sound", 1: "broken", 2: "unclear"}.get(done.returncode, "unclear")
        line = (done.stdout or done.stderr).strip()
        if said == "broken":
            return said, line
        if said == "unclear" or not worst[1]:
            worst = (said, line)
    return worst


def check_of(program, source, image):
    """The verdict, the rules that it names, and the command that says it again."""
    command = [program, image, "--root", "root", "--dark", DARK, "--json"]
    if source.get("stack"):
        command += ["--stack", source.get("stack")]
    if source.get("config"):
        path = image + ".config"
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(source.get("config")) + "\n")
        command += ["--config", path]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=CHECK_SECONDS)
    except subprocess.TimeoutExpired:
        return "no end", set(), command
    verdict = VERDICTS.get(done.returncode, "exit %d" % done.returncode)
    try:
        found = json.loads(done.stdout).get("findings", []) if verdict in VERDICTS.values() else []
    except ValueError:
        return "no JSON", set(), command
    return verdict, {one["rule"] for one in found if one["verdict"] == verdict}, command


class Tally:
    def __init__(self):
        self.counts = dict.fromkeys(
            ["broken", "missed", "sound", "false_alarms", "undecided", "harmless", "unclear",
             "not_compiled"], 0)
        self.broken_sources = set()
        self.sound_sources = set()
        self.shown = set()
        self.lines = []
        self.missed = []
        self.false_alarms = []

    def fault(self, kind, text, record):
        self.lines.append("%s  %s" % (kind, text))
        print(self.lines[-1], flush=True)
        if kind == "MISSED":
            self.counts["missed"] += 1
            self.missed.append(record)
        if kind == "FALSE ALARM":
            self.counts["false_alarms"] += 1
            self.false_alarms.append(record)


def judge(tally, source, config, truth, checked):
    """Compare the oracle's word with the checker's; checked is None with --no-check."""
    said, why = truth
    if said == "unclear":
        tally.counts["unclear"] += 1
        tally.fault("UNCLEAR", "%s %s: %s" % (source.id, config.name, why), None)
        return
    if said == ("broken" if source.is_broken else "sound"):
        tally.shown.add(source.id)
    if said == "sound" and source.is_broken:
        tally.counts["harmless"] += 1
        return
    tally.counts[said] += 1
    (tally.broken_sources if said == "broken" else tally.sound_sources).add(source.id)
    if checked is None:
        return
    verdict, rules, command = checked
    expect = source.expect
    if said == "broken" and not source.is_broken:
        expect = "refuted"
    record = {"source": source.id, "config": config.name, "oracle": why, "verdict": verdict,
              "rules": sorted(rules), "expected": [expect] + source.rules,
              "replay": "tests/check_corpus/run.py --only %s --config %s" % (
                  source.id, config.name),
              "command": " ".join(command)}
    text = "%s %s: %s %s, expected %s %s; the run: %s\n  replay: %s\n  command: %s" % (
        source.id, config.name, verdict, " ".join(sorted(rules)), expect, "|".join(source.rules),
        why, record["replay"], record["command"])
    if said == "broken":
        if verdict != expect or (source.is_broken and not rules & source.rules_in(config)):
            tally.fault("MISSED", text, record)
    elif verdict == "undecided" and expect == "undecided" and rules <= set(source.rules):
        tally.counts["undecided"] += 1
    elif verdict != "proved":
        tally.fault("FALSE ALARM", text, record)


def chosen(options):
    """[(source, config)] of the share. The offset shifts by source so that all configs come up."""
    share, of = [int(part) for part in options.share.split("/")]
    picked = []
    for index, source in enumerate(sources()):
        if options.only and not any(name in source.id for name in options.only):
            continue
        fit = [config for config in configs() if source.is_for(config)]
        if options.config:
            picked += [(source, config) for config in fit if config.name == options.config]
        else:
            picked += [(source, config) for at, config in enumerate(fit)
                       if (at + index * 5) % of == (share - 1) % of]
    return picked


def report(tally, options, pairs, seconds):
    counts = dict(tally.counts)
    counts.update(broken_sources=len(tally.broken_sources),
                  sound_sources=len(tally.sound_sources),
                  images=len(pairs), share=options.share, checked=not options.no_check,
                  seconds=round(seconds, 1), misses=tally.missed, alarms=tally.false_alarms)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(counts, file, indent=1)
            file.write("\n")
    print("corpus  %d images of %d broken and %d sound sources in %.0f s: %d broken, %d missed; "
          "%d sound, %d false alarms, %d undecided as named; %d harmless after compilation, "
          "%d unclear, %d not compiled" % (
              len(pairs), counts["broken_sources"], counts["sound_sources"], seconds,
              counts["broken"], counts["missed"], counts["sound"], counts["false_alarms"],
              counts["undecided"], counts["harmless"], counts["unclear"],
              counts["not_compiled"]))


def main():
    options = arguments()
    os.chdir(ROOT)
    pairs = chosen(options)
    if options.list:
        for source, config in pairs:
            print(source.id, config.name)
        return 0
    if not pairs:
        print("no source and configuration of these names; see --list", file=sys.stderr)
        return 3
    compiler = Compiler(os.path.join(options.build))
    tally = Tally()
    began = time.time()
    for number, (source, config) in enumerate(pairs, 1):
        if number % 50 == 0:
            print("  %d of %d images, %.0f s" % (number, len(pairs), time.time() - began),
                  file=sys.stderr)
        try:
            image = compiler.image(config, source)
        except CompileError as problem:
            tally.counts["not_compiled"] += 1
            tally.fault("NOT COMPILED", "%s %s: %s" % (source.id, config.name, problem), None)
            continue
        truth = oracle_of(options.oracle, source, image)
        checked = None if options.no_check else check_of(options.check, source, image)
        judge(tally, source, config, truth, checked)
    whole = options.share == "1/1" and not options.config
    for source in {source.id for source, _ in pairs} - tally.shown if whole else ():
        tally.fault("IDLE", "%s: in no configuration what it claims to be" % source, None)
    report(tally, options, pairs, time.time() - began)
    return 1 if tally.lines else 0


if __name__ == "__main__":
    sys.exit(main())
