# SPDX-License-Identifier: BSD-2-Clause
"""Sessions as the daemon's socket tells them (userspace/serve/PROTOCOL.md), and what must hold for each of them."""
import json
import socket


def ask(path, **request):
    """One request, one reply."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect(path)
        sock.sendall(json.dumps(request).encode() + b"\n")
        data = bytearray()
        while not data.endswith(b"\n"):
            part = sock.recv(1 << 20)
            if not part:
                break
            data += part
    return json.loads(data) if data else {}


def listed(path, text=""):
    """All sessions that match a filter, oldest first."""
    rows, before = [], None
    while True:
        request = {"cmd": "sessions", "filter": text, "limit": 200}
        if before:
            request["before"] = before
        reply = ask(path, **request)
        if reply.get("type") != "sessions":
            raise RuntimeError("the daemon says %s" % reply)
        rows += reply["sessions"]
        if not reply.get("more") or not reply["sessions"]:
            return rows[::-1]
        before = reply["sessions"][-1]["id"]


def shown(path, number):
    return ask(path, cmd="show", id=number)


def defects(session):
    """Sentences about what contradicts itself in a shown session; none when everything adds up."""
    problems = []
    number = session.get("id")
    for message in session["messages"]:
        if message.get("host_ns") is not None and message.get("stages") is not None:
            total = sum(stage["ns"] for stage in message["stages"])
            if message["stages"] and total != message["host_ns"]:
                problems.append("session %s message %s: stages %d of %d ns" % (number, message["n"], total, message["host_ns"]))
    times = [message["ts_ns"] for message in session["messages"]]
    if times != sorted(times):
        problems.append("session %s: messages out of order" % number)
    fall = session.get("waterfall")
    if fall:
        length = fall["end_ns"] - fall["start_ns"]
        if fall.get("invalid"):
            problems.append("session %s: invalid" % number)
        if sum(fall["owners"].values()) != length:
            problems.append("session %s: owners sum to %d of %d ns" % (number, sum(fall["owners"].values()), length))
        if sum(stage["ns"] for stage in fall["stages"]) != fall["owners"]["host"]:
            problems.append("session %s: host stages do not sum to %d ns" % (number, fall["owners"]["host"]))
        if sum(part["to_ns"] - part["from_ns"] for part in fall["parts"]) != length:
            problems.append("session %s: parts do not cover %d ns" % (number, length))
        for row in fall["phases"]:
            # A phase has the wait before it, too. Trying and ringing lie within signaling and have no parts of their own.
            parts = sum(part["to_ns"] - part["from_ns"] for part in fall["parts"] if part["phase"] == row["name"])
            if sum(row["owners"].values()) != row["critical_ns"] or parts not in (0, row["critical_ns"]):
                problems.append("session %s: %s has %d ns of the path, its parts %d, its owners %d" % (
                    number, row["name"], row["critical_ns"], parts, sum(row["owners"].values())))
    return problems


def labels(session):
    return [message["label"] for message in session["messages"]]


def phase(session, name):
    """(from, to) of a phase, None when it is not known."""
    for row in (session.get("waterfall") or {}).get("phases", ()):
        if row["name"] == name:
            return row["from_ns"], row["to_ns"]
    return None
