# SPDX-License-Identifier: BSD-2-Clause
"""Of every transaction the daemon wrote, the stages sum to the total exactly; none is skipped."""
import argparse
import sys

import logs


def check(path, least):
    problems, count = [], 0
    for record in logs.transactions(path):
        count += 1
        shares = list(record["stages"].values())
        if sum(shares) != record["total_ns"]:
            problems.append("transaction %s: stages sum to %d, total is %d" % (record["id"], sum(shares), record["total_ns"]))
        if any(not isinstance(ns, int) or ns < 0 for ns in shares):
            problems.append("transaction %s: a stage is negative or no integer: %s" % (record["id"], record["stages"]))
    if count < least:
        problems.insert(0, "%d transactions written, at least %d were made" % (count, least))
    return problems, count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--transactions", required=True)
    parser.add_argument("--least", type=int, required=True)
    args = parser.parse_args()
    problems, count = check(args.transactions, args.least)
    if len(problems) > 1:
        problems.append("%d problems in %d transactions" % (len(problems), count))
    return 0 if logs.report(args.name, problems, "%d transactions, every one sums up" % count) else 1


if __name__ == "__main__":
    sys.exit(main())
