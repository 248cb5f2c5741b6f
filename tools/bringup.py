#!/usr/bin/env python3
"""Read a report of examples/bring-up as it was pasted: is it whole, and what does it say?

usage: bringup.py [FILE]        standard input without FILE

What stands before the version line and behind the end line is left out; of several reports the last
one counts. Prints a line per verdict. Exit status 0: whole, and all that could be asked holds;
1: whole, and something differs or the board was not measured to the end; 2: not a whole report, or
none that can be read.
"""
import sys
import zlib

VERSION = "bringup 1 version"


def report_in(text):
    """The lines of the last report, and its check sum line split in words; None if not whole."""
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    starts = [i for i, line in enumerate(lines) if line == VERSION]
    if not starts:
        return None, "no line '%s'" % VERSION
    lines = lines[starts[-1]:]
    for i, line in enumerate(lines):
        words = line.split()
        if len(words) != 3:
            return None, "not three words: '%s'" % line
        if words[0] == "end":
            found = zlib.crc32("".join(one + "\n" for one in lines[:i]).encode())
            if words[1] != "%08X" % found:
                return None, "check sum %s, computed %08X: lines were lost or changed" % (
                    words[1], found)
            return [one.split() for one in lines[:i]], None
    return None, "no end line"


def text_of(arguments):
    """What was pasted. Ends the program if there is no such file."""
    if not arguments:
        return sys.stdin.read()
    try:
        with open(arguments[0], encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as error:
        print("bringup.py: %s: %s; give the file that holds the pasted report, or paste it into "
              "standard input" % (arguments[0], error.strerror), file=sys.stderr)
        sys.exit(2)


def main():
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    if len(sys.argv) > 2 or sys.argv[1:2] and sys.argv[1].startswith("-"):
        print("bringup.py: what is %s? --help tells" % sys.argv[-1], file=sys.stderr)
        return 2
    lines, fault = report_in(text_of(sys.argv[1:]))
    if lines is None:
        print("bringup.py: %s" % fault, file=sys.stderr)
        return 2
    values = {key: value for key, value, _ in lines}
    verdicts = {key[8:]: value for key, value in values.items() if key.startswith("verdict.")}
    for name, verdict in verdicts.items():
        print("%-20s %s" % (name, verdict))
    for key in ("adopt", "scratch.check"):
        print("%-20s %s" % (key, values.get(key, "not reached")))
    if "ended_in" in values:
        print("%-20s %s" % ("ended in step", values["ended_in"]))
    is_measured = values.get("scratch.check") == "NACRE_OK"
    return 0 if is_measured and "differs" not in verdicts.values() else 1


if __name__ == "__main__":
    sys.exit(main())
