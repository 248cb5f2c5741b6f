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

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIRMWARE = os.path.join(ROOT, "build", "firmware")
HOST = os.path.join(ROOT, "build", "host")
ELF = os.path.join(FIRMWARE, "examples", "brightness", "brightness.elf")
# The store, the log and what they are made of. Names of errors and typed settings are counted with
# the larger figure of the design, which does not exist yet.
NOT_CORE = {"err.c.obj", "settings.c.obj"}


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


def section_bytes(archive, wanted, left_out):
    """Bytes of the sections whose names start with one of wanted, over an archive's members."""
    total = 0
    member = ""
    for line in run(["arm-none-eabi-size", "-A", archive]).splitlines():
        match = re.match(r"^(\S+)\s+\(ex ", line)
        if match:
            member = match.group(1)
        fields = line.split()
        if len(fields) == 3 and fields[1].isdigit() and fields[0].startswith(wanted):
            total += 0 if member in left_out else int(fields[1])
    return total


def symbol_addresses(elf):
    addresses = {}
    for line in run(["arm-none-eabi-nm", elf]).splitlines():
        fields = line.split()
        if len(fields) == 3:
            addresses[fields[2]] = int(fields[0], 16)
    return addresses


def size_figures():
    core = section_bytes(os.path.join(FIRMWARE, "nacre", "libnacre_core.a"),
                         (".text", ".rodata"), NOT_CORE)
    symbols = symbol_addresses(ELF)
    ram = symbols["nacre_ram_end"] - symbols["nacre_ram_code_start"]
    return [("size.core_text_bytes", core, "bytes", 4096),
            ("size.blackout_ram_bytes", ram, "bytes", 2048)]


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
    figures += size_figures()
    figures += program_figures([os.path.join(HOST, "bench", "bench_twin"), ELF])
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
