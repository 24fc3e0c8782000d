"""Transactions of `sigpath replay` against tshark's dissection of the same captures.

Two questions for each capture:
  pairs  tshark's messages, paired here by the RFCs' rules (branch and CSeq method; STUN transaction id): the same
         transactions, codes and times to the nanosecond?
  times  tshark's own times (sip.response-time in ms, stun.time): the same?
A difference must be a row of differences.tsv, which says why; a row that no difference needs is a failure, too.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from decimal import Decimal

# sip.pcap: SIP on these ports only, as tshark has it too; the rest is told by content.
TSHARK = ["tshark", "-n", "-o", "sdp.establish_conversation:FALSE", "-T", "pdml"]


class Message:
    def __init__(self, frame, ns, proto):
        self.frame, self.ns, self.proto = frame, ns, proto
        self.method = self.key = None
        self.code = 0
        self.own_ns = None  # tshark's time of this reply


def fields(element):
    """All fields below a protocol, in order: name -> values."""
    found = collections.defaultdict(list)
    for field in element.iter("field"):
        found[field.get("name")].append(field.get("show") or "")
    return found


def to_ns(text):
    return int(Decimal(text) * 1000000000)


def read_sip(proto, frame, ns):
    f = fields(proto)
    if not f["sip.Request-Line"] and not f["sip.Status-Line"]:
        return None
    m = Message(frame, ns, "sip")
    m.code = int(f["sip.Status-Code"][0]) if f["sip.Status-Code"] else 0
    m.method = f["sip.Method"][0] if f["sip.Method"] else (f["sip.CSeq.method"] or ["?"])[0]
    branch = (f["sip.Via.branch"] or [""])[0]
    if branch.startswith("z9hG4bK"):
        m.key = branch
    else:  # RFC 2543: the transaction is named by these
        m.key = "|".join((f[name] or [""])[0] for name in ("sip.Call-ID", "sip.CSeq.seq", "sip.from.tag"))
    m.is_old = not branch.startswith("z9hG4bK")
    if f["sip.response-time"]:
        m.own_ns = int(f["sip.response-time"][0]) * 1000000
    return m


STUN_METHODS = {1: "Binding", 2: "SharedSecret", 3: "Allocate", 4: "Refresh", 6: "Send", 7: "Data", 8: "CreatePermission", 9: "ChannelBind"}


def read_stun(proto, frame, ns):
    f = fields(proto)
    if not f["stun.type"] or not f["stun.cookie"] or f["stun.cookie"][0].lower() not in ("0x2112a442", "21:12:a4:42"):
        return None
    kind = int(f["stun.type"][0], 0)
    m = Message(frame, ns, "stun")
    method = (kind & 0xf) | (kind >> 1 & 0x70) | (kind >> 2 & 0xf80)
    m.method = STUN_METHODS.get(method, "?")
    m.kind = (kind >> 4 & 1) | (kind >> 7 & 2)  # 0 request, 1 indication, 2 success, 3 error
    m.key = f["stun.id"][0].replace(":", "").lower()
    if m.kind == 3:
        klass, number = f["stun.att.error.class"], f["stun.att.error"]
        m.code = int(klass[0]) * 100 + int(number[0]) if klass and number else 0
    if f["stun.time"]:
        m.own_ns = to_ns(f["stun.time"][0])
    return m


def dissect(path):
    out = subprocess.run(TSHARK + ["-r", path, "-Y", "sip or stun"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    messages = []
    if not out.strip():
        return messages
    for packet in xml.fromstring(re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"?", out)).iter("packet"):
        f = fields(packet)
        frame, ns = int(f["frame.number"][0] or f["num"][0]), to_ns(f["frame.time_epoch"][0])
        for proto in packet.iter("proto"):
            m = None
            if proto.get("name") == "sip":
                m = read_sip(proto, frame, ns)
            elif proto.get("name") in ("stun", "stun-tcp", "stun-udp"):
                m = read_stun(proto, frame, ns)
            if m:
                messages.append(m)
    return messages


def pair(messages):
    """By the RFCs: (proto, key, method) -> [(code, ns)], a request and its first final reply."""
    open_, done = {}, collections.defaultdict(list)
    for m in messages:
        name = (m.proto, m.key, m.method)
        if m.proto == "sip" and m.method == "ACK" or m.proto == "stun" and m.kind == 1:
            continue
        is_request = m.kind == 0 if m.proto == "stun" else not m.code
        if is_request:
            if name not in done:
                open_.setdefault(name, m)
        elif (m.proto == "stun" or m.code >= 200) and name in open_:
            done[name].append((m.code, m.ns - open_.pop(name).ns))
    return done


def own_times(messages):
    """What tshark says: (proto, key, method) -> [ns], of the first final reply."""
    times = {}
    for m in messages:
        if m.own_ns is None or (m.proto == "sip" and m.code < 200):
            continue
        times.setdefault((m.proto, m.key, m.method), m.own_ns)
    return times


def replay(binary, path):
    with tempfile.NamedTemporaryFile() as log:
        subprocess.run([binary, "replay", path, "--json", "--quiet", "--transactions", log.name], stdout=subprocess.DEVNULL, check=True)
        lines = [json.loads(line) for line in open(log.name, encoding="ascii")]
    found = collections.defaultdict(list)
    for line in lines:
        proto = line["service"].split()[0]
        key = line["key"]
        if proto == "sip" and not key.startswith("z9hG4bK"):
            key = None  # named by Call-ID, CSeq and From tag: see old_key
        found[(proto, key, line["method"])].append((line["code"], line["total_ns"], line))
    return found


def compare(binary, path, name):
    messages = dissect(path)
    ours, theirs, own = replay(binary, path), pair(messages), own_times(messages)
    differences, cnt = [], sum(len(v) for v in theirs.values())

    def differ(what, key, text):
        differences.append((name, what, f"{key[0]} {key[1]} {key[2]}", text))

    old = [line for key, values in ours.items() if key[1] is None for line in values]
    flat = {key: [(code, ns) for code, ns, _ in values] for key, values in ours.items() if key[1] is not None}
    for key, values in theirs.items():
        if key[0] == "sip" and "|" in (key[1] or "") and not key[1].startswith("z9hG4bK"):
            call_id, cseq, _ = key[1].split("|")
            flat[key] = [(c, ns) for c, ns, line in old if line["cseq"] == int(cseq or 0) and line["method"] == key[2] and line["call_id"][:60] == call_id[:60]]
    for key in sorted(set(flat) | set(theirs), key=str):
        mine, its = sorted(flat.get(key, [])), sorted(theirs.get(key, []))
        if mine != its:
            differ("pairs", key, f"sigpath {mine}, by tshark's messages {its}")
    for key, ns in sorted(own.items(), key=str):
        mine = flat.get(key, [])
        limit = 1000000 if key[0] == "sip" else 1000
        if not any(abs(m - ns) <= limit for _, m in mine):
            differ("times", key, f"sigpath {[m for _, m in mine]}, tshark {ns}")
    return cnt, len(own), differences


def read_reasons(path, questions):
    """The rows of these questions; the others are another check's."""
    reasons = {}
    for line in open(path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            capture, what, key, reason = line.rstrip("\n").split("\t")
            if what in questions:
                reasons[(capture, what, key)] = reason
    return reasons


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--sigpath", required=True)
    args.add_argument("--reasons", required=True)
    args.add_argument("--root", required=True)
    args = args.parse_args()
    reasons, used, failed, total, own_total = read_reasons(args.reasons, ("pairs", "times")), set(), False, 0, 0
    for folder in sorted(os.listdir(args.root)):
        for file in sorted(os.listdir(os.path.join(args.root, folder))):
            name = f"{folder}/{file}"
            cnt, own, differences = compare(args.sigpath, os.path.join(args.root, name), name)
            total, own_total = total + cnt, own_total + own
            left = []
            for difference in differences:
                row = next((r for r in reasons if r[0] == name and r[1] == difference[1] and re.fullmatch(r[2], difference[2])), None)
                if row:
                    used.add(row)
                else:
                    left.append(difference)
            label = f"tshark_{name.replace('/', '_')}"
            if left:
                print(f"not ok {label}: {len(left)} differences without a reason, the first: {left[0][1]} {left[0][2]}: {left[0][3]}")
                if os.environ.get("V"):
                    for d in left:
                        print("#  ", "\t".join(d))
            else:
                print(f"ok {label} ({cnt} transactions, {own} times of tshark's, {len(differences)} differences explained)")
            failed |= bool(left)
    for row in reasons:
        if row not in used:
            print(f"not ok tshark_reasons: nothing needs the reason for {row}")
            failed = True
    print(f"# {total} transactions by tshark's messages, {own_total} times of its own")
    return failed


if __name__ == "__main__":
    sys.exit(main())
