#!/usr/bin/env python3
"""Patch sound images so that their blackout reaches the flash: nacre-check must catch each.

usage: check_mutate.py CHECK IMAGE... [--config FILE] [--count N] [--seed N] [--json FILE]

Each IMAGE is first shown to be proved. Then one place at a time is overwritten, at the begin of an
instruction of a function that the blackout's calls lead to, as objdump reads it, outside any
conditional block:
  jump      to a function in flash, by a load into the program counter
  call      of a function in flash, its address made of two halves
  load      of a word in flash, its address made of two halves
  store     of a word in flash
  pass      before a call: its first argument becomes an address in flash
  vector    NMI's or HardFault's entry of the table in RAM names a function in flash
  literal   a word that a load takes from the pool, and that is an address, lies in flash
  unknown   a call through a register that nobody knows (undecided is right, too)
The seed picks image, kind, place and flash address. All but `literal` are wrong wherever they are
executed. A literal that only a comparison uses is harmless, so only words are taken that lie in
a peripheral's range, which the port reads and writes.

Exit 0 if each was caught; 1 with a line for each that was not, which replays it; 3 if an image is
not proved to begin with.
"""
import argparse
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

SECONDS = 60
# Bytes of each patch, and whether it must lie on a multiple of four.
KINDS = {"jump": (8, True), "call": (10, False), "load": (10, False), "store": (10, False),
         "pass": (8, False), "vector": (4, True), "literal": (4, True), "unknown": (2, False)}
LINE = re.compile(r"^\s*([0-9a-f]+):\t(?:[0-9a-f]{4} ?)+\s*\t(\S+)\s*([^@;]*)")
LABEL = re.compile(r"^([0-9a-f]+) <(.+)>:$")


class Image:
    """An ELF file, its sections, and the instructions that the blackout can reach."""

    def __init__(self, path, section):
        self.path = path
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.sections = self.read_sections()
        self.at, self.offset, self.size = self.sections[section]
        self.flash = [self.sections[name] for name in (".text", ".rodata") if
                      name in self.sections]
        self.functions, self.vectors = self.disassemble(section)
        self.reached = self.closure()
        self.literals = self.find_literals()

    def read_sections(self):
        start, = struct.unpack_from("<I", self.bytes, 32)
        count, names = struct.unpack_from("<HH", self.bytes, 48)
        heads = [struct.unpack_from("<10I", self.bytes, start + 40 * i) for i in range(count)]
        strings = heads[names][4]
        found = {}
        for head in heads:
            at = strings + head[0]
            found[self.bytes[at:self.bytes.index(b"\0", at)].decode()] = (head[3], head[4], head[5])
        return found

    def disassemble(self, section):
        """{name: [(address, bytes, mnemonic, operands)]} in order, and where the table lies."""
        text = subprocess.run(["arm-none-eabi-objdump", "-d", "-j", section, self.path],
                              capture_output=True, text=True, check=True).stdout
        functions = {}
        name, vectors = "", None
        for line in text.split("\n"):
            label = LABEL.match(line)
            found = LINE.match(line)
            if label:
                name = label.group(2)
                functions[name] = []
                vectors = int(label.group(1), 16) if name == "nacre_ram_vectors" else vectors
            elif found and name:
                code = line.split("\t")[1]
                functions[name].append((int(found.group(1), 16), len(code.replace(" ", "")) // 2,
                                        found.group(2), found.group(3).strip()))
        return functions, vectors

    def closure(self):
        """The functions that some other one of the section calls, and all global entries."""
        called = set(re.findall(r"<([\w.]+)>", " ".join(
            operands for code in self.functions.values() for _, _, _, operands in code)))
        return [name for name in self.functions
                if self.functions[name] and (name in called or name == "nacre_blackout_run")
                and name != "nacre_ram_vectors"]

    def places(self, kind):
        """Addresses where this kind of patch fits."""
        if kind == "vector":
            return [self.vectors + 4 * number for number in (2, 3)] if self.vectors else []
        if kind == "literal":
            return self.literals
        size, is_aligned = KINDS[kind]
        found = []
        for name in self.reached:
            found += fitting(self.functions[name], kind, size, is_aligned)
        return found

    def find_literals(self):
        found = set()
        for name in self.reached:
            for address, _, mnemonic, operands in self.functions[name]:
                match = re.match(r"r\d+, \[pc, #(\d+)\]", operands)
                if mnemonic.startswith("ldr") and match:
                    at = ((address + 4) & ~3) + int(match.group(1))
                    if 0x40000000 <= self.word(at) < 0x60000000:
                        found.add(at)
        return sorted(found)

    def word(self, address):
        return struct.unpack_from("<I", self.bytes, address - self.at + self.offset)[0]

    def patched(self, address, data):
        at = address - self.at + self.offset
        return self.bytes[:at] + data + self.bytes[at + len(data):]


