# SPDX-License-Identifier: BSD-2-Clause
"""What a guest brought back: the traffic of a phase with its witnesses, and the cases that watched it."""
import functools
import json
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
# pylint: disable=wrong-import-position
import check_oracle  # noqa: E402
import logs  # noqa: E402

SERVER = "10.77.0.2"
DELAYS_US = (5000, 20000)
INSTANTS = ("t_nic", "t_stack", "t_sock", "t_wake", "t_run", "t_read", "t_send", "t_queue", "t_xmit")
# Stage i lies between the instants i and i + 1.
STAGES = ("driver", "stack", "wakeup", "runq", "backlog", "app", "tx", "qdisc")
SOCKQ = ("wakeup", "runq", "backlog")


def expand(name):
    """A printed stage as the set of its base stages."""
    parts = set(name.split("+"))
    if "sockq" in parts:
        parts = parts - {"sockq"} | set(SOCKQ)
    return frozenset(parts)


class Plan:
    """Which instants there are, and what that makes of the stages."""

    def __init__(self, choices):
        self.choices = {c["instant"]: c for c in choices}

    def candidate(self, instant):
        return self.choices.get(instant, {}).get("candidate") or None

    def mechanism(self, instant):
        """As the matrix writes it: - where nothing holds."""
        return self.choices[instant]["mechanism"] if self.candidate(instant) else "-"

    def programs(self):
        return {c["candidate"] for c in self.choices.values() if c["candidate"]}

    def has_stages(self):
        return bool(self.candidate("t_sock") and self.candidate("t_queue"))

    def required(self):
        """Names that a joined transaction must have. A thread that need not be woken has no wakeup, so the time on the
        socket queue has a certain name only where it cannot be divided."""
        divided = [self.candidate("t_wake"), self.candidate("t_run")] != [None, None]
        have = [i for i, name in enumerate(INSTANTS) if self.candidate(name) and name not in ("t_wake", "t_run")]
        names = set()
        for parts in (STAGES[start:end] for start, end in zip(have, have[1:])):
            if parts != SOCKQ or not divided:
                names.add("+".join(parts).replace("+".join(SOCKQ), "sockq"))
        return names

    def allows(self, name):
        """Both ends of the stage are instants of this plan."""
        parts = expand(name)
        if parts == {"unattributed"}:
            return True
        if not parts <= set(STAGES):
            return False
        indices = sorted(STAGES.index(p) for p in parts)
        if indices != list(range(indices[0], indices[-1] + 1)):
            return False
        start, end = INSTANTS[indices[0]], INSTANTS[indices[-1] + 1]
        if parts == {"backlog"}:  # of a busy thread it begins at t_sock; that it was busy, t_run says
            start = "t_run"
        return bool(self.candidate(start) and self.candidate(end))


