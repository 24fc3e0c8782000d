# SPDX-License-Identifier: BSD-2-Clause
"""Totals by packet socket alone: everybody says so, every tap is one, and nothing was lost."""
import argparse
import json
import sys

import logs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--says", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--snapshot", required=True)
    parser.add_argument("--once", required=True)
    args = parser.parse_args()
    problems = []
    with open(args.snapshot, encoding="utf-8") as text:
        snapshot = json.load(text)
    with open(args.log, encoding="utf-8") as text:
        if not any(line.rstrip().endswith("warn: " + args.says) for line in text):
            problems.append("the log does not say '%s'" % args.says)
    with open(args.once, encoding="utf-8") as text:
        if args.says not in " ".join(text.read().split()):
            problems.append("top --once does not say it")
    if snapshot["banner"] != args.says:
        problems.append("the snapshot says '%s'" % snapshot["banner"])
    taps = ["%s %s" % (tap["direction"], tap["state"]) for tap in snapshot["taps"]]
    if taps != ["both capture"]:
        problems.append("taps: %s" % taps)
    for row in snapshot["ledger"]:
        if row["count"] and (row["kind"] != "info" or row["name"] in ("orphan_replies", "timeouts")):
            problems.append("%s %d" % (row["name"], row["count"]))
    sys.exit(not logs.report(args.name, problems, "%d messages" % snapshot["totals"]["messages"]))


if __name__ == "__main__":
    main()
