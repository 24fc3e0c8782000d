"""HTTP times and DTLS handshakes of `sigpath replay` against tshark's dissection of the same captures.

  http  each request's method and status, by connection and order, and its time (http.time): the same within 1 us? Both
        run from the segment that completed the request to the one that completed the response.
  dtls  of each direction, datagram by datagram: the instant and the clear handshake types in it (dtls.handshake.type)
        as the labels of the session's messages. A label names each type once, in the order of the numbers: fragments
        of one message in one datagram count once, and the order inside a datagram is not compared. Finished is
        encrypted: tshark gives it no type, it is left out of both. A capture glued from several years forgets sessions
        that are long over: of a direction that is missing, its flow is replayed alone.
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

import http_capture
from check_tshark import read_reasons, to_ns

NAMES = {1: "ClientHello", 2: "ServerHello", 3: "HelloVerifyRequest", 4: "NewSessionTicket", 8: "EncryptedExtensions", 11: "Certificate",
         12: "ServerKeyExchange", 13: "CertificateRequest", 14: "ServerHelloDone", 15: "CertificateVerify", 16: "ClientKeyExchange"}
LIMIT_NS = 1000


def tshark(path, show, names, decode=()):
    command = ["tshark", "-n", "-r", path, "-Y", show, "-T", "fields"]
    for rule in decode:
        command += ["-d", rule]
    for name in names:
        command += ["-e", name]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    return [line.split("\t") for line in out.decode("ascii", "replace").splitlines()]


def http_by_tshark(path, port):
    """client port -> [[method, code, ns]] in the order of the requests."""
    found, at = collections.defaultdict(list), {}
    names = ("frame.number", "tcp.srcport", "http.request.method", "http.response.code", "http.time", "http.request_in")
    for frame, client, method, code, time, request in tshark(path, "http", names, (f"tcp.port=={port},http",)):
        if method:
            at[frame] = [method, 0, None]
            found[client].append(at[frame])
        elif request in at and time:
            at[request][1:] = [int(code), to_ns(time)]
    return {client: [t for t in talks if t[1]] for client, talks in found.items()}


def http_by_sigpath(binary, path):
    found = collections.defaultdict(list)
    with tempfile.NamedTemporaryFile() as log:
        subprocess.run([binary, "replay", path, "--json", "--quiet", "--transactions", log.name], stdout=subprocess.DEVNULL, check=True)
        for line in sorted(map(json.loads, open(log.name, encoding="ascii")), key=lambda line: line["start_ns"]):
            if line["service"].startswith("http ") and line["code"]:
                found[line["local"].rsplit(":", 1)[1]].append([line["method"], line["code"], line["total_ns"]])
    return found


def compare_http(binary, path, port):
    theirs, ours = http_by_tshark(path, port), http_by_sigpath(binary, path)
    differences = []
    for client in sorted(set(theirs) | set(ours)):
        its, mine = theirs.get(client, []), ours.get(client, [])
        for n in range(max(len(its), len(mine))):
            a, b = (mine[n] if n < len(mine) else None), (its[n] if n < len(its) else None)
            if not a or not b or a[:2] != b[:2] or abs(a[2] - b[2]) > LIMIT_NS:
                differences.append((f"{client} {n + 1}", f"sigpath {a}, tshark {b}"))
    return sum(map(len, theirs.values())), differences


def dtls_by_tshark(path):
    """direction -> [(ns, types)]. Of a tunnel (GTP) the innermost addresses and ports."""
    found = collections.defaultdict(list)
    names = ("frame.time_epoch", "ip.src", "ipv6.src", "udp.srcport", "ip.dst", "ipv6.dst", "udp.dstport", "dtls.handshake.type")
    for row in tshark(path, "dtls.handshake.type && udp", names):
        time, src, src6, sport, dst, dst6, dport, types = (field.split(",") for field in row)
        a, b = (src6[-1] or src[-1], sport[-1]), (dst6[-1] or dst[-1], dport[-1])
        label = " ".join(NAMES[n] for n in sorted(set(map(int, types))) if n in NAMES)
        found[f"{':'.join(a)}>{':'.join(b)}"].append((to_ns(time[0]), label))
    return found


def dtls_by_sigpath(binary, path):
    def ask(*options):
        return json.loads(subprocess.run([binary, "replay", path, "--json", "--quiet", *options], stdout=subprocess.PIPE, check=True).stdout)

    found = collections.defaultdict(list)
    for session in ask("--sessions", "--limit", "5000")["sessions"]:
        shown = ask("--show", str(session["id"]))
        ends = [end["addr"].replace("[", "").replace("]", "") for end in shown["ends"]]
        for m in shown["messages"]:
            label = " ".join(word for word in m["label"].split() if word in NAMES.values())
            if m["proto"] == "dtls" and label:
                found[f"{ends[m['src']]}>{ends[m['dst']]}"].append((m["ts_ns"], label))
    return {direction: sorted(flights) for direction, flights in found.items()}


def dtls_of_flow(binary, path, direction):
    ports = [end.rsplit(":", 1)[1] for end in direction.split(">")]
    with tempfile.NamedTemporaryFile(suffix=".pcapng") as flow:
        show = f"udp.port=={ports[0]} && udp.port=={ports[1]}"
        subprocess.run(["tshark", "-n", "-r", path, "-Y", show, "-w", flow.name], stderr=subprocess.DEVNULL, check=True)
        return dtls_by_sigpath(binary, flow.name).get(direction, [])


def compare_dtls(binary, path):
    with open(path, "rb") as f:  # a handshake record begins so; most captures have none, and tshark is slow to start
        data = f.read()
    theirs = dtls_by_tshark(path) if b"\x16\xfe" in data or data[:2] == b"\x1f\x8b" else None
    if not theirs:
        return 0, []
    ours, differences = dtls_by_sigpath(binary, path), []
    for direction in sorted(set(theirs) | set(ours)):
        mine = ours.get(direction) or dtls_of_flow(binary, path, direction)
        its = sorted(theirs.get(direction, []))
        if mine != its:
            differences.append((direction, f"sigpath {mine}, tshark {its}"))
    return sum(map(len, theirs.values())), differences


class Judge:
    def __init__(self, reasons):
        self.reasons, self.used, self.failed = reasons, set(), False

    def say(self, name, what, cnt, differences):
        left, label = [], f"tshark_{what}_{name.replace('/', '_')}"
        for key, text in differences:
            row = next((r for r in self.reasons if r[:2] == (name, what) and re.fullmatch(r[2], key)), None)
            if row:
                self.used.add(row)
            else:
                left.append(f"{key}: {text}")
        if left:
            print(f"not ok {label}: {len(left)} differences without a reason, the first: {left[0]}")
            for text in left if os.environ.get("V") else ():
                print("#  ", text)
        else:
            print(f"ok {label} ({cnt} of tshark's, {len(differences)} differences explained)")
        self.failed |= bool(left)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--sigpath", required=True)
    args.add_argument("--reasons", required=True)
    args.add_argument("--root")
    args = args.parse_args()
    judge = Judge(read_reasons(args.reasons, ("http", "dtls")))
    with tempfile.NamedTemporaryFile(suffix=".pcap") as capture:
        expected = http_capture.write(capture.name)
        cnt, differences = compare_http(args.sigpath, capture.name, http_capture.PORT)
        if cnt != expected:  # or the comparison could be one of nothing with nothing
            differences.append(("all", f"tshark has {cnt} answered requests, {expected} were written"))
        judge.say("written", "http", cnt, differences)
    if not args.root:
        print("skip tshark_dtls: no captures")
        return judge.failed
    name = "ndpi/http_on_sip_port.pcap"  # one request, its response is cut: no time, for both
    judge.say(name, "http", *compare_http(args.sigpath, os.path.join(args.root, name), 8888))
    all_cnt = 0
    for folder in sorted(os.listdir(args.root)):
        for file in sorted(os.listdir(os.path.join(args.root, folder))):
            cnt, differences = compare_dtls(args.sigpath, os.path.join(args.root, folder, file))
            all_cnt += cnt
            if cnt:
                judge.say(f"{folder}/{file}", "dtls", cnt, differences)
    if not all_cnt:
        print("not ok tshark_dtls: no handshake in any capture")
        judge.failed = True
    for row in judge.reasons:
        if row not in judge.used:
            print(f"not ok tshark_web_reasons: nothing needs the reason for {row}")
            judge.failed = True
    return judge.failed


if __name__ == "__main__":
    sys.exit(main())
