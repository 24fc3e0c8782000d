# SPDX-License-Identifier: BSD-2-Clause
"""Both ends of each request tapped by rings of their own: one transaction at each end, the server's inside the
client's, inside the round trip."""
import argparse
import sys

import logs

SLACK_NS = 5000  # the clock is read on different CPUs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--transactions", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--snapshot", required=True)
    args = parser.parse_args()
    load, problems, sides = logs.requests(args.load), [], {"client": {}, "server": {}}
    for record in logs.transactions(args.transactions):
        seen = sides[record["side"]]
        if record["key"] in seen:
            problems.append("%s twice as %s" % (record["key"], record["side"]))
        seen[record["key"]] = record
    for side, seen in sides.items():
        if set(seen) != set(load):
            problems.append("%s: %d of %d, %d extra" % (side, len(set(seen) & set(load)), len(load),
                                                        len(set(seen) - set(load))))
    for key in set(load) & set(sides["client"]) & set(sides["server"]):
        server, client = sides["server"][key]["total_ns"], sides["client"][key]["total_ns"]
        outer = load[key].recv_ns - load[key].send_ns
        if not server - SLACK_NS <= client <= outer + SLACK_NS:
            problems.append("%s: server %d, client %d, round trip %d ns" % (key, server, client, outer))
    counts = logs.ledger(args.snapshot)
    for name in ("ring_full", "clock_step", "orphan_replies", "timeouts", "invalid"):
        if counts[name]:
            problems.append("%s %d" % (name, counts[name]))
    sys.exit(not logs.report(args.name, problems, "%d requests" % len(load)))


if __name__ == "__main__":
    main()
