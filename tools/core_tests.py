"""The tests of nacre/core, built in a directory of their own; for the tools that judge the tests.

They are found by asking ctest: every cmocka program that links the core and neither the twin nor
the demo, the replays of the fuzz corpora, and a short run of the cut campaign.
"""
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QUALITY = os.path.join(ROOT, "build", "quality.json")
# Of threads only those that do not need a sanitizer of their own.
# Of the longest, a part runs under another name: test_store_cuts_share.
NOT_CORE = re.compile(r"^test_(twin|firmware|port|demo|nor|threads|chip|bringup|placement|blackout|"
                      r"reset|rtos|storm|two|rest|live|hard|store_cuts$)")
CORPUS = "check.fuzz.corpus."
CAMPAIGN = ("--scene", "mixed4", "--seeds", "1", "--updates", "60", "--second", "4000")


def run_or_stop(command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        sys.exit("%s\n%s: exit %d" % (done.stdout, " ".join(command), done.returncode))
    return done.stdout


def ctest_list(directory):
    text = run_or_stop(["ctest", "--test-dir", directory, "--show-only=json-v1"])
    return json.loads(text[text.index("{"):])["tests"]


def is_core_test(name):
    program = name.startswith("test_") and not NOT_CORE.match(name)
    return program or name.startswith(CORPUS)


def build(directory, flags, options=()):
    """Configure and build; [(name, command)] of the tests, the campaign last."""
    run_or_stop(["cmake", "-S", ".", "-B", directory, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=",
                 "-DCMAKE_C_FLAGS=" + flags, *options])
    names = [test["name"] for test in ctest_list(directory) if is_core_test(test["name"])]
    targets = [name.replace(CORPUS, "replay_") for name in names] + ["campaign_store"]
    run_or_stop(["cmake", "--build", directory, "--target", *targets])
    # Only now does ctest know where each program is.
    tests = [(test["name"], test["command"]) for test in ctest_list(directory)
             if test["name"] in names]
    campaign = os.path.join(ROOT, directory, "tests", "campaign_store")
    return tests + [("campaign_store", [campaign, *CAMPAIGN])]


def quality_load():
    if not os.path.exists(QUALITY):
        return {}
    with open(QUALITY, encoding="utf-8") as file:
        return json.load(file)


def judged():
    """The sources that are judged, as a commit; with a plus if they are not quite that one."""
    git = ["git", "-C", ROOT]
    head = subprocess.run(git + ["rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False)
    if head.returncode:
        return "no commit"
    changes = run_or_stop(git + ["status", "--porcelain", "--", "nacre", "tests", "tools"])
    return head.stdout.strip() + ("+" if changes else "")


def quality_save(what, **figures):
    """Put figures into build/quality.json beside those that are there, and of which sources."""
    quality = quality_load()
    quality.update(figures, **{what + "_of": judged()})
    os.makedirs(os.path.dirname(QUALITY), exist_ok=True)
    with open(QUALITY + ".new", "w", encoding="utf-8") as file:
        json.dump(quality, file, indent=2)
        file.write("\n")
    os.replace(QUALITY + ".new", QUALITY)
