#!/usr/bin/env python3
"""Add the JSON files of a campaign's shards to one.

usage: campaign_merge.py [-o FILE] SHARD.json...

The shards of the cuts must be all there, each once; so must those of the soak, if any is given.
"seconds" is the longest shard's, as when all run side by side; "processor_seconds" is the sum.
Prints what was run, and exits 1 if anything failed, 3 if the shards do not belong together.
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


def refuse(why):
    print("campaign_merge: %s" % why, file=sys.stderr)
    sys.exit(3)


def read_shards(paths, campaign):
    """The shards of one campaign, in order; none, or all of them."""
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            shard = json.load(file)
        if shard["campaign"] == campaign:
            found.append(shard)
    found.sort(key=lambda shard: shard["shard"])
    if found and [shard["shard"] for shard in found] != list(range(found[0]["shards"])):
        refuse("%s: shards %s of %d" % (campaign, [shard["shard"] for shard in found],
                                        found[0]["shards"]))
    return found


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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", default="build/campaign.json")
    parser.add_argument("shards", nargs="+")
    args = parser.parse_args()
    cuts = read_shards(args.shards, "store.cuts")
    soak = read_shards(args.shards, "store.soak")
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
    with open(args.output, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
