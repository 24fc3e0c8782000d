# SPDX-License-Identifier: BSD-2-Clause
"""Plans were changed between stages and taps under load: each request is one transaction, what is missing is counted, and
nothing was seen twice but what was between two hooks at the instant of a change."""
import argparse
import sys

import logs

AT_ONCE = 2  # messages that may be between socket and tap, or qdisc and tap, at one change


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--transactions", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--top", required=True)
    parser.add_argument("--changes", type=int, required=True)
    args = parser.parse_args()
    load, seen, problems = logs.requests(args.load), set(), []
    for record in logs.transactions(args.transactions, side="server"):
        if record["key"] in seen:
            problems.append("two transactions for %s" % record["key"])
        seen.add(record["key"])
    count = logs.ledger(args.top)
    # On a host that has no time for the daemon its rings overflow while it tries programs: counted, and no fault here.
    most = AT_ONCE * args.changes + count["ring_full"]
    missing = len(set(load) - seen)
    counted = count["replan_lost"] + count["replan_open"] + count["orphan_replies"]
    if missing > most + counted:
        problems.append("%d of %d requests have no transaction, %d are counted" % (missing, len(load), counted))
    for name in ("retransmits", "orphan_replies"):
        if count[name] > (AT_ONCE * args.changes if name == "retransmits" else most):
            problems.append("%s %d at %d changes" % (name, count[name], args.changes))
    for name in ("invalid", "clock_step"):
        if count[name]:
            problems.append("%s %d" % (name, count[name]))
    detail = "%d changes, %d of %d requests, lost %d, open %d, orphans %d, twice %d, ring_full %d" % (
        args.changes, len(seen & set(load)), len(load), count["replan_lost"], count["replan_open"],
        count["orphan_replies"], count["retransmits"], count["ring_full"])
    return 0 if logs.report(args.name, problems, detail) else 1


if __name__ == "__main__":
    sys.exit(main())
