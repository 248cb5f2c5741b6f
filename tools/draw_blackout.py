#!/usr/bin/env python3
"""Draw docs/blackout.md's pictures from a trace of the twin.

usage: draw_blackout.py [--check] [--into FOLDER] [--trace FILE | --host BUILD --firmware BUILD]

  --check        draw nothing: is each committed drawing what its own data gives, and is that data
                 what the trace says? Figures may differ by 5 % or 1.5 us, for they move with each
                 change of the code, and how late a handler was by 10 % or 5 us, for that is where
                 it happened to strike; what happens one after the other may not differ
  --into FOLDER  docs/drawings without it
  --trace FILE   what bench_trace printed; without it that is run:
  --host BUILD   where it was built; build/host without it
  --firmware BUILD  where the images were built; build/firmware without it

Each drawing holds the data that it was drawn from. Exit status 0, 1: a check fails, 2: no trace.
"""
import argparse
import json
import math
import os
import re
import subprocess
import sys
from xml.sax.saxutils import unescape

import drawing as paper

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGES = ("tests/storm_fw/storm_itcm.elf", "bench/fw/bench_lock.elf")
TITLES = {
    "rww": "Read while write: another bank is written",
    "sliced": "Sliced: the bank that runs the image is written",
    "sliced_live": "Sliced, with a handler in RAM that stays live",
    "whole": "Whole: one blackout an operation, only if asked for",
    "two_controllers": "Two controllers on one chip: no blackout",
    "lock": "For comparison, one lock round the whole operation",
}
NAMES_OF_WAYS = {"rww": "read while write", "two_controllers": "two controllers",
                 "lock": "one lock", "sliced_live": "sliced, live"}
LATENCY_TITLE = "How late a handler runs while erases go on"
# Opcodes of the first chip's family as its makers name them; what the trace calls by number.
NAMES = {"06F9": "WREN", "05FA": "RDSR", "2BD4": "RDSCUR", "12ED": "PP", "21DE": "SE",
         "B04F": "suspend", "30CF": "resume", "EE11": "read", "9F60": "RDID",
         "22DD": "WRBI", "24DB": "WRCT", "31CE": "WRCF"}
PERIOD_US = 1000.0  # of the handler
ON_TIME_US = 0.1
TOLERANCE = 0.05
TOLERANCE_US = 1.5
LATE_TOLERANCE = 0.10  # a handler at 1 kHz meets slices at steps of a tenth of their length
LATE_TOLERANCE_US = 5.0  # or none of the few blackouts that read while write has
SLICED_SHOWN_US = 5000.0


def stop(message):
    print("draw_blackout.py: %s" % message, file=sys.stderr)
    sys.exit(2)


# ---- the trace ----

def trace_text(args):
    if args.trace:
        try:
            with open(args.trace, encoding="utf-8") as file:
                return file.read()
        except OSError as error:
            stop("%s: %s" % (args.trace, error.strerror))
    command = [os.path.join(args.host, "bench", "bench_trace")]
    command += [os.path.join(args.firmware, image) for image in IMAGES]
    for needed in command:
        if not os.path.exists(needed):
            stop("%s is not there; make drawings builds it" % needed)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        stop("bench_trace: exit status %d" % done.returncode)
    return done.stdout


def parse(text):
    """{way: {part: [(us, kind, words)]}} and the latencies' data, in the trace's order."""
    parts, latencies = {}, {}
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["trace"]:
            way, part, ns, kind = words[1:5]
            parts.setdefault(way, {}).setdefault(part, []).append(
                (int(ns) / 1000.0, kind, words[5:]))
        elif words[:1] == ["latency"]:
            latencies[words[1]]["late"].append([round(math.log10(int(words[2]) / 1000.0), 1),
                                                int(words[3])])
        elif words[:1] == ["handlers"]:
            ran, on_time, latest_ns, lost = (int(word) for word in words[2:])
            latencies[words[1]] = {"ran": ran, "on_time": on_time, "late_us": latest_ns / 1000.0,
                                   "lost": lost, "late": []}
    if not parts or set(parts) != set(latencies):
        stop("that is no trace of bench_trace")
    return parts, latencies


def spans_dark(events):
    begin, spans = None, []
    for us, kind, _ in events:
        if kind == "dark":
            begin = us
        elif kind == "bright" and begin is not None:
            spans.append([begin, us])
            begin = None
    return spans


def spans_chip(events):
    """What the chip does; suspended from when the flash can be read again to the resume."""
    spans, state, since, is_told, doing = [], None, 0.0, False, None

    def end(us):
        if state is not None:
            spans.append([since, us, state])

    for us, kind, words in events:
        name = NAMES.get(words[0], words[0]) if kind == "command" else kind
        if kind == "command" and int(words[2]) > 0:
            end(us)
            state, since, doing = "erases" if name == "SE" else "programs", us, None
        elif name == "suspend":
            is_told = True
        elif name == "bright" and is_told and state is not None:
            end(us)
            doing, state, since, is_told = state, "suspended", us, False
        elif name == "resume" and state == "suspended":
            end(us)
            state, since = doing, us
        elif name == "ready":
            end(us)
            state, is_told = None, False
    return spans


