#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""One session with signaling, ICE, DTLS and media against what the peers logged and a capture of the same.

Witnesses: the capture for every instant that is a packet; the peers' own datagram hooks (aiortc); the page's marks (a
browser). A mark of a peer's event loop comes later than its packet by what the loop was busy with: printed, and held against
the capture, not against us."""
import argparse
import collections
import subprocess

import logs
import sessions

MS = 1000000
PHASES = ("signaling", "ice", "dtls", "media")

Packet = collections.namedtuple("Packet", "ns src dst stun_type use hello encrypted rtp text")


def times(path):
    with open(path, encoding="ascii") as log:
        return {name: int(ns) for name, ns in (line.split() for line in log)}


def capture(path):
    fields = ["frame.time_epoch", "ip.src", "ip.dst", "udp.srcport", "udp.dstport", "stun.type", "stun.att.type",
              "dtls.handshake.type", "udp.payload", "http.request.method", "http.response.code", "websocket.payload.text"]
    command = ["tshark", "-n", "-r", path, "-o", "udp.try_heuristic_first:TRUE", "-d", "tcp.port==8080,http", "-T", "fields",
               "-E", "separator=/t", "-E", "occurrence=a"]
    for field in fields:
        command += ["-e", field]
    offset, seen = logs.clock_offset_ns(), []
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    for line in lines.splitlines():
        row = dict(zip(fields, line.split("\t")))
        payload = bytes.fromhex(row.get("udp.payload", "").replace(":", "")[:64])
        text = row["http.request.method"] + row["http.response.code"] + row["websocket.payload.text"]
        seen.append(Packet(
            logs.epoch_ns(row["frame.time_epoch"]) - offset, (row["ip.src"], row["udp.srcport"]),
            (row["ip.dst"], row["udp.dstport"]), int(row["stun.type"].split(",")[0], 16) if row["stun.type"] else None,
            "0x0025" in row["stun.att.type"], row["dtls.handshake.type"].split(",")[0] == "1" or
            (len(payload) > 13 and payload[0] == 22 and payload[3:5] == b"\0\0" and payload[13] == 1),
            len(payload) > 0 and (32 <= payload[0] < 64 or (payload[0] >= 20 and payload[0] < 64 and payload[3:5] == b"\0\1")),
            len(payload) > 0 and 128 <= payload[0] < 192, text))
    return seen


def packet_times(seen):
    """The instants as the packets tell them; those that no packet tells are absent."""
    ret = {}
    for packet in seen:
        if packet.stun_type == 0x001:
            ret.setdefault("check", packet.ns)
        if packet.stun_type == 0x101 and "check" in ret:
            ret.setdefault("connected", packet.ns)
        if packet.hello:
            ret.setdefault("hello", packet.ns)
        if packet.encrypted:
            ret["last_encrypted"] = packet.ns
            ret.setdefault("first_encrypted", packet.ns)
        if packet.rtp:
            ret.setdefault("media", packet.ns)
    asked = {(packet.src, packet.dst) for packet in seen if packet.stun_type == 0x001 and packet.use}
    begun = {(packet.src, packet.dst): packet.ns for packet in reversed(seen) if packet.stun_type == 0x001 and packet.use}
    for packet in seen:
        way = (packet.dst, packet.src)
        if packet.stun_type == 0x101 and way in asked and packet.ns > begun[way]:
            ret.setdefault("nominated", packet.ns)
    return ret


def own_times(args):
    """What the peers say, by our names: (name, ns, is it a packet's own time)."""
    if args.page:
        page = times(args.page)
        rows = [("offer", page.get("offer"), True), ("answer", page.get("answer"), True),
                ("check", min((ns for name, ns in page.items() if name.endswith("ice_checking")), default=None), False),
                ("nominated", page.get("a_ice_connected"), False), ("handshake", page.get("a_pc_connected"), False)]
        return [row for row in rows if row[1]]
    offer, answer = times(args.offer), times(args.answer)
    first = {}
    for log in (offer, answer):
        for name, ns in log.items():
            first[name] = min(ns, first.get(name, ns))
    rows = [("offer", offer.get("offer"), True), ("answer", answer.get("answer"), True),
            ("check", min(ns for name, ns in first.items() if name.startswith("out_check")), True),
            ("hello", first.get("out_hello"), True), ("media", first.get("out_media"), True),
            ("nominated", first.get("ice_completed"), False), ("handshake", first.get("pc_connected"), False)]
    return [row for row in rows if row[1]]


def main():
    parser = argparse.ArgumentParser()
    for name in ("name", "socket", "pcap", "kind"):
        parser.add_argument("--" + name, required=True)
    for name in ("offer", "answer", "page"):
        parser.add_argument("--" + name)
    args = parser.parse_args()

    problems, words = [], []
    listed = sessions.listed(args.socket, "kind=" + args.kind)
    others = sorted({row["kind"] for row in sessions.listed(args.socket)} & {"ice", "dtls", "tls"})
    if len(listed) != 1 or others:
        problems.append("%d sessions of kind %s%s" % (len(listed), args.kind, ", and pieces: %s" % others if others else ""))
    if not listed:
        logs.report(args.name, problems)
        return
    session = sessions.shown(args.socket, listed[-1]["id"])
    at = session["instants"]
    problems += sessions.defects(session)
    missing = [name for name in PHASES if name not in session["phases"]]
    if missing:
        problems.append("no phase %s (instants: %s)" % (" ".join(missing), " ".join(at)))
    wire = packet_times(capture(args.pcap))
    for name in ("check", "connected", "nominated", "hello", "media"):
        if name in wire and name in at:
            gap = at[name] - wire[name]
            words.append("%s %+.0f us of the capture" % (name, gap / 1000))
            if abs(gap) > MS:
                problems.append("%s is %.2f ms off the capture" % (name, gap / MS))
    if "handshake" in at and "hello" in wire and not wire["hello"] < at["handshake"] <= wire.get("media", at["handshake"]) + MS:
        problems.append("handshake complete at %.2f ms after the ClientHello, outside what the capture allows" % (
            (at["handshake"] - wire["hello"]) / MS))
    for name, ns, is_packet in own_times(args):
        if name not in at:
            continue
        gap = ns - at[name]
        words.append("%s: peer %+.0f us%s" % (name, gap / 1000, "" if is_packet else " (its event loop)"))
        if is_packet and abs(gap) > MS:
            problems.append("%s: the peer's own time is %+.2f ms from ours" % (name, gap / MS))
        if not is_packet and gap < -MS:
            problems.append("%s: the peer knew %.2f ms before we did" % (name, -gap / MS))
    phases = " ".join("%s=%.2fms" % (name, ns / MS) for name, ns in session["phases"].items())
    print("# %s: %s; %s" % (args.name, phases, "; ".join(words)), flush=True)
    logs.report(args.name, problems, phases)


if __name__ == "__main__":
    main()
