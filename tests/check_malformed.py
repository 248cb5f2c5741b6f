#!/usr/bin/env python3
"""Give nacre-check ELF files that are cut off, patched or absurd: it must end, and say so.

usage: check_malformed.py CHECK IMAGE [--config FILE] [--count N] [--seed N] [--keep FILE]

Each file is the sound IMAGE with one or a few things wrong: cut at a seeded length, a field of a
header set to a value from a list, a table moved over another, seeded bytes flipped. The program
may refuse it (3) or judge it (0, 1, 2): another exit status, a signal, a report of a sanitizer or
no end within the time limit is a fault. A file that is refused must be refused with words. Some
files cannot be anything but refused; those are named, and any other answer is a fault, too.

Exit 0 without a fault; 1 with one, whose file is kept and whose seed is printed.
"""
import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile

SECONDS = 20
ABSURD = (0, 1, 2, 3, 7, 0x34, 0xFF, 0x100, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0,
          0xFFFFFFFC, 0xFFFFFFFF)
# Offset and format of the fields of the file's header, of a segment's and of a section's.
HEAD = {"type": (16, "H"), "machine": (18, "H"), "version": (20, "I"), "entry": (24, "I"),
        "phoff": (28, "I"), "shoff": (32, "I"), "flags": (36, "I"), "ehsize": (40, "H"),
        "phentsize": (42, "H"), "phnum": (44, "H"), "shentsize": (46, "H"), "shnum": (48, "H"),
        "shstrndx": (50, "H")}
WORDS_OF_SEGMENT = 8
WORDS_OF_SECTION = 10


def word(data, at, code="I"):
    return struct.unpack_from("<" + code, data, at)[0]


def put(data, at, code, value):
    size = struct.calcsize(code)
    if at + size <= len(data):
        struct.pack_into("<" + code, data, at, value & ((1 << (8 * size)) - 1))


def refused_for_sure(good):
    """[(what, file)] that no reader may accept."""
    files = [("empty", b""), ("four bytes", good[:4]), ("half a header", good[:30]),
             ("text", b"int main(void) { return 0; }\n" * 9)]
    for what, at, value in (("64-bit", 4, 2), ("big-endian", 5, 2), ("x86", 18, 3),
                            ("an object file", 16, 1)):
        data = bytearray(good)
        data[at] = value
        files.append((what, bytes(data)))
    data = bytearray(good)
    put(data, HEAD["shoff"][0], "I", 0)
    put(data, HEAD["shnum"][0], "H", 0)
    files.append(("no sections", bytes(data)))
    files.append(("cut before the section table", good[:word(good, HEAD["shoff"][0]) - 4]))
    return files


def spoil(good, draw):
    """One file with something wrong, and what."""
    kind = draw.choice(("cut", "head", "segment", "section", "section", "overlap", "symbol",
                        "flip"))
    data = bytearray(good)
    if kind == "cut":
        length = draw.randrange(len(good))
        return bytes(data[:length]), "cut to %d bytes" % length
    if kind == "head":
        name = draw.choice(sorted(HEAD))
        value = draw.choice(ABSURD)
        put(data, HEAD[name][0], HEAD[name][1], value)
        return bytes(data), "header's %s is %#x" % (name, value)
    if kind == "flip":
        places = [draw.randrange(len(good)) for _ in range(draw.randrange(1, 40))]
        for place in places:
            data[place] = draw.randrange(256)
        return bytes(data), "bytes flipped at %s" % places[:4]
    base, count, words = word(good, HEAD["shoff"][0]), word(good, HEAD["shnum"][0], "H"), \
        WORDS_OF_SECTION
    if kind == "segment":
        base, count, words = word(good, HEAD["phoff"][0]), word(good, HEAD["phnum"][0], "H"), \
            WORDS_OF_SEGMENT
    index = draw.randrange(max(count, 1))
    if kind == "symbol":
        at = spoil_symbol(data, draw, base, count)
        return bytes(data), "symbol at %#x" % at
    if kind == "overlap":
        other = draw.randrange(count)
        for field in (3, 4):
            put(data, base + 40 * index + 4 * field, "I", word(good, base + 40 * other + 4 * field))
        return bytes(data), "section %d lies on section %d" % (index, other)
    field = draw.randrange(words)
    value = draw.choice(ABSURD)
    put(data, base + 4 * words * index + 4 * field, "I", value)
    return bytes(data), "%s %d: word %d is %#x" % (kind, index, field, value)


def spoil_symbol(data, draw, base, count):
    for index in range(count):
        at = base + 40 * index
        if word(data, at + 4) == 2 and word(data, at + 20) >= 32:
            place = word(data, at + 16) + 16 * draw.randrange(word(data, at + 20) // 16)
            field = draw.choice(((0, "I"), (4, "I"), (8, "I"), (12, "B"), (14, "H")))
            put(data, place + field[0], field[1], draw.choice(ABSURD))
            return place
    return 0


def fault_of(command, is_refused):
    """Why the program's answer is a fault, or None."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "no end within %d s" % SECONDS
    if b"Sanitizer" in done.stderr or b"runtime error" in done.stderr:
        return "a sanitizer: %s" % done.stderr.decode(errors="replace")[:600]
    if done.returncode not in (0, 1, 2, 3):
        return "exit status %d" % done.returncode
    if done.returncode == 3 and not done.stderr.strip():
        return "refused without a word"
    if is_refused and done.returncode != 3:
        return "exit status %d, it must be refused" % done.returncode
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("check")
    parser.add_argument("image")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--config", help="nacre-check's file for the image")
    parser.add_argument("--keep", default="build/malformed.elf")
    options = parser.parse_args()
    with open(options.image, "rb") as file:
        good = file.read()
    cases = [(what, data, True) for what, data in refused_for_sure(good)]
    for seed in range(options.seed, options.seed + options.count):
        data, what = spoil(good, random.Random(seed))
        cases.append(("seed %d: %s" % (seed, what), data, False))
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "malformed.elf")
        for what, data, is_refused in cases:
            with open(path, "wb") as file:
                file.write(data)
            more = ["--json"] + (["--config", options.config] if options.config else [])
            fault = fault_of([options.check, path] + more, is_refused)
            if fault:
                faults += 1
                with open(options.keep, "wb") as file:
                    file.write(data)
                print("FAULT  %s: %s\n  replay: %s %s %s" % (
                    what, fault, options.check, options.keep, " ".join(more)))
    print("malformed  %d files, %d faults" % (len(cases), faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