def handlers_of(events):
    """[due, runs] of each, and when those were due that fell into one that was late."""
    runs = [[float(words[0]) / 1000.0, us] for us, kind, words in events if kind == "handler"]
    lost = []
    for due, us in runs:
        due += PERIOD_US
        while due < us:
            lost.append(due)
            due += PERIOD_US
    return runs, lost


def commands_of(events, begin, end):
    """[name, [times]], those of the same name one after the other together."""
    found = []
    for us, kind, words in events:
        if kind != "command" or not begin <= us <= end:
            continue
        name = NAMES.get(words[0], words[0])
        if not found or found[-1][0] != name:
            found.append([name, []])
        found[-1][1].append(round(us, 2))
    return found


# ---- what is drawn ----

def rounded(lists):
    return [[round(one, 2) if isinstance(one, float) else one for one in row] for row in lists]


def panel(title, events, begin, end, with_commands):
    runs, lost = handlers_of(events)

    def inside(rows):
        return rounded([row for row in rows if row[1] >= begin and row[0] <= end])
    return {"title": title, "from": round(begin, 2), "to": round(end, 2),
            "dark": inside(spans_dark(events)), "chip": inside(spans_chip(events)),
            "handlers": inside(runs), "lost": [round(one, 2) for one in lost
                                               if begin <= one <= end],
            "commands": commands_of(events, begin, end) if with_commands else []}


def facts_of(events):
    """The figures that the text under a title names."""
    dark, chip = spans_dark(events), spans_chip(events)
    runs, lost = handlers_of(events)
    lengths = [end - begin for begin, end in dark]
    return {"chip_us": round(chip[-1][1] - chip[0][0], 2), "blackouts": len(dark),
            "dark_us": round(sum(lengths), 2), "longest_us": round(max(lengths, default=0.0), 2),
            "late_us": round(max((us - due for due, us in runs), default=0.0), 2),
            "lost": len(lost)}


def detail_of(way, events):
    """The window whose commands are worth a look: a slice's end, else a start."""
    dark = spans_dark(events)
    if way.startswith("sliced"):
        told = [us for us, kind, words in events
                if kind == "command" and NAMES.get(words[0]) == "suspend"][1]
        end = [end for begin, end in dark if begin < told < end][0]
        return "The end of a slice, with the commands", told - 12.0, end + 6.0
    if dark:
        begin, end = dark[0]
        return "The first blackout, with the commands", begin - 0.5, min(end + 0.5, begin + 10.0)
    starts = [us for us, kind, _ in events if kind == "command"]
    return "The start, with the commands", starts[0] - 0.5, starts[0] + 10.0


def data_of(way, parts):
    erase, save = parts["erase"], parts["save"]
    last = max(end for _, end, _ in spans_chip(erase)) * 1.04
    title = "An erase of 4 KB, from the call on"
    if way.startswith("sliced"):
        last, title = SLICED_SHOWN_US, "An erase of 4 KB, the first five milliseconds"
    detail, begin, end = detail_of(way, erase)
    saved = max(end for _, end, _ in spans_chip(save)) * 1.1
    return {"way": way, "erase": facts_of(erase), "save": facts_of(save),
            "panels": [panel(title, erase, 0.0, last, False),
                       panel(detail, erase, begin, end, True),
                       panel("A save: one granule in each of two lanes", save, 0.0, saved,
                             False)]}


def short(us):
    """A time as a reader wants it."""
    if us >= 1000:
        return "%.1f ms" % (us / 1000)
    return "%.0f us" % us if us >= 100 else "%.1f us" % us


def told(what, facts):
    text = "%s: %s in the chip. " % (what, short(facts["chip_us"]))
    if facts["blackouts"] == 0:
        text += "The flash can be read all the time. "
    else:
        text += "Dark %s in %d blackout%s, the longest %s. " % (
            short(facts["dark_us"]), facts["blackouts"], "s" if facts["blackouts"] > 1 else "",
            short(facts["longest_us"]))
    if facts["late_us"] < ON_TIME_US:
        return text + "No handler is late."
    text += "A handler is late by %s at most" % short(facts["late_us"])
    return text + ("; %d more never ran." % facts["lost"] if facts["lost"] else ".")


# ---- drawing ----

def draw_row_name(sheet, name):
    sheet.text(paper.LEFT - 10, sheet.y + 13, name, "", "end")


