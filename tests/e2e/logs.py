# SPDX-License-Identifier: BSD-2-Clause
"""The logs that the end-to-end checks compare: the daemon's transactions, the tools' own logs, a capture.

All times are CLOCK_MONOTONIC nanoseconds; captures are converted."""
import collections
import json
import subprocess
import time

BEFORE_READ = {"driver", "stack", "wakeup", "runq", "backlog", "sockq"}

# What the responder wrote about one message: before and after its receive call, before and after its send call.
Served = collections.namedtuple("Served", "enter_ns recv_ns send_ns done_ns tid")
# What the load generator wrote about one request.
Request = collections.namedtuple("Request", "proto intended_ns send_ns sent_ns recv_ns copies")
# One signaling packet of a capture.
Packet = collections.namedtuple("Packet", "ts_ns src dst sport dport proto method code key call_id cseq")


def report(name, problems, detail=""):
    """One line per test; problems is a list of sentences with numbers, empty when it passed."""
    if problems:
        print("not ok %s: %s" % (name, "; ".join(problems[:5])), flush=True)
    else:
        print("ok %s%s" % (name, " (%s)" % detail if detail else ""), flush=True)
    return not problems


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else 0


def transactions(path, netns=None, side=None):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if netns is not None and record["netns"] != netns:
                continue
            if side is None or record["side"] == side:
                yield record


def stage_ns(record, name):
    return record["stages"].get(name, 0)


def read_ns(record):
    """When the application read the request; None when an instant is merged across the read."""
    before = 0
    for name, ns in record["stages"].items():
        parts = set(name.split("+"))
        if parts <= BEFORE_READ:
            before += ns
        elif parts & BEFORE_READ:
            return None
    return record["start_ns"] + before


def served(path):
    """key -> list of Served (a retransmitted request is served twice), and the pauses [(begin, end)]."""
    by_key, pauses = collections.defaultdict(list), []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.split("\t")
            if fields[0] == "#pause":
                pauses.append((int(fields[1]), int(fields[2])))
            else:
                by_key[fields[0]].append(Served(*map(int, fields[1:])))
    return by_key, pauses


def requests(path):
    """key -> Request."""
    by_key = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.split("\t")
            by_key[fields[0]] = Request(fields[1], *map(int, fields[2:]))
    return by_key


def ledger(path):
    with open(path, encoding="utf-8") as snapshot:
        return {row["name"]: row["count"] for row in json.load(snapshot)["ledger"]}


def clock_offset_ns():
    """CLOCK_REALTIME minus CLOCK_MONOTONIC, from the closest of many pairs of readings."""
    best = None
    for _ in range(200):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        real = time.clock_gettime_ns(time.CLOCK_REALTIME)
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        if best is None or after - before < best[0]:
            best = (after - before, real - (before + after) // 2)
    return best[1]


def epoch_ns(text):
    whole, _, fraction = text.partition(".")
    return int(whole) * 10**9 + int((fraction + "0" * 9)[:9])


def capture(path):
    """Packets of SIP and STUN as tshark dissects them."""
    fields = ("frame.time_epoch ip.src ip.dst ipv6.src ipv6.dst udp.srcport udp.dstport sip.Method sip.Status-Code "
              "sip.Via.branch sip.Call-ID sip.CSeq.seq sip.CSeq.method stun.type stun.id").split()
    # heuristics first: a client's random port may be one that tshark knows for something else
    command = ["tshark", "-n", "-r", path, "-o", "sdp.establish_conversation:FALSE", "-o",
               "udp.try_heuristic_first:TRUE", "-Y", "sip || stun",
               "-T", "fields", "-E", "separator=/t", "-E", "occurrence=f"]
    for field in fields:
        command += ["-e", field]
    offset = clock_offset_ns()
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    for line in lines.splitlines():
        row = dict(zip(fields, line.split("\t")))
        common = dict(ts_ns=epoch_ns(row["frame.time_epoch"]) - offset, src=row["ip.src"] or row["ipv6.src"],
                      dst=row["ip.dst"] or row["ipv6.dst"], sport=int(row["udp.srcport"] or 0),
                      dport=int(row["udp.dstport"] or 0), call_id=row["sip.Call-ID"],
                      cseq=int(row["sip.CSeq.seq"] or 0))
        if row["stun.type"]:
            kind = int(row["stun.type"], 16)
            yield Packet(proto="stun", method="Binding", code={0x001: 0, 0x101: 200, 0x111: 400}.get(kind, -1),
                         key=row["stun.id"].replace(":", "").removeprefix("0x"), **common)
        elif row["sip.Via.branch"]:
            yield Packet(proto="sip", method=row["sip.Method"] or row["sip.CSeq.method"],
                         code=int(row["sip.Status-Code"] or 0), key=row["sip.Via.branch"], **common)
