#!/usr/bin/env python3
"""Hold the documents against the tree, so that they cannot grow old unnoticed.

usage: docs.py [ROOT]

1. A C block under a line "<!-- from PATH -->" stands in that file, line for line.
2. Every test that a document names is a function in tests/, and is run, or a file there; `*`
   stands for any part of a name.
3. Every path in backticks that starts with a folder of ours exists.
4. Every `make TARGET` that a document names is a target.
Exit status 1, with a line per fault, if one does not hold.
"""
import glob
import os
import re
import sys

BLOCK = re.compile(r"<!-- from (\S+) -->\n+```\w*\n(.*?)```", re.S)
TEST = re.compile(r"`(test_\w+?_[\w*]+)`")
PATH = re.compile(r"`((?:nacre|twin|tools|tests|docs|examples|bench|cmake|\.ci)/[\w./-]*)`")
TARGET = re.compile(r"`make ([a-z]+)\b")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def stands_in(block, text):
    """Is the block in the text, whatever both are indented by?"""
    def lines(part):
        return "\n".join(line.strip() for line in part.strip().split("\n"))
    return block.strip() != "" and lines(block) in lines(text)


def is_run(name, tests):
    """Is there a test of this name, defined in one place and registered in another?

    A macro may paste the name together: then TEST(x) registers test_..._x, and test_##x##_y is the
    definition of each test_..._y that is registered.
    """
    part = name.replace("*", r"\w+")
    found = set(re.findall(r"\b(%s)\(void \*\*" % part, tests))
    registered = re.findall(r"[\(\s](\w+)\s*[,\)]", tests)
    ends = {end for end in registered if not end.startswith("test_")}
    pasted = name.replace("*", r"##\w+##")
    if pasted != name and re.search(r"\b%s\(void \*\*" % pasted, tests):
        return any(re.fullmatch(part, one) for one in registered)
    return any(one in registered or any(one.endswith("_" + end) for end in ends) for one in found)


def faults(root):
    documents = ["README.md", "CHANGELOG.md"]
    documents += sorted(os.path.relpath(path, root)
                        for path in glob.glob(os.path.join(root, "docs", "*.md")))
    tests = "\n".join(read(root, os.path.relpath(path, root))
                      for path in glob.glob(os.path.join(root, "tests", "**", "*.c"),
                                            recursive=True))
    makefile = read(root, "Makefile")
    for document in documents:
        text = read(root, document)
        for path, block in BLOCK.findall(text):
            if not stands_in(block, read(root, path)):
                yield "%s: the block from %s does not stand there" % (document, path)
        for name in sorted(set(TEST.findall(text))):
            is_file = os.path.exists(os.path.join(root, "tests", name + ".c"))
            if not is_file and not is_run(name, tests):
                yield "%s: no such test is run: %s" % (document, name)
        for path in sorted(set(PATH.findall(text))):
            if not os.path.exists(os.path.join(root, path)):
                yield "%s: no such path: %s" % (document, path)
        for target in sorted(set(TARGET.findall(text))):
            if not re.search(r"^%s:" % target, makefile, re.M):
                yield "%s: no such make target: %s" % (document, target)


def main():
    found = list(faults(sys.argv[1] if len(sys.argv) > 1 else "."))
    print("\n".join(found) if found else "the documents fit the tree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