def draw_flash(sheet, scale, shown):
    draw_row_name(sheet, "flash")
    middle = sheet.y + paper.BAR / 2
    bright = paper.LEFT
    for begin, end in shown["dark"]:
        sheet.line(bright, middle, scale(begin), middle)
        sheet.bar(scale(begin), scale(end), sheet.y, paper.BAR, "dark")
        bright = scale(end)
    sheet.line(bright, middle, paper.WIDTH - paper.RIGHT, middle)
    places = [scale(begin) for begin, _ in shown["dark"]]
    for (begin, end), is_free in zip(shown["dark"], paper.spaced(places, 84)):
        if is_free:
            is_last = scale(begin) > paper.WIDTH - 84
            sheet.text(scale(end if is_last else begin), sheet.y - 4,
                       "dark %s" % short(end - begin), "soft", "end" if is_last else "start")
    sheet.y += paper.ROW


def draw_chip(sheet, scale, shown):
    draw_row_name(sheet, "chip")
    for begin, end, state in shown["chip"]:
        left, right = scale(begin), scale(end)
        sheet.bar(left, right, sheet.y, paper.BAR, "held" if state == "suspended" else "busy")
        if right - left > 64:
            sheet.text((left + right) / 2, sheet.y + 13, state, "", "middle")
    sheet.y += paper.ROW


def draw_commands(sheet, scale, shown):
    draw_row_name(sheet, "commands")
    labels = [scale(times[0]) for _, times in shown["commands"]]
    level = 2
    for (name, times), x in zip(shown["commands"], labels):
        for us in times:
            sheet.line(scale(us), sheet.y, scale(us), sheet.y + 8, "tick")
        count = " x %d" % len(times) if len(times) > 1 else ""
        sheet.line(x, sheet.y + 8, x, sheet.y + 12 + 13 * level)
        sheet.text(x + 3, sheet.y + 19 + 13 * level, name + count, "soft")
        level = (level - 1) % 3
    sheet.y += paper.ROW + 28


def draw_handlers(sheet, scale, shown):
    draw_row_name(sheet, "handler")
    middle = sheet.y + paper.BAR / 2
    sheet.line(paper.LEFT, middle, paper.WIDTH - paper.RIGHT, middle)
    for due, us in shown["handlers"]:
        sheet.line(scale(due), middle, scale(us), middle, "late")
        if scale(us) - scale(due) > 4:
            sheet.dot(scale(due), middle, "due")
        sheet.dot(scale(us), middle, "runs")
    for due in shown["lost"]:
        sheet.cross(scale(due), middle)
    sheet.y += paper.ROW


def draw_panel(sheet, shown):
    scale = paper.Scale(shown["from"], shown["to"])
    is_long = shown["to"] - shown["from"] > 2000
    sheet.y += 22
    sheet.text(12, sheet.y, shown["title"], "title")
    sheet.y += 26
    draw_flash(sheet, scale, shown)
    draw_chip(sheet, scale, shown)
    if shown["commands"]:
        draw_commands(sheet, scale, shown)
    if shown["handlers"] or shown["lost"]:
        draw_handlers(sheet, scale, shown)
    paper.axis(sheet, scale, "ms" if is_long else "us", 1000.0 if is_long else 1.0)


def draw_way(data):
    sheet = paper.Drawing()
    sheet.y = 26
    sheet.text(12, sheet.y, TITLES[data["way"]], "title")
    for what in ("erase", "save"):
        sheet.y += 18
        sheet.text(12, sheet.y, told("An " + what if what == "erase" else "A " + what,
                                     data[what]))
    sheet.y += 18
    sheet.text(12, sheet.y, "Hatched: the flash cannot be read. Hollow dot: a handler is due; full "
               "dot: it runs; cross: due while one was late already, so it never ran.", "soft")
    for shown in data["panels"]:
        draw_panel(sheet, shown)
    return sheet.svg(TITLES[data["way"]], json.dumps(data))


def draw_latency_row(sheet, scale, way, counted):
    """Bars by the logarithm of their counts: one handler in ten thousand is to be seen."""
    full = math.log10(1 + counted["ran"])
    sheet.y += 66
    sheet.text(paper.LEFT - 10, sheet.y - 8, NAMES_OF_WAYS.get(way, way), "", "end")
    sheet.text(paper.LEFT - 10, sheet.y + 6, "%d ran" % counted["ran"], "soft", "end")
    for power, count in counted["late"]:
        height = 44.0 * math.log10(1 + count) / full
        sheet.bar(scale(power), scale(power + 0.1), sheet.y - height, height, "busy")
        if count == max(one for _, one in counted["late"]):
            sheet.text(scale(power + 0.05), sheet.y - height - 4, "%d" % count, "soft", "middle")
    on_time = 44.0 * math.log10(1 + counted["on_time"]) / full
    sheet.bar(paper.LEFT + 4, paper.LEFT + 40, sheet.y - on_time, on_time, "busy")
    sheet.text(paper.LEFT + 22, sheet.y - on_time - 4, "%d" % counted["on_time"], "soft", "middle")
    sheet.line(paper.LEFT, sheet.y, paper.WIDTH - paper.RIGHT, sheet.y)
    is_late = counted["late_us"] >= ON_TIME_US
    text = "latest %s" % short(counted["late_us"]) if is_late else "none was late"
    if counted["lost"]:
        text += "; %d never ran" % counted["lost"]
    sheet.text(paper.LEFT + 60, sheet.y - 40, text)


