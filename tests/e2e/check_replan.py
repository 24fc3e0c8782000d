# SPDX-License-Identifier: BSD-2-Clause
"""After plans were changed under load: no join is wrong, nothing is measured twice, what the change cost is small and
counted, and no counter went back."""
import argparse
import json
import sys

import check_join
import logs

LEAST = 0.9  # share of answered requests that are measured although probes were missing for a moment


def compare(args):
    served, wrong, right, seen = {}, [], 0, set()
    for key, entries in logs.served(args.respond)[0].items():
        served[key] = entries
    load = logs.requests(args.load)
    for record in logs.transactions(args.transactions, args.netns, "server"):
        key = record["key"]
        if key not in load:
            continue
        if key in seen:
            wrong.append("two transactions for %s" % key)
        seen.add(key)
        # A read that fell into the change is merged: the total is there, the instant is not.
        is_merged = logs.read_ns(record) is None
        if not is_merged and not check_join.is_witnessed(record, served.get(key, [])):
            wrong.append(check_join.describe(record, served.get(key, [])))
        elif is_total_wrong(record, served.get(key, []), load[key]):
            wrong.append("%s: total %d, from %d; witness %s" % (key, record["total_ns"], record["start_ns"],
                                                                 served.get(key, [])[:1]))
        else:
            right += 1
    return wrong, right, len(set(served) & set(load))


def is_total_wrong(record, entries, request):
    """It begins after the request was sent and ends in the send call of the reply, or a little later in the qdisc."""
    end = record["start_ns"] + record["total_ns"]
    return (record["start_ns"] + check_join.SLACK_NS < request.send_ns
            or not any(e.send_ns <= end <= request.recv_ns + check_join.SLACK_NS for e in entries))


def went_back(paths):
    before, problems = {}, []
    for path in paths:
        now = logs.ledger(path)
        problems += ["%s went from %d to %d" % (name, before[name], count) for name, count in now.items()
                     if count < before.get(name, 0)]
        before = now
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--transactions", required=True)
    parser.add_argument("--netns", type=int, required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--respond", required=True)
    parser.add_argument("--tops", nargs="+", required=True, help="snapshots in their order, the last one is the end")
    args = parser.parse_args()
    wrong, right, answered = compare(args)
    problems = ["%d wrong: %s" % (len(wrong), wrong[0])] if wrong else []
    problems += went_back(args.tops)
    if right < LEAST * answered:
        problems.append("%d of %d answered requests are measured" % (right, answered))
    with open(args.tops[-1], encoding="utf-8") as snapshot:
        last = json.load(snapshot)
    if last["totals"]["timeouts"]:
        problems.append("%d timeouts, but every request was answered" % last["totals"]["timeouts"])
    count = logs.ledger(args.tops[-1])
    if not count["unjoined_read"] + count["replan_lost"] + count["orphan_replies"] and right < answered:
        problems.append("%d requests are missing and nothing counts them" % (answered - right))
    detail = "%d of %d requests, unjoined reads %d, lost by the change %d, open %d" % (
        right, answered, count["unjoined_read"], count["replan_lost"], count["replan_open"])
    return 0 if logs.report(args.name, problems, detail) else 1


if __name__ == "__main__":
    sys.exit(main())
