"""The sources of the corpus and what the first lines of each say of it.

The comment block at the top holds `key: value` lines; a line that is indented further goes on.
  rule      the ids that the checker may give, the first one is meant
  title     a line
  broken    what reaches the flash, in the folder broken; in the folder sound: `sound`, why not
  cure      what to do
  inputs    numbers that the run finds at INPUT; one run each (0)
  live      exceptions that are raised in the blackout
  stack     the limit in bytes
  bank      RANGE that nothing may read at run time, for the oracle
  config    a line for the checker's config file; may come more than once
  flags     more flags for the compiler
  script    -D flags for the linker script and the start-up
  only      what a configuration's name must contain; `not WORD` for what it must not
  expect    the checker's verdict where it is not refuted (broken) or proved (sound)
  oracle    where no run can show it: what says it instead, and why
"""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
MANY = {"config"}
KNOWN = {"rule", "title", "broken", "sound", "cure", "inputs", "live", "stack", "bank", "config",
         "flags", "script", "only", "expect", "oracle", "cpu"}

# What a rule may turn into where an optimiser works: a call that it splits or that the linker
# joins by a veneer; a table of which one element is read; and a pointer whose receiver is taken
# into the caller, so that the caller itself reads or calls.
READS = {"load-dark", "table-dark"}
CALLS = {"call-dark", "veneer-dark", "split-part"}
KIN = {"load-dark": READS, "table-dark": READS, "call-dark": CALLS, "veneer-dark": CALLS,
       "pointer-dark": READS | CALLS, "data-pointer-dark": READS | CALLS | {"pointer-dark"}}


class Source:
    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.is_broken = os.path.basename(os.path.dirname(path)) == "broken"
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.said = header_of(path, self.text)

    def get(self, key, default=""):
        return self.said.get(key, default)

    @property
    def id(self):
        return ("broken/" if self.is_broken else "sound/") + self.name

    @property
    def rules(self):
        return self.get("rule").split()

    def rules_in(self, config):
        """The ids that are right for the source as this configuration compiles it."""
        right = set(self.rules)
        if config.level != "O0" or config.has_lto:
            for rule in self.rules:
                right |= KIN.get(rule, set())
        return right

    @property
    def inputs(self):
        return self.get("inputs", "0").split()

    @property
    def expect(self):
        return self.get("expect", "refuted" if self.is_broken else "proved")

    @property
    def body(self):
        """The source without its first comment."""
        return self.text[self.text.index("*/") + 2:].lstrip("\n")

    def is_for(self, config):
        words = self.get("only").split()
        while words:
            word = words.pop(0)
            refuses = word == "not"
            if refuses:
                word = words.pop(0)
            if (word in config.name.split("-")) == refuses:
                return False
        return True


def header_of(path, text):
    match = re.match(r"/\*\n(.*?)\*/", text, re.S)
    if not match:
        raise SystemExit("%s: no comment block at the top" % path)
    said = {}
    key = None
    for line in match.group(1).split("\n"):
        line = re.sub(r"^ \* ?", "", line.rstrip())
        found = re.match(r"(\w+): *(.*)", line)
        if found:
            key = found.group(1)
            if key not in KNOWN:
                raise SystemExit("%s: unknown key %s" % (path, key))
            if key in MANY:
                said.setdefault(key, []).append(found.group(2))
            else:
                said[key] = found.group(2)
        elif key and line.strip():
            said[key] += " " + line.strip()
    kind = os.path.basename(os.path.dirname(path))
    for need in ("rule", "title", kind):
        if need not in said:
            raise SystemExit("%s: no line `%s:`" % (path, need))
    return said


def sources():
    found = []
    for kind in ("broken", "sound"):
        folder = os.path.join(HERE, kind)
        found += [Source(os.path.join(folder, name)) for name in sorted(os.listdir(folder))
                  if name.endswith(".c")]
    return found