def draw_latency(data):
    """A row a way: how many handlers were on time, and how many so late."""
    sheet = paper.Drawing()
    scale = paper.Scale(-1.8, 5.0)  # powers of ten of a microsecond
    sheet.y = 26
    sheet.text(12, sheet.y, LATENCY_TITLE, "title")
    sheet.y += 18
    sheet.text(12, sheet.y, "Height: the logarithm of the count. Left: on time. 20 kHz where no "
               "interrupt waits for long, else 1 kHz.", "soft")
    for way, counted in data["latency"]:
        draw_latency_row(sheet, scale, way, counted)
    sheet.text(paper.LEFT + 22, sheet.y + 18, "on time", "soft", "middle")
    for power, name in enumerate(("0.1 us", "1 us", "10 us", "100 us", "1 ms", "10 ms"), -1):
        sheet.line(scale(power), sheet.y, scale(power), sheet.y + 4)
        sheet.text(scale(power), sheet.y + 18, name, "soft", "middle")
    sheet.y += 24
    return sheet.svg(LATENCY_TITLE, json.dumps(data))


def drawings_of(text):
    """{file name: (data, how it is drawn)}"""
    try:
        parts, latencies = parse(text)
        found = {"blackout_%s.svg" % way: (data_of(way, parts[way]), draw_way) for way in parts}
    except (IndexError, KeyError, ValueError):
        stop("the trace lacks what is drawn: an erase, a save, a command, a suspend")
    found["blackout_latency.svg"] = ({"latency": list(map(list, latencies.items()))},
                                     draw_latency)
    return found


# ---- the check ----

def is_near(name, old, new):
    if name == "late_us":
        return abs(old - new) <= max(LATE_TOLERANCE * abs(new), LATE_TOLERANCE_US)
    return abs(old - new) <= max(TOLERANCE * abs(new), TOLERANCE_US)


def faults_of_way(old, new):
    for what in ("erase", "save"):
        for name, value in new[what].items():
            if not is_near(name, old[what][name], value):
                yield "%s %s is %s, and drawn as %s" % (what, name, value, old[what][name])
    for before, after in zip(old["panels"], new["panels"]):
        names = [[name for name, _ in one["commands"]] for one in (before, after)]
        if names[0] != names[1]:
            yield "%s: commands %s, and drawn as %s" % (after["title"], names[1], names[0])


def faults_of_latency(old, new):
    if [way for way, _ in old["latency"]] != [way for way, _ in new["latency"]]:
        yield "other ways"
        return
    for (way, before), (_, after) in zip(old["latency"], new["latency"]):
        for name in ("ran", "late_us"):
            if not is_near(name, before[name], after[name]):
                yield "%s: %s is %s, and drawn as %s" % (way, name, after[name], before[name])


def faults_of(path, data, draw):
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        yield error.strerror
        return
    kept = re.search(r"<metadata>(.*?)</metadata>", text, re.S)
    if not kept:
        yield "it holds no data"
        return
    old = json.loads(unescape(kept.group(1)))
    if draw(old) != text:
        yield "it is not what its own data gives"
    compare = faults_of_way if "way" in data else faults_of_latency
    yield from compare(old, data)


def main():
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    for name, default in (("--into", "docs/drawings"), ("--host", "build/host"),
                          ("--firmware", "build/firmware"), ("--trace", "")):
        parser.add_argument(name, default=os.path.join(ROOT, default) if default else "",
                            help=argparse.SUPPRESS)
    args = parser.parse_args()
    found = drawings_of(trace_text(args))
    if args.check:
        faults = [(name, fault) for name, (data, draw) in found.items()
                  for fault in faults_of(os.path.join(args.into, name), data, draw)]
        for name, fault in faults:
            print("%s: %s" % (name, fault))
        print("%d drawings, %d faults%s" % (len(found), len(faults),
                                            "; make drawings draws them anew" if faults else ""))
        return 1 if faults else 0
    os.makedirs(args.into, exist_ok=True)
    for name, (data, draw) in found.items():
        with open(os.path.join(args.into, name), "w", encoding="utf-8") as file:
            file.write(draw(data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
