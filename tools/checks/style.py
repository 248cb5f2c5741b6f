#!/usr/bin/env python3
"""Hold the rules of style that a machine can judge, one rule a run.

usage: style.py RULE [ROOT]      RULE: see RULES at the end; --list prints their names

Exit status 0 if the rule holds, 1 with a line per fault if not, 3 for a rule that does not exist.
"""
import os
import re
import sys

SKIPPED = {"build", ".git", "__pycache__"}
CODE = (".c", ".h", ".S", ".ld")
TEXT = CODE + (".py", ".sh", ".md", ".txt", ".cmake", ".json", ".script", ".in", ".yml")
LINES_MAX = 500
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 100
PARAMETERS_MAX = 5
# Headers that a freestanding C11 compiler brings along, and string.h for memcpy and its like.
FREE_HEADERS = {"float.h", "iso646.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h",
                "stddef.h", "stdint.h", "stdnoreturn.h", "string.h"}


def paths(root, endings, under=""):
    top = os.path.join(root, under)
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith(endings) or (not os.path.splitext(name)[1] and endings is TEXT):
                yield os.path.relpath(path, root)


def text_of(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def without_comments(text):
    """The text with comments, strings and characters blanked, line ends kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)


def functions(text):
    """[(name, first line, line count, parameter count)] of the functions in C text.

    Counts on a function's brace being on a line of its own, which the style demands.
    """
    lines = without_comments(text).split("\n")
    found = []
    opened = None
    for number, line in enumerate(lines):
        if line.rstrip() == "{":
            opened = number
        elif line.rstrip() == "}" and opened is not None:
            first = opened
            while first > 0 and re.search(r"[^;}\s]\s*$", lines[first - 1]):
                first -= 1
            head = " ".join(lines[first:opened])
            match = re.search(r"(\w+)\s*\((.*)\)", head)
            if match:
                found.append((match.group(1), first + 1, number - first + 1,
                              parameter_count(match.group(2))))
            opened = None
    return found


def parameter_count(text):
    depth = 0
    count = 1
    for char in text:
        depth += {"(": 1, ")": -1}.get(char, 0)
        count += char == "," and depth == 0
    return 0 if text.strip() in ("", "void") else count


def rule_file_lines(root):
    for path in paths(root, CODE + (".py",)):
        count = text_of(root, path).count("\n")
        if count > LINES_MAX:
            yield "%s: %d lines, %d are allowed" % (path, count, LINES_MAX)


def rule_columns(root):
    for path in paths(root, CODE + (".py", ".sh", ".cmake")):
        for number, line in enumerate(text_of(root, path).split("\n"), 1):
            if len(line) > COLUMNS_MAX:
                yield "%s:%d: %d columns, %d are allowed" % (path, number, len(line), COLUMNS_MAX)
            if line != line.rstrip() or "\t" in line:
                yield "%s:%d: a tab, or a blank at the end" % (path, number)


def rule_functions(root):
    for path in paths(root, (".c", ".h"), "nacre"):
        for name, line, count, parameters in functions(text_of(root, path)):
            if count > FUNCTION_LINES_MAX:
                yield "%s:%d: %s: %d lines, %d are allowed" % (
                    path, line, name, count, FUNCTION_LINES_MAX)
            if parameters > PARAMETERS_MAX:
                yield "%s:%d: %s: %d parameters, %d are allowed" % (
                    path, line, name, parameters, PARAMETERS_MAX)


def rule_conditionals(root):
    for path in paths(root, (".c", ".h"), "nacre"):
        if path == "nacre/config.h" or path.startswith("nacre/ports/"):
            continue
        text = without_comments(text_of(root, path))
        guard = re.match(r"\s*#ifndef (\w+)\n#define \1\n", text)
        for match in re.finditer(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b.*$", text, re.M):
            if not guard or match.start() != text.index("#ifndef"):
                line = text.count("\n", 0, match.start()) + 1
                yield "%s:%d: %s" % (path, line, match.group(0).strip())


def rule_guards(root):
    for path in paths(root, (".h",)):
        name = os.path.splitext(path)[0].upper().replace("/", "_").replace("-", "_") + "_H"
        if not re.search(r"^#ifndef %s\n#define %s\n" % (name, name), text_of(root, path), re.M):
            yield "%s: its include guard is not %s" % (path, name)


def rule_system_headers(root):
    for path in paths(root, (".c", ".h", ".S"), "nacre"):
        for match in re.finditer(r"^\s*#\s*include\s*<([^>]+)>", text_of(root, path), re.M):
            if path.startswith("nacre/ports/psa/") and match.group(1) == "psa/crypto.h":
                continue
            if path.startswith("nacre/ports/posix/"):
                continue
            if match.group(1) not in FREE_HEADERS:
                yield "%s: includes <%s>, which not every firmware has" % (path, match.group(1))


def rule_no_heap(root):
    for path in paths(root, (".c", ".h"), "nacre"):
        text = without_comments(text_of(root, path))
        for match in re.finditer(r"\b(malloc|calloc|realloc|free|alloca|strdup)\s*\(", text):
            line = text.count("\n", 0, match.start()) + 1
            yield "%s:%d: %s" % (path, line, match.group(1))


def rule_twin_apart(root):
    """The twin and the library share no name and no file: that would be to share mistakes."""
    for path in paths(root, (".c", ".h"), "twin"):
        names = r"\bnacre/|\bNACRE_[A-Z]|\bnacre_(?!test\b|check\b)[a-z]"
        if re.search(names, text_of(root, path)):
            yield "%s: names something of the library" % path
    for path in paths(root, (".c", ".h"), "nacre"):
        if re.search(r'"twin/|\btwin_[a-z]', text_of(root, path)):
            yield "%s: names something of the twin" % path


def rule_no_hosts(root):
    """No package host is named: where packages come from is the machine's affair."""
    pattern = re.compile(r"\b(?:deb|ftp|security|snapshot|archive|registry|proxy|index|files|"
                         r"static|pypi|npmjs|crates|pythonhosted)\.[a-z0-9-]+(?:\.[a-z]+)*\.?"
                         r"(?:org|com|net|io)\b", re.I)
    for path in paths(root, TEXT):
        for match in pattern.finditer(text_of(root, path)):
            yield "%s: names %s" % (path, match.group(0))


def rule_file_comments(root):
    for path in paths(root, (".c", ".h", ".S")):
        if not text_of(root, path).lstrip().startswith("/*"):
            yield "%s: does not start by saying what it holds" % path


RULES = {name[5:].replace("_", "-"): rule for name, rule in list(globals().items())
         if name.startswith("rule_")}


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(RULES))
        return 0
    if not arguments or arguments[0] not in RULES:
        print(__doc__ + "rules: " + " ".join(RULES), file=sys.stderr)
        return 3
    root = arguments[1] if len(arguments) > 1 else "."
    faults = list(RULES[arguments[0]](root))
    print("\n".join(faults) if faults else "%s holds" % arguments[0])
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
