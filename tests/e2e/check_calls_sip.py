#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sessions of SIP calls against the caller's own log (sipp -trace_shortmsg) and a capture on the proxy's wire."""
import argparse
import collections
import json
import subprocess

import logs
import sessions

MS = 1000000
NEEDED = ("start", "offer", "ringing", "answer", "final", "ack", "bye", "end")


def sipp_log(path):
    """Call-ID -> list of (ns, is_sent, "INVITE" or "200", method of the CSeq); CLOCK_MONOTONIC."""
    offset, calls = logs.clock_offset_ns(), collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            _, _, epoch, way, call_id, cseq, first = line.rstrip("\n").split("\t")
            what = first.split()[1] if first.startswith("SIP/") else first.split()[0]
            calls[call_id].append((logs.epoch_ns(epoch) - offset, way == "S", what, cseq.split()[-1]))
    return calls


def wire_log(path, transport):
    """The same of the capture: (Call-ID, what, method, source, destination) -> first ns."""
    fields = ["frame.time_epoch", "ip.src", "ip.dst", transport + ".srcport", transport + ".dstport", "sip.Call-ID",
              "sip.Method", "sip.Status-Code", "sip.CSeq.method"]
    command = ["tshark", "-n", "-r", path, "-Y", "sip", "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"]
    for field in fields:
        command += ["-e", field]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    offset, seen = logs.clock_offset_ns(), {}
    for line in lines.splitlines():
        epoch, src, dst, sport, dport, call_id, method, code, cseq = line.split("\t")
        if "," in call_id:  # several messages in one segment: which field is whose cannot be told
            continue
        key = (call_id, method or code, cseq, "%s:%s" % (src, sport), "%s:%s" % (dst, dport))
        seen.setdefault(key, logs.epoch_ns(epoch) - offset)
    return seen


def find_arrow(session, label, cseq, src=None, dst=None):
    """ts_ns of the first arrow with this label that leaves or reaches an address; None: not there."""
    for message in session["messages"]:
        ends = session["ends"]
        if message["label"].split()[0] != label or (src and ends[message["src"]]["addr"] != src):
            continue
        if dst and ends[message["dst"]]["addr"] != dst:
            continue
        if label[0].isdigit() and cseq != "INVITE" and message["ts_ns"] < session["instants"]["bye"]:
            continue
        return message["ts_ns"]
    return None


def judge_call(session, call_id, own, wire, caller, problems, gaps):
    name = call_id.split("@")[0]
    problems += sessions.defects(session)
    if session["kind"] != "call" or session["state"] != "ended":
        problems.append("%s is a %s in state %s" % (name, session["kind"], session["state"]))
    missing = [at for at in NEEDED if at not in session["instants"]]
    if missing:
        problems.append("%s without %s" % (name, " ".join(missing)))
        return
    flags = {flag for message in session["messages"] for flag in message["flags"]}
    if not {"offer", "answer"} <= flags:
        problems.append("%s: no arrow is flagged offer or answer" % name)
    asked = next(row[0] for row in own if row[1] and row[2] == "INVITE")
    for code in ("180", "200"):
        got = next((row[0] for row in own if not row[1] and row[2] == code and row[3] == "INVITE"), None)
        ours = find_arrow(session, code, "INVITE", dst=caller), find_arrow(session, "INVITE", "INVITE", src=caller)
        if got is None or None in ours:
            problems.append("%s: no arrow %s to the caller" % (name, code))
            continue
        gaps["sipp " + code].append(got - asked - (ours[0] - ours[1]))
        seen = [next((ns for key, ns in wire.items() if key[0] == call_id and key[1] == what and key[2] == "INVITE" and
                      caller == key[4 if what == code else 3]), None) for what in (code, "INVITE")]
        if None not in seen:
            gaps["wire " + code].append(seen[0] - seen[1] - (ours[0] - ours[1]))
    hung = next(row[0] for row in own if row[1] and row[2] == "BYE")
    gaps["sipp BYE"].append(hung - asked - (session["instants"]["bye"] - session["instants"]["start"]))


def main():
    parser = argparse.ArgumentParser()
    for name in ("name", "socket", "messages", "pcap", "snapshot", "caller", "transport"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--calls", type=int, required=True)
    args = parser.parse_args()

    own, wire = sipp_log(args.messages), wire_log(args.pcap, args.transport)
    problems, gaps, left_out = [], collections.defaultdict(list), 0
    listed = sessions.listed(args.socket, "kind=call")
    if not len(listed) == len(own) == args.calls:
        problems.append("%d sessions, %d calls in sipp's log, %d asked for" % (len(listed), len(own), args.calls))
    for call_id, rows in own.items():
        session = sessions.ask(args.socket, cmd="show", call_id=call_id)
        if session.get("type") != "session":
            problems.append("%s: %s" % (call_id, session.get("error")))
            continue
        left_out += session.get("left_out", 0)
        judge_call(session, call_id, rows, wire, args.caller, problems, gaps)
    words = []
    for what, values in sorted(gaps.items()):
        worst = max(values, key=abs)
        off = sum(abs(value) > MS for value in values)
        words.append("%s median %+.0f us worst %+.0f us" % (what, logs.quantile(values, 0.5) / 1000, worst / 1000))
        # sipp's time of a message it gets is when it came round to reading it: the capture has no such excuse
        if off > (len(values) // 20 if what.startswith("sipp") else 0):
            problems.append("%s: %d of %d off by more than 1 ms, worst %.2f ms" % (what, off, len(values), worst / MS))
    with open(args.snapshot, encoding="utf-8") as top:
        lost = {row["name"]: row["count"] for row in json.load(top)["ledger"] if row["kind"] == "loss" and row["count"]}
    if left_out:
        problems.append("%d messages left out" % left_out)
    print("# %s: %s%s" % (args.name, "; ".join(words), "; ledger %s" % lost if lost else ""), flush=True)
    logs.report(args.name, problems, "%d calls" % len(own))


if __name__ == "__main__":
    main()
