# SPDX-License-Identifier: BSD-2-Clause
"""Compares the daemon's server-side transactions with what the responder and the load generator logged themselves.

A join is wrong when the thread is not the one that read the message, or when the read or the send lies outside the
interval in which that thread was in its receive or send call."""
import argparse
import json
import sys

import logs

SLACK_NS = 5000  # the clock is read on different CPUs
RATE = 0.999


def is_witnessed(record, entries):
    """True when the responder's entries for this key fit. Of a request that was sent twice, another thread may have
    answered first."""
    read = logs.read_ns(record)
    readers = [e for e in entries if e.tid == record["tid"]
               and (read is None or e.enter_ns - SLACK_NS <= read <= e.recv_ns + SLACK_NS)]
    if not readers or read is None or "app" not in record["stages"]:
        return bool(readers)
    send = read + record["stages"]["app"]
    return any(e.send_ns - SLACK_NS <= send <= e.done_ns + SLACK_NS for e in entries)


def describe(record, entries):
    read = logs.read_ns(record)
    return "wrong join %s: tid %d, read %s, stages %s; witness: %s" % (
        record["key"], record["tid"], read, record["stages"],
        ", ".join("tid %d, receive [%d, %d], send [%d, %d]" % (e.tid, e.enter_ns, e.recv_ns, e.send_ns, e.done_ns)
                  for e in entries[:2]) or "never read")


def compare(args):
    """Problems and the share of answered requests with a right transaction."""
    wrong, problems, right, seen = [], [], 0, set()
    served = {}
    for path in args.respond:
        for key, entries in logs.served(path)[0].items():
            served.setdefault(key, []).extend(entries)
    load = logs.requests(args.load)
    for record in logs.transactions(args.transactions, args.netns, "server"):
        key = record["key"]
        if key not in load:
            continue  # probes of the harness
        if key in seen:
            problems.append("two transactions for %s" % key)
        seen.add(key)
        if record["start_ns"] + SLACK_NS < load[key].send_ns:
            wrong.append("%s starts before it was sent" % key)
        elif not is_witnessed(record, served.get(key, [])):
            wrong.append(describe(record, served.get(key, [])))
        else:
            right += 1
    answered = sum(1 for key in served if key in load)
    if wrong:
        problems.append("%d of %d joins are wrong: %s" % (len(wrong), len(seen), wrong[0]))
    if right < RATE * answered:
        problems.append("%d of %d answered requests have their transaction" % (right, answered))
    return problems, right, answered


def knows_reasons(path):
    with open(path, encoding="utf-8") as f:
        return all(c["candidate"] != "drop_ptr_rtp" for c in json.load(f)["plan"])


def check_dropped(dropped, count, has_reasons):
    """Each message that a socket dropped is in a drop counter, nearly all with the reason; where the kernel tells none,
    they are exactly those dropped for other reasons."""
    if not has_reasons:
        if count["drop_kernel"] == dropped:
            return []
        return ["the sockets dropped %d messages, drop_kernel says %d" % (dropped, count["drop_kernel"])]
    named, others = count["drop_rcvbuf"], count["drop_kernel"] + count["drop_unmatched"]
    if RATE * dropped <= named <= dropped <= named + others:
        return []
    return ["the sockets dropped %d messages; drop_rcvbuf says %d, drop_kernel and drop_unmatched %d" % (
        dropped, named, others)]


def check_ledger(args):
    count = logs.ledger(args.ledger)
    outcome = count["joined"] + count["unread"] + count["unjoined_read"] + count["ambiguous"]
    rate = count["joined"] / outcome if outcome else 0
    problems = []
    if rate < RATE:
        problems.append("join rate %.4f %% (joined %d, unread %d, unjoined reads %d, ambiguous %d)" % (
            100 * rate, count["joined"], count["unread"], count["unjoined_read"], count["ambiguous"]))
    for name in ("ring_full", "messages_full", "transactions_full", "invalid", "log_full"):
        if count.get(name, 0):
            problems.append("%s is %d" % (name, count[name]))
    if args.dropped is not None:
        problems += check_dropped(args.dropped, count, knows_reasons(args.ledger))
    return problems, rate


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--transactions", required=True)
    parser.add_argument("--netns", type=int, required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--ledger", required=True, help="output of sigpath top --once --json")
    parser.add_argument("--dropped", type=int, help="what the sockets say they dropped")
    parser.add_argument("--respond", nargs="+", required=True)
    args = parser.parse_args()
    problems, right, answered = compare(args)
    more, rate = check_ledger(args)
    detail = "%d of %d right, join rate %.4f %%" % (right, answered, 100 * rate)
    if args.dropped is not None:
        detail += ", %d dropped" % args.dropped
    return 0 if logs.report(args.name, problems + more, detail) else 1


if __name__ == "__main__":
    sys.exit(main())
