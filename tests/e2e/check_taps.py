# SPDX-License-Identifier: BSD-2-Clause
"""Transactions seen by taps alone: all of them, one merged stage, totals between two witnesses."""
import argparse
import sys

import logs

MERGED = "driver+stack+sockq+app+tx+qdisc"
SLACK_NS = 5000  # the clock is read on different CPUs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--transactions", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--respond", nargs="+", required=True)
    args = parser.parse_args()
    load, served, seen, problems = logs.requests(args.load), {}, set(), []
    for path in args.respond:
        for key, entries in logs.served(path)[0].items():
            served[key] = entries[0]
    for record in logs.transactions(args.transactions, side="server"):
        key = record["key"]
        if key not in load or key not in served:
            continue
        seen.add(key)
        inner = served[key].send_ns - served[key].recv_ns
        outer = load[key].recv_ns - load[key].send_ns
        if record["stages"] != {MERGED: record["total_ns"]}:
            problems.append("%s has stages %s" % (key, record["stages"]))
        if not inner - SLACK_NS <= record["total_ns"] <= outer + SLACK_NS:
            problems.append("%s: %d ns, not in [%d, %d]" % (key, record["total_ns"], inner, outer))
    if len(seen) != len(load):
        problems.append("%d of %d requests have their transaction" % (len(seen), len(load)))
    sys.exit(not logs.report(args.name, problems, "%d transactions" % len(seen)))


if __name__ == "__main__":
    main()
