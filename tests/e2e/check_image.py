# SPDX-License-Identifier: BSD-2-Clause
"""What the daemon in the container says about a server in another container, against the logs of server and load."""
import argparse
import json
import sys

import logs

SLACK_NS = 5000  # the clock is read on different CPUs
BUCKET = 1.03  # an exact value and the middle of its bucket


def ns_of(percentile):
    return percentile["ns"] if percentile else None


def between(name, value, low, high):
    if value is None or not low / BUCKET - SLACK_NS <= value <= high * BUCKET + SLACK_NS:
        return ["%s is %s ns, not in [%d, %d]" % (name, value, low, high)]
    return []


def check_total(row, load, served):
    """Each total lies between the server's own time and the round trip; so do their order statistics."""
    inner = sorted(served[key][0].send_ns - served[key][0].recv_ns for key in load)
    outer = sorted(r.recv_ns - r.send_ns for r in load.values())
    problems = between("mean", row["mean_ns"], sum(inner) / len(inner), sum(outer) / len(outer))
    for name, q in (("p50", 0.5), ("p99", 0.99)):
        rank = 2 / len(load)  # which of two neighbours a quantile is, is a convention
        problems += between(name, ns_of(row[name]), logs.quantile(inner, q - rank), logs.quantile(outer, q + rank))
    return problems + between("max", row["max_ns"], inner[-1], outer[-1])


def check_stages(row, expected, absent):
    names = {stage["name"] for stage in row["stages"]}
    problems = [] if expected <= names else ["stages %s lack %s" % (sorted(names), sorted(expected - names))]
    if absent in names:
        problems.append("there is a stage %s" % absent)
    total, parts = row["mean_ns"] * row["n"], sum(stage["sum_ns"] for stage in row["stages"])
    if abs(total - parts) > row["n"]:  # the mean is rounded to ns
        problems.append("stages sum to %d ns, totals to %d" % (parts, total))
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--top", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--respond", required=True)
    parser.add_argument("--service", required=True)
    parser.add_argument("--comm", default="")
    parser.add_argument("--absent", default="")
    parser.add_argument("--stages", nargs="+", default=[])
    args = parser.parse_args()
    with open(args.top, encoding="utf-8") as text:
        top = json.load(text)
    load, served, problems = logs.requests(args.load), logs.served(args.respond)[0], []
    rows = [row for row in top["rows"] if row["service"] == args.service and row["side"] == "server"]
    if len(rows) != 1:
        problems.append("%d rows of %s (server)" % (len(rows), args.service))
    for row in rows:
        if row["n"] != len(load):
            problems.append("%d requests, %d transactions" % (len(load), row["n"]))
        if row["comm"] != args.comm:
            problems.append("the process is called '%s', not '%s'" % (row["comm"], args.comm))
        problems += check_total(row, load, served) + check_stages(row, set(args.stages), args.absent)
    # The daemon sees the whole machine: what others send in a broken way is not this test's.
    losses = {row["name"]: row["count"] for row in top["ledger"]
              if row["kind"] == "loss" and row["count"] and row["name"] != "parse_failed"}
    if losses:
        problems.append("lost: %s" % losses)
    detail = "%d requests of %s" % (len(load), args.comm or "no name")
    sys.exit(not logs.report(args.name, problems, detail))


if __name__ == "__main__":
    main()
