#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Judges a daemon under many sessions: what was lost, resident memory, CPU, and how many sessions it knows."""
import argparse
import json
import re

import logs
import sessions

# What may be lost when more calls are open than there is room for: it is the subject of that test.
EVICTIONS = {"calls_evicted", "call_messages_full", "call_keys_full", "transactions_full", "messages_full"}


def status_kib(pid, field):
    with open("/proc/%s/status" % pid, encoding="ascii") as status:
        return int(re.search(r"^%s:\s+(\d+) kB" % field, status.read(), re.M).group(1))


def tool_fields(path):
    with open(path, encoding="ascii") as log:
        return {key: float(value) for key, value in re.findall(r"\b(\w+)=([\d.]+)", log.read())}


def main():
    parser = argparse.ArgumentParser()
    for name in ("name", "snapshot", "socket", "tool", "kind"):
        parser.add_argument("--" + name, required=True)
    for name in ("pid", "memory-kib", "least", "cpu"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--overload", type=int, default=0, help="this many calls were begun and never answered")
    args = parser.parse_args()

    with open(args.snapshot, encoding="utf-8") as top:
        ledger = json.load(top)["ledger"]
    counts = {row["name"]: row["count"] for row in ledger}
    lost = {row["name"]: row["count"] for row in ledger if row["kind"] in ("loss", "drop") and row["count"]}
    tool = tool_fields(args.tool)
    peak_kib = status_kib(args.pid, "VmHWM")
    known = sessions.ask(args.socket, cmd="sessions", limit=1)
    kind = sessions.ask(args.socket, cmd="sessions", limit=1, filter="kind=" + args.kind)
    problems = []

    if not args.overload and tool["answered"] < tool["sent"]:
        problems.append("the load itself lost %d of %d answers" % (tool["sent"] - tool["answered"], tool["sent"]))
    if args.overload:
        evicted = sum(lost.pop(name, 0) for name in EVICTIONS)
        gone = counts.get("calls_evicted", 0) + counts.get("calls_forgotten", 0)
        if counts.get("calls", 0) < args.overload - sum(lost.values()):
            problems.append("%d of %d calls seen, %s lost" % (counts.get("calls", 0), args.overload, lost))
        if gone != counts.get("calls", 0) - known.get("total", 0):
            problems.append("%d calls seen and %d known, but %d counted as evicted" % (
                counts.get("calls", 0), known.get("total", 0), gone))
        if not evicted:
            problems.append("nothing counted as evicted")
    elif lost:
        problems.append("lost: %s" % lost)
    if not args.overload and counts.get("orphan_replies", 0):
        problems.append("%d replies whose request was not seen leaving" % counts["orphan_replies"])
    if kind.get("matched", 0) < args.least:
        problems.append("%s sessions of kind %s, %d expected" % (kind.get("matched", kind), args.kind, args.least))
    if peak_kib > args.memory_kib:
        problems.append("%d MiB resident, %d allowed" % (peak_kib // 1024, args.memory_kib // 1024))
    percent = args.cpu / tool["seconds"]
    print("# %s: %d exchanges at %.0f/s, %d sessions, %d MiB, %.0f %% of a core, load p99 %.1f ms%s" % (
        args.name, tool["sent"], tool["sent"] / tool["seconds"], known.get("total", 0), peak_kib // 1024, percent,
        tool["p99_us"] / 1000, ", lost %s" % lost if lost else ""), flush=True)
    logs.report(args.name, problems)


if __name__ == "__main__":
    main()
