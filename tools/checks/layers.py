#!/usr/bin/env python3
"""Hold docs/layers.txt: name every include that it does not allow.

usage: layers.py [ROOT]

Each #include "..." in a .c, .h or .S file under ROOT must name a file from ROOT's top, must exist,
and must be allowed by the longest rule that covers the file. Exit status 1 if one does not.
"""
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
SKIPPED = {"build", ".git"}


def read_rules(path):
    """{who: [what, ...]}; a line that starts with a blank goes on with the rule before it."""
    rules = {}
    who = None
    with open(path, encoding="utf-8") as lines:
        for raw in lines:
            line = raw.split("#")[0].rstrip()
            if not line.strip():
                continue
            if line[0] in " \t":
                rules[who] += line.split()
                continue
            who, _, what = line.partition(":")
            rules[who.strip()] = what.split()
            who = who.strip()
    return rules


def covers(node, path):
    return path == node or path.startswith(node + "/") or os.path.splitext(path)[0] == node


def sources(root):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(files):
            if name.endswith((".c", ".h", ".S")):
                yield os.path.relpath(os.path.join(folder, name), root)


def judge(root, path, included, rules):
    """What is wrong with one include, or None."""
    if not os.path.isfile(os.path.join(root, included)):
        return "no such file from the repository's root: %s" % included
    own = max((who for who in rules if covers(who, path)), key=len, default=None)
    if own is None:
        return "no rule in docs/layers.txt covers this file"
    if covers(own, included) or any(covers(what, included) for what in rules[own]):
        return None
    return "may not include %s (rule %s)" % (included, own)


def check(root):
    rules = read_rules(os.path.join(root, "docs", "layers.txt"))
    bad = count = 0
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                count += 1
                fault = judge(root, path, match.group(1), rules)
                if fault:
                    bad += 1
                    print("%s:%d: %s" % (path, number, fault))
    print("%d includes, %d not allowed" % (count, bad))
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(check(sys.argv[1] if len(sys.argv) > 1 else "."))