class Traffic:
    """One phase: what the tools logged and what was captured."""

    def __init__(self, path):
        self.path = path
        load = {d: self._log(f"load.{d}") for d in DELAYS_US}
        respond = {d: self._log(f"respond.{d}") for d in DELAYS_US}
        # keys of the requests that the load tool got an answer to
        self.answered = {d: [k for k, row in load[d].items() if row[4]] for d in DELAYS_US}
        self.keys = [k for d in DELAYS_US for k in self.answered[d]]
        # key -> ns from send call to read, ns from read to reply, as load and responder saw them
        self.witness = {d: {k: (respond[d][k][1] - load[d][k][2], respond[d][k][2] - respond[d][k][1])
                            for k in load[d] if k in respond[d]} for d in DELAYS_US}

        self.outer = {k: row[4] - row[2] for d in DELAYS_US for k, row in load[d].items() if row[4]}

    def undisturbed(self):
        """Requests that took no longer from veth to veth and back than half as long again as most, as the two captures
        tell: where the host took a processor away from the guest, every stamp is late. And how long most take, in ns.
        None without two captures."""
        ours, theirs = self.capture("b"), self.capture("a")
        gaps = {k: theirs[k] - ours[k] for k in self.keys if k in ours and k in theirs}
        usual = statistics.median(gaps.values()) if gaps else 0
        return [k for k, gap in gaps.items() if gap <= 1.5 * usual], usual

    def _log(self, name):
        """Of a tool: key -> its other columns, a text among numbers stays one."""
        path = os.path.join(self.path, name)
        if not os.path.exists(path):
            return {}
        with open(path, encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
        return {row[0]: [int(c) if c.isdigit() else c for c in row[1:]] for row in rows}

    @functools.lru_cache(maxsize=None)
    def capture(self, side):
        """key -> ns between request and reply, as tshark dissects them; empty where nothing was captured."""
        path = os.path.join(self.path, f"capture.{side}.pcap")
        found = check_oracle.answered(path, SERVER) if os.path.exists(path) else {}
        return {key: ns for (key, _), (ns, _) in found.items()}


class Case:
    """One daemon: its plan, its transactions, and the traffic it watched."""

    def __init__(self, root, name, traffic, side="b", force=""):
        path = os.path.join(root, name)
        self.name, self.traffic, self.side, self.force = name, traffic, side, force
        with open(os.path.join(path, "snapshot.json"), encoding="utf-8") as f:
            snapshot = json.load(f)
        self.plan = Plan(snapshot["plan"])
        self.release = snapshot["kernel"]
        # what the daemon says it cannot know: hits of programs that the kernel skipped because another was interrupted on
        # that processor, or that another one came into; captured packets around a step of the clock
        self.misses = sum(row["count"] for row in snapshot["ledger"]
                          if row["name"] in ("probe_misses", "scratch_lost", "clock_step"))
        # a line that is no JSON (cut off by a crash) fails loudly
        self.all = list(logs.transactions(os.path.join(path, "transactions")))
        want = "server" if side == "b" else "client"
        keys = set(traffic.keys)
        self.mine = [t for t in self.all if t["side"] == want and t["key"] in keys]
        self.by_key = {t["key"]: t for t in self.mine}

    def stages(self, key):
        return self.by_key.get(key, {}).get("stages", {})

    def is_joined(self, key):
        """It was seen at the socket, not only by taps: the application's time is in the stage that this plan gives it."""
        return any("app" in expand(name) for name in self.plan.required() & self.stages(key).keys())

    def values(self, delay, stage):
        return [s[stage] for s in map(self.stages, self.traffic.answered[delay]) if stage in s]

    def median(self, delay, stage):
        values = self.values(delay, stage)
        return statistics.median(values) if values else None

    def common(self, delay):
        """Stages that nearly every transaction has: a rare one has no stable median."""
        seen = {}
        for key in self.traffic.answered[delay]:
            for stage in self.stages(key):
                seen[stage] = seen.get(stage, 0) + 1
        return sorted(s for s, n in seen.items() if n >= 0.9 * len(self.traffic.answered[delay]))

    def errors(self, keys=None):
        """ns by which each total differs from the capture on its side."""
        capture = self.traffic.capture(self.side)
        return [self.by_key[k]["total_ns"] - capture[k] for k in keys or self.traffic.keys
                if k in self.by_key and k in capture]

    def outside(self):
        """Totals that no delay between two stamps can explain. The request passes the client's veth, then XDP, then the
        capture at the server's veth; the reply passes that capture, then the driver, then the client's veth. What is seen
        by taps alone lies within what load and responder saw themselves, at least."""
        inner = {k: own for d in DELAYS_US for k, (_, own) in self.traffic.witness[d].items()}
        outer = self.traffic.outer
        if self.plan.candidate("t_nic") and self.plan.candidate("t_xmit"):
            inner, outer = self.traffic.capture("b"), self.traffic.capture("a")
        elif self.plan.candidate("tap_in") == "tap_tc_in" and self.side == "b":
            outer = self.traffic.capture("b")
        return [(k, t["total_ns"]) for k, t in self.by_key.items()
                if k in inner and k in outer and not inner[k] <= t["total_ns"] <= outer[k]]

    def differences(self, other):
        """stage -> ns by which this case's transactions differ from the other's, where both tell it: a merged stage is
        compared with the sum of what the other divides it into, the time on the socket queue also as a whole."""
        found = {}
        for key in self.traffic.keys:
            for parts, name, ns in self._units(key):
                theirs = other.cover(key, parts)
                if theirs is not None:
                    found.setdefault(name, []).append(ns - theirs)
        return found

    def _units(self, key):
        """What can be compared: stages, and the time on the socket queue as a whole. A queue of which a part is undivided
        is only compared as a whole."""
        stages = self.stages(key)
        is_partly = "sockq" in stages and any(expand(name) < frozenset(SOCKQ) for name in stages)
        units = [(expand(name), name, ns) for name, ns in stages.items()
                 if name != "sockq" and not (is_partly and expand(name) <= frozenset(SOCKQ))]
        queue = self.cover(key, frozenset(SOCKQ))
        if queue is not None:
            units.append((frozenset(SOCKQ), "sockq", queue))
        return units

    def instants(self, key):
        """Instant -> ns, of one transaction, from its first instant and its stages."""
        stages, found = self.stages(key), {}
        if not stages:
            return found
        at = self.by_key[key]["start_ns"]
        is_whole = "sockq" in stages
        order = sorted(stages, key=lambda name: min(STAGES.index(p) for p in expand(name)))
        found[INSTANTS[STAGES.index(min(expand(order[0]), key=STAGES.index))]] = at
        for position, name in enumerate(order):
            at += stages[name]
            rest = set().union(*(expand(n) for n in order[position + 1:]))
            if not (is_whole and expand(name) <= set(SOCKQ) and rest & set(SOCKQ)):
                found[INSTANTS[max(STAGES.index(p) for p in expand(name)) + 1]] = at
        return found

    def shifts(self, other):
        """Instant -> ns by which this case's stamps are later than the other's."""
        found = {}
        for key in self.traffic.keys:
            theirs = other.instants(key)
            for instant, at in self.instants(key).items():
                if instant in theirs:
                    found.setdefault(instant, []).append(at - theirs[instant])
        return found

    def cover(self, key, parts):
        """ns of exactly these base stages, None when a stage here crosses their border or they are not there."""
        total, seen = 0, False
        for name, ns in self.stages(key).items():
            own = expand(name)
            if own <= parts:
                total, seen = total + ns, True
            elif own & parts:
                return None
        if not seen or (parts & {"driver"} and not self.plan.candidate("t_nic")) or (
                parts & {"qdisc"} and not self.plan.candidate("t_xmit")):
            return None
        return total
