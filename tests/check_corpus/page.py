#!/usr/bin/env python3
"""Write the part of docs/check.md that the corpus knows: each rule, an example, the message.

usage: page.py --nacre-check PROGRAM [--check] [--build FOLDER]

The rules and their order come from the program, the examples from broken/, and each message from
running the program on the example, compiled by GCC at -O2; addresses are left out. What stands
before the mark in docs/check.md is written by hand and is kept. With --check nothing is written:
exit 1 if the page is not what would be written.
"""
import argparse
import os
import re
import subprocess
import sys

from compile import Compiler, configs
from corpus import sources
from run import DARK, ROOT

MARK = "<!-- From here on written by tests/check_corpus/page.py. -->\n"
CONFIG = "gcc-O2"
# Where the first source of a rule is not the plainest one.
EXAMPLES = {"call-dark": "long_call", "veneer-dark": "forgotten_attribute",
            "compiler-call": "zeroed_struct", "split-part": "constant_clone",
            "load-dark": "const_pair", "table-dark": "const_table",
            "pointer-dark": "callback_passed", "data-pointer-dark": "ops_in_data",
            "call-unknown": "hook_set_by_main", "vector-dark": "live_handler_in_flash",
            "root-gone": "root_in_flash", "svc-dark": "service_call"}


def rules_of(program):
    """[(id, title)] as --rules prints them."""
    text = subprocess.run([program, "--rules"], capture_output=True, text=True, check=True).stdout
    return [tuple(re.split(r"\s+", line.strip(), maxsplit=1)) for line in text.split("\n")
            if line.strip()]


def message_of(program, image, source):
    command = [program, image, "--root", "root", "--dark", DARK]
    if source.get("stack"):
        command += ["--stack", source.get("stack")]
    if source.get("config"):
        path = image + ".config"
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(source.get("config")) + "\n")
        command += ["--config", path]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = [line for line in text.split("\n") if line and not line.startswith(image)]
    text = "\n".join(lines[:3])
    text = re.sub(r"\(\S*/(\w+\.c:\d+)\)", r"(\1)", text)
    return re.sub(r"\b0x[0-9a-f]+\b", "0x...", text)


def example_of(rule, found):
    name = EXAMPLES.get(rule)
    fits = [source for source in found if source.is_broken and rule in source.rules]
    named = [source for source in fits if source.name == name]
    first = [source for source in fits if source.rules[0] == rule]
    return (named or first or fits or [None])[0]


def section_of(rule, title, found, options, compiler):
    config = next(config for config in configs() if config.name == CONFIG)
    source = example_of(rule, found)
    text = "\n## %s\n\n%s.\n" % (rule, title[0].upper() + title[1:])
    if source is None:
        return text + "\nIt is listed, and is no verdict by itself.\n"
    text += "\n%s: %s\n\n```c\n%s```\n" % (source.get("title"), source.get("broken"),
                                          re.sub(r'#include "tests.*\n+', "", source.body))
    if source.is_for(config):
        image = compiler.image(config, source)
        text += "\n```\n%s\n```\n" % message_of(options.nacre_check, image, source)
    text += "\nCure: %s\n" % source.get("cure")
    for kind, others in (("Also found", [one for one in found if one.is_broken and one != source]),
                         ("No fault", [one for one in found if not one.is_broken])):
        rows = ["- %s: %s" % (one.get("title"), one.get("broken") or one.get("sound"))
                for one in others if one.rules[0] == rule]
        if rows:
            text += "\n%s:\n%s\n" % (kind, "\n".join(rows))
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nacre-check", required=True, help="the program")
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    parser.add_argument("--build", default="build/check_corpus", help="where images go")
    options = parser.parse_args()
    os.chdir(ROOT)
    compiler = Compiler(options.build)
    found = sources()
    text = "".join(section_of(rule, title, found, options, compiler)
                   for rule, title in rules_of(options.nacre_check))
    with open("docs/check.md", encoding="utf-8") as file:
        old = file.read()
    if MARK not in old:
        print("docs/check.md: the mark is missing", file=sys.stderr)
        return 3
    new = old[:old.index(MARK)] + MARK + text
    if options.check and new != old:
        print("docs/check.md is stale: run tests/check_corpus/page.py --nacre-check PROGRAM")
        return 1
    if not options.check:
        with open("docs/check.md", "w", encoding="utf-8") as file:
            file.write(new)
    print("docs/check.md  %d sources" % len(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
