# SPDX-License-Identifier: BSD-2-Clause
"""Response times from a capture, as tshark dissects it, against the daemon's server-side transactions: the same
transactions, none missing, none extra, and times that agree within 5 us at the median, 20 us at P95 and 100 us at P99: an error of
ours shifts the first two, a host that takes the processor away between two stamps shows in the last."""
import argparse
import sys

import logs

WITHIN_NS = {0.5: 5_000, 0.95: 20_000, 0.99: 100_000}


def answered(path, server):
    """(key, method) -> (response time, code) of each request to the server with a final reply."""
    asked, done = {}, {}
    for packet in logs.capture(path):
        if packet.code == 0 and packet.dst == server and packet.method != "ACK":
            asked.setdefault((packet.key, packet.method, packet.src, packet.sport), packet)
        elif packet.code >= 200 and packet.src == server:
            request = asked.get((packet.key, packet.method, packet.dst, packet.dport))
            if request:
                done.setdefault((packet.key, packet.method), (packet.ts_ns - request.ts_ns, packet.code))
    return done


def measured(path, netns, server):
    """The same from the daemon; a key that comes twice is a problem."""
    done, problems = {}, []
    for record in logs.transactions(path, netns, "server"):
        if not record["local"].startswith((server + ":", "[" + server + "]:")):
            continue
        method = "Binding" if record["service"].startswith("stun") else record["method"]
        key = (record["key"], method)
        if key in done:
            problems.append("two transactions for %s %s" % key)
        done[key] = (record["total_ns"], record["code"])
    return done, problems


def compare(oracle, ours):
    problems, errors = [], []
    missing = sorted(set(oracle) - set(ours))
    extra = sorted(set(ours) - set(oracle))
    if missing:
        problems.append("%d of %d missing, such as %s" % (len(missing), len(oracle), missing[0]))
    if extra:
        problems.append("%d extra, such as %s" % (len(extra), extra[0]))
    for key in set(oracle) & set(ours):
        errors.append(abs(oracle[key][0] - ours[key][0]))
        if key[1] != "Binding" and oracle[key][1] != ours[key][1]:
            problems.append("%s: code %d, tshark says %d" % (key[0], ours[key][1], oracle[key][1]))
    if any(logs.quantile(errors, q) > limit for q, limit in WITHIN_NS.items()):
        problems.append("times differ by %.1f us at P99 (P50 %.1f, worst %.1f)" % (
            logs.quantile(errors, 0.99) / 1e3, logs.quantile(errors, 0.5) / 1e3, max(errors) / 1e3))
    return problems, errors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--pcap", required=True)
    parser.add_argument("--transactions", required=True)
    parser.add_argument("--netns", type=int, required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--least", type=int, default=1)
    args = parser.parse_args()
    oracle = answered(args.pcap, args.server)
    ours, problems = measured(args.transactions, args.netns, args.server)
    more, errors = compare(oracle, ours)
    problems += more
    if len(oracle) < args.least:
        problems.append("the capture holds only %d answered requests" % len(oracle))
    methods = {}
    for _, method in oracle:
        methods[method] = methods.get(method, 0) + 1
    detail = "%s; differ by P50 %.1f us, P99 %.1f us, worst %.1f us" % (
        ", ".join("%d %s" % (n, m) for m, n in sorted(methods.items())), logs.quantile(errors, 0.5) / 1e3,
        logs.quantile(errors, 0.99) / 1e3, max(errors, default=0) / 1e3)
    return 0 if logs.report(args.name, problems, detail) else 1


if __name__ == "__main__":
    sys.exit(main())
