#!/usr/bin/env python3
"""Put the boot guard before a boot stage that is there as an Intel HEX image.

usage: join.py BOOT.hex stage_before.hex OUT.hex

The guard goes into the last sector of the internal flash (0x0800E000), its entry into the reset
vector of the boot stage, and the vector that stood there into the guard's second word. Nothing else
of the boot stage changes. Exit status 1, and no OUT, if the two do not fit.
"""
import sys

BASE = 0x08000000
GUARD = 0x0800E000
END = 0x08010000
RESET_VECTOR = BASE + 4
UNSET = 0xFFFFFFFF


def load(path):
    """{address: byte} of an Intel HEX file."""
    memory = {}
    upper = 0
    with open(path, encoding="ascii") as file:
        for number, text in enumerate(file, 1):
            if text[0] != ":":
                raise ValueError(f"{path}:{number}: not Intel HEX")
            record = bytes.fromhex(text[1:].strip())
            if sum(record) & 0xFF or len(record) != record[0] + 5:
                raise ValueError(f"{path}:{number}: damaged")
            data = record[4:-1]
            if record[3] in (2, 4):
                upper = int.from_bytes(data, "big") << (4 if record[3] == 2 else 16)
            elif record[3] == 0:
                start = upper + int.from_bytes(record[1:3], "big")
                memory.update({start + i: byte for i, byte in enumerate(data)})
    return memory


def word(memory, address):
    return int.from_bytes(bytes(memory[address + i] for i in range(4)), "little")


def put_word(memory, address, value):
    for i, byte in enumerate(value.to_bytes(4, "little")):
        memory[address + i] = byte


def join(boot, guard):
    """Both in one memory; ValueError if they do not fit."""
    if any(not BASE <= address < GUARD for address in boot):
        raise ValueError("the boot stage is not, or not only, in the first seven sectors")
    if any(not GUARD <= address < END for address in guard):
        raise ValueError("the guard is not in the last sector")
    if word(guard, GUARD + 4) != UNSET:
        raise ValueError("the guard is joined already")
    memory = dict(boot)
    memory.update(guard)
    put_word(memory, GUARD + 4, word(boot, RESET_VECTOR))
    put_word(memory, RESET_VECTOR, word(guard, GUARD))
    return memory


def line(kind, address, data):
    record = bytes([len(data)]) + (address & 0xFFFF).to_bytes(2, "big") + bytes([kind]) + data
    return ":" + (record + bytes([-sum(record) & 0xFF])).hex().upper() + "\n"


def save(memory, path):
    lines = [line(4, 0, (BASE >> 16).to_bytes(2, "big"))]
    for start in range(BASE, END, 16):
        run = [address for address in range(start, start + 16) if address in memory]
        while run:
            part = [run.pop(0)]
            while run and run[0] == part[-1] + 1:
                part.append(run.pop(0))
            lines.append(line(0, part[0], bytes(memory[address] for address in part)))
    lines.append(line(1, 0, b""))
    with open(path, "w", encoding="ascii") as file:
        file.writelines(lines)


def main():
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 3
    try:
        save(join(load(sys.argv[1]), load(sys.argv[2])), sys.argv[3])
    except (OSError, ValueError, KeyError) as fault:
        print(f"join.py: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