def fitting(code, kind, size, is_aligned):
    """Begins of instructions with `size` bytes of instructions behind them."""
    found = []
    conditional = 0
    for index, (address, _, mnemonic, _) in enumerate(code):
        if conditional > 0:
            conditional -= 1
            continue
        if re.match(r"it[te]*$", mnemonic):
            conditional = len(mnemonic) - 1
            continue
        end = index
        while end < len(code) and code[end][0] < address + size and \
                not code[end][2].startswith(".") and code[end][2] != "nop":
            end += 1
        whole = end > index and code[end - 1][0] + code[end - 1][1] >= address + size
        if kind == "pass":
            whole = whole and end < len(code) and code[end][2] == "bl" and \
                code[end][0] == address + size
        if whole and not (is_aligned and address % 4) and mnemonic != "nop":
            found.append(address)
    return found


def halves(register, value):
    """movw and movt of a register."""
    out = b""
    for top, half in ((0xF240, value & 0xFFFF), (0xF2C0, value >> 16)):
        out += struct.pack("<HH", top | (half >> 12) | ((half >> 11) & 1) << 10,
                           ((half >> 8) & 7) << 12 | register << 8 | (half & 0xFF))
    return out


def patch_of(kind, place, target):
    """The bytes that reach `target`, to be put at `place`."""
    if kind == "jump":
        return struct.pack("<HHI", 0xF8DF, 0xF000, target | 1)
    if kind == "call":
        return halves(3, target | 1) + struct.pack("<H", 0x4798)
    if kind == "load":
        return halves(3, target) + struct.pack("<H", 0x681B)
    if kind == "store":
        return halves(3, target) + struct.pack("<H", 0x601B)
    if kind == "pass":
        return halves(0, target)
    if kind == "unknown":
        return struct.pack("<H", 0x4780)
    return struct.pack("<I", target | (kind == "vector"))


def verdict_of(program, config, path):
    command = [program, path, "--quiet"] + (["--config", config] if config else [])
    return subprocess.run(command, capture_output=True, timeout=SECONDS).returncode


def mutate(options, images, seed, folder):
    """(kind, text that replays it, whether it was caught)."""
    draw = random.Random(seed)
    image = draw.choice(images)
    kind = draw.choice([kind for kind in sorted(KINDS) if image.places(kind)])
    place = draw.choice(image.places(kind))
    start, _, size = draw.choice(image.flash)
    target = start + 4 * draw.randrange(size // 4)
    path = os.path.join(folder, "mutant.elf")
    with open(path, "wb") as file:
        file.write(image.patched(place, patch_of(kind, place, target)))
    status = verdict_of(options.check, options.config, path)
    good = (1, 2) if kind == "unknown" else (1,)
    return kind, "seed %d: %s at %#x -> %#x in %s: exit %d" % (
        seed, kind, place, target, image.path, status), status in good


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check")
    parser.add_argument("images", nargs="+")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--section", default=".nacre_ram")
    parser.add_argument("--config", default="", help="nacre-check's file for these images")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    for path in options.images:
        if verdict_of(options.check, options.config, path) != 0:
            print("%s is not proved to begin with" % path, file=sys.stderr)
            return 3
    images = [Image(path, options.section) for path in options.images]
    kinds = {}
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.count):
            kind, text, is_caught = mutate(options, images, options.seed + number, folder)
            kinds[kind] = kinds.get(kind, 0) + 1
            if not is_caught:
                missed.append(text)
                print("MISSED  %s\n  replay: tests/check_mutate.py %s %s --config '%s' --count 1 "
                      "--seed %d" % (text, options.check, " ".join(options.images),
                                     options.config, options.seed + number), flush=True)
            if number % 100 == 99:
                print("  %d of %d" % (number + 1, options.count), file=sys.stderr)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"mutants": options.count, "missed": len(missed), "kinds": kinds,
                       "misses": missed}, file, indent=1)
    print("mutants  %d of %d images, %d missed (%s)" % (
        options.count, len(images), len(missed),
        ", ".join("%d %s" % (kinds[kind], kind) for kind in sorted(kinds))))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
