#!/usr/bin/env python3
"""Add the JSON files of a campaign's shards to one.

usage: campaign_merge.py [-o FILE] SHARD.json...

The shards of the cuts must be all there, each once; so must those of the soak, of the storms
and of the media, if any is given. A storm that ran alone, as the only shard of its campaign,
stands beside them.
"seconds" is the longest shard's, as when all run side by side; "processor_seconds" is the sum.
Prints what was run, and exits 1 if anything failed, 2 if a file is no shard, 3 for bad usage or if
the shards do not belong together.
"""
import argparse
import json
import sys

SUMS = {
    "store.cuts": ("points_possible", "points_run", "points_run_depth_1", "failures",
                   "weak_programs", "points_into_a_cut_erase"),
    "store.soak": ("operations", "boots", "cuts", "flips", "faults", "stuck_units",
                   "ended_worn_out", "ended_unsettled", "failures", "weak_programs",
                   "erases_cut_between_calls"),
}


def refuse(why, code=3):
    print("campaign_merge: %s" % why, file=sys.stderr)
    sys.exit(code)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        refuse("%s; --help tells" % message)


def read(path):
    """The shard in one file."""
    try:
        with open(path, encoding="utf-8") as file:
            shard = json.load(file)
    except OSError as error:
        refuse("%s: %s" % (path, error.strerror), 2)
    except ValueError as error:
        refuse("%s: not JSON: %s" % (path, error), 2)
    if not isinstance(shard, dict) or "campaign" not in shard:
        refuse("%s: not a shard of a campaign" % path, 2)
    return shard


def read_shards(shards, campaign):
    """The shards of one campaign, in order; none, or all of them."""
    found = [shard for shard in shards if shard["campaign"] == campaign]
    found.sort(key=lambda shard: shard["shard"])
    if found and [shard["shard"] for shard in found] != list(range(found[0]["shards"])):
        refuse("%s: shards %s of %d" % (campaign, [shard["shard"] for shard in found],
                                        found[0]["shards"]))
    return found


def read_storms(shards):
    """(the storms of the list, those that ran alone), each as runs; None without any."""
    found = [shard for shard in shards if shard["campaign"] == "storm"]
    several = sorted((shard for shard in found if shard["shards"] > 1),
                     key=lambda shard: shard["shard"])
    if several and [shard["shard"] for shard in several] != list(range(several[0]["shards"])):
        refuse("storm: shards %s of %d" % ([shard["shard"] for shard in several],
                                           several[0]["shards"]))
    return {"failures": sum(shard["failures"] for shard in found),
            "processor_seconds": round(sum(shard["seconds"] for shard in found), 1),
            "runs": [run for shard in several for run in shard["runs"]],
            "alone": [run for shard in found if shard["shards"] == 1 for run in shard["runs"]],
            } if found else None


MEDIUM_SUMS = ("cuts_possible", "cuts_run", "second_possible", "second_run", "faults_possible",
               "faults_run", "faults_survived", "failures")


def merge_media(shards):
    """The shards of the media as one, a run for each medium and seed; None without any."""
    found = read_shards(shards, "medium")
    if not found:
        return None
    by_run = {}
    for shard in found:
        for run in shard["runs"]:
            by_run.setdefault((run["medium"], run["seed"]), []).append(run)
    runs = []
    for parts in by_run.values():
        run = dict(parts[0])
        run.update(add(parts, MEDIUM_SUMS))
        run["longest_fault_ms"] = max(part["longest_fault_ms"] for part in parts)
        runs.append(run)
    return {"failures": sum(run["failures"] for run in runs), "runs": runs,
            "processor_seconds": round(sum(run["processor_seconds"] for run in runs), 1)}


def print_media(media):
    runs = media["runs"]
    print("media: %d of them, %d cuts run of %d, %d second cuts, %d faults of the bus, %d failed, "
          "%.0f s of the processor" % (
              len({run["medium"] for run in runs}), sum(run["cuts_run"] for run in runs),
              sum(run["cuts_possible"] for run in runs), sum(run["second_run"] for run in runs),
              sum(run["faults_run"] for run in runs), media["failures"],
              media["processor_seconds"]))


def print_storms(storms):
    """One line a way: how many, for how long, and the worst of them beside what they may be."""
    runs = storms["runs"] + storms["alone"]
    for way in sorted({run["way"] for run in runs}):
        of_way = [run for run in runs if run["way"] == way]
        print("storms %s: %d, %.0f s, %d saves, %d interrupts (%d merged), blackout %.1f us, "
              "latency %.1f us of %.0f" % (
                  way, len(of_way), sum(run["ran_ms"] for run in of_way) / 1000,
                  sum(run["saves"] for run in of_way), sum(run["irqs"] for run in of_way),
                  sum(run["irqs_merged"] for run in of_way),
                  max(run["blackout"]["longest_us"] for run in of_way),
                  max(run["latency"]["longest_us"] for run in of_way),
                  max(run["bound_us"] for run in of_way)))
    print("storms: %d failed, %.0f s of the processor" % (storms["failures"],
                                                         storms["processor_seconds"]))


def add(parts, names):
    total = {name: sum(part[name] for part in parts) for name in names}
    total["seconds"] = max(part["seconds"] for part in parts)
    total["processor_seconds"] = round(sum(part["seconds"] for part in parts), 1)
    return total


def merge(shards, campaign):
    names = SUMS[campaign]
    merged = {"campaign": campaign, "depth": shards[0]["depth"], "shards": len(shards)}
    merged.update(add(shards, names))
    by_run = {}
    for shard in shards:
        for run in shard["runs"]:
            by_run.setdefault((run["scene"], run["seed"]), []).append(run)
    merged["runs"] = []
    for parts in by_run.values():
        run = dict(parts[0])
        run.update(add(parts, names))
        for name in ("longest_recovery_commands", "longest_recovery_bytes"):
            if name in run:
                run[name] = max(part[name] for part in parts)
        if "cuts_by_depth" in run:
            run["cuts_by_depth"] = [sum(depth) for depth in
                                    zip(*(part["cuts_by_depth"] for part in parts))]
        merged["runs"].append(run)
    merged["by_lanes"] = {
        lanes: {name: sum(run[name] for run in merged["runs"] if run["lanes"] == lanes)
                for name in names}
        for lanes in sorted({run["lanes"] for run in merged["runs"]})}
    return merged


def main():
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", default="build/campaign.json")
    parser.add_argument("shards", nargs="+")
    args = parser.parse_args()
    shards = [read(path) for path in args.shards]
    cuts = read_shards(shards, "store.cuts")
    soak = read_shards(shards, "store.soak")
    if not cuts:
        refuse("no shard of the cuts among %s" % " ".join(args.shards))
    result = merge(cuts, "store.cuts")
    print("cuts: %d points run of %d, depth %d, %d failed, %.0f s, %.0f points a second" % (
        result["points_run"], result["points_possible"], result["depth"], result["failures"],
        result["seconds"], result["points_run"] / max(result["seconds"], 0.1)))
    failures = result["failures"]
    if soak:
        result["soak"] = merge(soak, "store.soak")
        failures += result["soak"]["failures"]
        print("soak: %(operations)d operations, %(cuts)d cuts, %(flips)d flips, %(faults)d faults,"
              " %(stuck_units)d stuck units, %(failures)d failed, %(seconds).0f s"
              % result["soak"])
    storms = read_storms(shards)
    if storms:
        result["storms"] = storms
        failures += storms["failures"]
        print_storms(storms)
    media = merge_media(shards)
    if media:
        result["media"] = media
        failures += media["failures"]
        print_media(media)
    with open(args.output, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
