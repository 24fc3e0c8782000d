# SPDX-License-Identifier: BSD-2-Clause
"""A known delay was injected: it comes back in its stage within 2 % or 50 us, and no other stage moves by more.

The truth per transaction, an interval [least, most] in ns, comes from the tools' logs (app: the responder's own times; backlog: its pauses; runq: the hog's
bursts) or from a capture (qdisc). The other stages are compared by their medians with an undisturbed run."""
import argparse
import bisect
import statistics
import sys

import logs

WITHIN = 0.02
WITHIN_NS = 50_000
SHARE = 0.95  # of the transactions; the rest are those whose witness was itself preempted
LEAST = 20


def tolerance(ns):
    return max(WITHIN * ns, WITHIN_NS)


def exactly(ns):
    return ns, ns


def only(entries):
    return entries[0] if len(entries) == 1 else None


def app_truth(args):
    """The responder slept between its receive and its send."""
    served, _ = logs.served(args.respond)
    return {key: exactly(entries[0].send_ns - entries[0].recv_ns) for key, entries in served.items() if only(entries)}


def backlog_truth(args):
    """The message came while the reader rested; it waited from its sending to the read."""
    served, pauses = logs.served(args.respond)
    load, truth = logs.requests(args.load), {}
    for key, entries in served.items():
        sent = load[key].sent_ns if key in load else 0
        if only(entries) and any(begin + 100_000 < sent < end - 5_000_000 for begin, end in pauses):
            truth[key] = exactly(entries[0].recv_ns - sent)
    return truth


def runq_truth(args):
    """The message came while the hog had the reader's CPU; it waited for the end of the burst at least, and until the
    reader was back at most (others may be let in first)."""
    load, truth = logs.requests(args.load), {}
    served, _ = logs.served(args.respond)
    with open(args.hog, encoding="utf-8") as lines:
        bursts = [tuple(map(int, line.split())) for line in lines]
    begins = [begin for begin, _ in bursts]
    for key, request in load.items():
        at = bisect.bisect_right(begins, request.send_ns - 50_000) - 1
        entry = only(served.get(key, []))
        if at >= 0 and entry and request.sent_ns < bursts[at][1] - 500_000:
            truth[key] = (bursts[at][1] - request.sent_ns, entry.recv_ns - request.sent_ns)
    return truth


def qdisc_truth(args):
    """From the responder's send call to the packet on the device, as captured there."""
    served, _ = logs.served(args.respond)
    truth = {}
    for packet in logs.capture(args.pcap):
        entry = only(served.get(packet.key, []))
        if packet.code and entry and packet.ts_ns - entry.send_ns > 1_000_000:
            truth[packet.key] = exactly(packet.ts_ns - entry.send_ns)
    return truth


TRUTH = {"app": app_truth, "backlog": backlog_truth, "runq": runq_truth, "qdisc": qdisc_truth}


def check_stage(records, stage, truth):
    errors, bad = [], []
    for record in records:
        least, most = truth[record["key"]]
        got = logs.stage_ns(record, stage)
        errors.append(max(least - got, got - most, 0))
        if errors[-1] > tolerance(least):
            bad.append("%s: %d..%d us came back as %d us (%s)" % (
                record["key"], least // 1000, most // 1000, got // 1000, record["stages"]))
    problems = []
    if len(records) < LEAST:
        problems.append("only %d transactions met the delay, at least %d are needed" % (len(records), LEAST))
    elif len(bad) > (1 - SHARE) * len(records):
        problems.append("%d of %d outside 2 %% and 50 us, such as %s" % (len(bad), len(records), bad[0]))
    return problems, errors


def medians(records):
    names = {name for record in records for name in record["stages"]}
    return {name: statistics.median(logs.stage_ns(record, name) for record in records) for name in names}


def check_others(records, calm, stage, delay_ns, is_awake):
    """is_awake: the load kept the CPU from idling, so that the calm run's way out of idle is missing from wakeup."""
    now, before = medians(records), medians(calm)
    problems = []
    for name in sorted((set(now) | set(before)) - {stage}):
        moved = now.get(name, 0) - before.get(name, 0)
        if is_awake and name == "wakeup" and moved < 0:
            continue
        if abs(moved) > tolerance(delay_ns):
            problems.append("%s moved by %d us (from %d)" % (name, moved // 1000, before.get(name, 0) // 1000))
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--stage", choices=TRUTH, required=True)
    parser.add_argument("--transactions", required=True)
    parser.add_argument("--calm", required=True, help="transactions of the undisturbed run")
    parser.add_argument("--netns", type=int, required=True)
    parser.add_argument("--respond")
    parser.add_argument("--load")
    parser.add_argument("--hog")
    parser.add_argument("--pcap")
    args = parser.parse_args()
    truth = TRUTH[args.stage](args)
    every = list(logs.transactions(args.transactions, args.netns, "server"))
    records = [r for r in every if r["key"] in truth]
    calm = list(logs.transactions(args.calm, args.netns, "server"))
    problems, errors = check_stage(records, args.stage, truth)
    delay_ns = statistics.median(truth[r["key"]][0] for r in records) if records else 0
    if records and calm:
        # Who waits in the qdisc is late in its burst, and waited longer for the reader too: all of them are compared.
        problems += check_others(every if args.stage == "qdisc" else records, calm, args.stage, delay_ns, args.hog is not None)
    elif not calm:
        problems.append("the undisturbed run has no transactions")
    detail = "%d transactions, %d us injected, error P50 %.1f us, P95 %.1f us" % (
        len(records), delay_ns // 1000, logs.quantile(errors, 0.5) / 1e3, logs.quantile(errors, 0.95) / 1e3)
    return 0 if logs.report(args.name, problems, detail) else 1


if __name__ == "__main__":
    sys.exit(main())
