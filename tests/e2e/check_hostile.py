#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Watches a daemon under attack: asks it all the time, then reads its memory and what it counted."""
import argparse
import json
import re
import time

import logs
import sessions

PATIENCE_S = 1.0
# The kernel's own word that the flood was more than a reader took: what is then lost is counted, and allowed.
SHOWN = 12


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def peak_kib(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return int(re.search(r"^VmHWM:\s+(\d+) kB", status.read(), re.M).group(1))


def counted(socket):
    return {row["name"]: row["count"] for row in sessions.ask(socket, cmd="snapshot")["ledger"]}


def main():
    parser = argparse.ArgumentParser()
    for name in ("name", "socket", "before", "log", "counters"):
        parser.add_argument("--" + name, required=True)
    for name in ("pid", "attack", "memory-kib", "least"):
        parser.add_argument("--" + name, type=int, required=True)
    args = parser.parse_args()

    with open(args.before, encoding="utf-8") as top:
        before = {row["name"]: row["count"] for row in json.load(top)["ledger"]}
    problems, slowest, asked = [], 0, 0
    try:
        while is_running(args.attack) or asked < 3:
            for request in ({"cmd": "health"}, {"cmd": "sessions", "limit": 20}):
                begin = time.monotonic()
                sessions.ask(args.socket, **request)
                slowest = max(slowest, time.monotonic() - begin)
                asked += 1
            time.sleep(0.1)
        time.sleep(0.2)  # the daemon empties its ring every 10 ms
        rose = {name: count - before.get(name, 0) for name, count in counted(args.socket).items()}
        memory = peak_kib(args.pid)
    except (OSError, ValueError) as error:
        logs.report(args.name, ["the daemon does not answer any more: %s" % error])
        return
    rose = {name: count for name, count in rose.items() if count}
    with open(args.log, encoding="ascii", errors="replace") as log:
        sent = log.read().strip()
    got = sum(rose.get(name, 0) for name in args.counters.split(","))
    if not sent.isdigit() or not int(sent):
        problems.append("the attack itself failed: %s" % sent[-200:])
    if got < args.least:
        problems.append("%s sent, %s rose by %d" % (sent, args.counters, got))
    if slowest > PATIENCE_S:
        problems.append("an answer took %.2f s" % slowest)
    if memory > args.memory_kib:
        problems.append("%d MiB resident, %d allowed" % (memory // 1024, args.memory_kib // 1024))
    top = sorted(rose.items(), key=lambda row: -row[1])[:SHOWN]
    print("# %s: %s sent, %d MiB, slowest of %d answers %.0f ms: %s" % (
        args.name, sent[:20], memory // 1024, asked, slowest * 1000, ", ".join("%s +%d" % row for row in top)), flush=True)
    logs.report(args.name, problems)


if __name__ == "__main__":
    main()
