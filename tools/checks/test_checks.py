#!/usr/bin/env python3
"""Break each rule on purpose in a small tree of its own, and see the checker find it.

usage: test_checks.py

A checker that finds nothing is worth nothing unless it is known to find what is there. The last
part feeds tools/run_tests.py the output of programs that crash, lie and run nothing.
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import docs         # noqa: E402
import layers       # noqa: E402
import run_tests    # noqa: E402
import style        # noqa: E402

GOOD = "/*\n * Good.\n */\n#ifndef NACRE_A_H\n#define NACRE_A_H\n\n#include <stdint.h>\n\n#endif\n"
BAD = {
    "file-lines": ("nacre/a.c", "/* a */\n" + "int a;\n" * 500),
    "columns": ("nacre/a.c", "/* " + "a" * 100 + " */\n"),
    "functions": ("nacre/a.c", "/* a */\nint f(int a)\n{\n" + "    a++;\n" * 58 + "}\n"),
    "conditionals": ("nacre/a.c", "/* a */\n#ifdef FAST\n#endif\n"),
    "guards": ("nacre/a.h", GOOD.replace("NACRE_A_H", "A_H")),
    "system-headers": ("nacre/a.c", "/* a */\n#include <stdio.h>\n"),
    "no-heap": ("nacre/a.c", "/* a */\nvoid *f(void)\n{\n    return malloc(1);\n}\n"),
    "twin-apart": ("twin/a.c", '/* a */\n#include "nacre/err.h"\n'),
    "no-hosts": ("tools/a.sh", "# from deb." + "example.org\n"),
    "file-comments": ("nacre/a.c", "int a;\n"),
}


def write(root, path, text):
    os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
    with open(os.path.join(root, path), "w", encoding="utf-8") as file:
        file.write(text)


def test_each_style_rule_finds_its_fault():
    assert set(BAD) == set(style.RULES), set(BAD) ^ set(style.RULES)
    for name, rule in style.RULES.items():
        with tempfile.TemporaryDirectory() as root:
            write(root, "nacre/a.h", GOOD)
            assert not list(rule(root)), "%s: false alarm" % name
            write(root, *BAD[name])
            assert list(rule(root)), "%s: not found" % name


def test_functions_are_measured():
    text = "/* a */\nstatic int f(int a,\n             int b)\n{\n    return a + b;\n}\n"
    assert style.functions(text) == [("f", 2, 5, 2)], style.functions(text)
    assert style.parameter_count("void") == 0
    assert style.parameter_count("int (*f)(int, int), int b") == 2


def test_layers_find_a_forbidden_include():
    with tempfile.TemporaryDirectory() as root:
        write(root, "docs/layers.txt", "low:\nhigh:\n    low\n")
        write(root, "low/a.h", "")
        write(root, "high/b.c", '#include "low/a.h"\n')
        assert layers.check(root) == 0
        write(root, "low/c.c", '#include "high/b.h"\n')
        write(root, "high/b.h", "")
        assert layers.check(root) == 1
        write(root, "low/c.c", '#include "a.h"\n')
        assert layers.check(root) == 1


def test_documents_are_held_against_the_tree():
    with tempfile.TemporaryDirectory() as root:
        write(root, "Makefile", "demo:\n")
        write(root, "CHANGELOG.md", "")
        write(root, "docs/a.md", "")
        write(root, "tests/test_a.c", "void test_a_b_holds(void **state)\n(test_a_b_holds),\n")
        good = "`make demo` `test_a_b_holds` `docs/a.md`\n\n" \
               "<!-- from docs/a.c -->\n```c\nint a;\n```\n"
        write(root, "docs/a.c", "void f(void);\n    int a;\n")
        write(root, "README.md", good)
        assert not list(docs.faults(root)), list(docs.faults(root))
        for old, new in (("make demo", "make soup"), ("b_holds", "c_holds"), ("a.md", "b.md"),
                         ("int a", "int b")):
            write(root, "README.md", good.replace(old, new))
            assert len(list(docs.faults(root))) == 1, new


def test_pasted_names_of_tests_are_known():
    macro = "#define T(name) void test_a_##name##_holds(void **state)\nT(b)\n"
    assert docs.is_run("test_a_*_holds", macro + "cmocka_unit_test(test_a_b_holds),\n")
    assert not docs.is_run("test_a_*_holds", macro + "cmocka_unit_test(test_a_b_fails),\n")


def test_counting_of_cmocka_output():
    whole = "[==========] Running 2 test(s).\n[ RUN      ] a\n[       OK ] a\n" \
            "[ RUN      ] b\n[  FAILED  ] b\n[==========] 2 test(s) run.\n[  FAILED  ] b\n"
    assert run_tests.cmocka_functions(whole) == ([["a", "OK"], ["b", "FAILED"]], 2)
    crash = "[==========] Running 2 test(s).\n[ RUN      ] a\nSegmentation fault\n"
    assert run_tests.cmocka_functions(crash) == ([["a", "FAILED"]], 2)
    assert run_tests.cmocka_functions("hello\n") == ([], 0)
    skipped = "[==========] Running 1 test(s).\n[ RUN      ] a\n[  SKIPPED ] a\n"
    assert run_tests.cmocka_functions(skipped) == ([["a", "SKIPPED"]], 1)


def judged(text, status):
    case = run_tests.ElementTree.Element("testcase", status=status)
    run_tests.ElementTree.SubElement(case, "system-out").text = text
    result = run_tests.Result()
    run_tests.judge_program("t", case, "again", result)
    return result.passed, len(result.failed), len(result.skipped)


def test_judging_of_programs():
    head = "[==========] Running 1 test(s).\n[ RUN      ] a\n"
    assert judged(head + "[       OK ] a\n", "run") == (1, 0, 0)
    assert judged(head + "[       OK ] a\n", "fail") == (1, 1, 0)
    assert judged(head, "fail") == (0, 1, 0)
    assert judged(head + "[  SKIPPED ] a\n", "run") == (0, 0, 1)
    assert judged("", "run") == (0, 1, 0)
    assert judged(head.replace("1", "2") + "[       OK ] a\n", "run") == (1, 1, 0)


def main():
    sys.stdout.flush()
    tests = [test for name, test in sorted(globals().items()) if name.startswith("test_")]
    for test in tests:
        test()
    print("%d tests of the checks hold" % len(tests))
    return 0


if __name__ == "__main__":
    sys.exit(main())
