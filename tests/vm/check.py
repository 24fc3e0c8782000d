#!/usr/bin/env python3
"""Judges what guest.sh brought back from one kernel: check.py KERNEL DIR PLAN [NAME=FORCE...]

PLAN is the last column of kernel-compat/matrix, NAME=FORCE each forced run. One line a check; the exit status only says
that it got to the end."""

import json
import os
import statistics
import sys

DELAYS_US = (5000, 20000)
JOIN_RATE = 0.999
# Emulated processors, often busy with something else: a thread may be woken late, in one run more than in the next.
TOLERANCE = 0.05
TOLERANCE_NS = 2_000_000
SAME_NS = 1_000_000
AFTER_READ = {"app", "tx", "qdisc", "unattributed"}


class Judge:
    """Prints the lines."""

    def __init__(self, kernel):
        self.kernel = kernel

    def say(self, case, name, problem, note=""):
        text = f"vm/{self.kernel} {case}: {name}" + (f" ({note})" if note else "")
        print(f"not ok {text}: {problem}" if problem else f"ok {text}")


def read_lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return f.read().splitlines()


def read_transactions(path):
    """A line that is no JSON (cut off by a crash) fails loudly."""
    return [json.loads(line) for line in read_lines(path)]


def read_log(path):
    """Of a tool: key -> its other columns, a text among numbers stays one."""
    rows = [line.split("\t") for line in read_lines(path) if not line.startswith("#")]
    return {row[0]: [int(c) if c.isdigit() else c for c in row[1:]] for row in rows}


def read_answered(load):
    """Keys of the requests that the load tool sent and got an answer to."""
    return [key for key, (_, _, _, _, received, _) in load.items() if received]


def read_witness(load, respond):
    """Key -> ns from send call to read, ns from read to reply, as load and responder saw them themselves."""
    return {key: (respond[key][1] - load[key][2], respond[key][2] - respond[key][1])
            for key in load if key in respond}


def is_close(measured, wanted, least_ns=TOLERANCE_NS):
    return abs(measured - wanted) <= max(TOLERANCE * wanted, least_ns)


class Case:
    """One run of the daemon: its plan, its transactions, and what the tools know about them."""

    def __init__(self, root, name):
        path = os.path.join(root, name)
        self.name = name
        self.doctor = os.path.join(path, "doctor.json")
        self.all = read_transactions(os.path.join(path, "transactions"))
        self.served = [t for t in self.all if t["side"] == "server"]
        self.by_key = {t["key"]: t for t in self.served}
        load = {d: read_log(os.path.join(path, f"load.{d}")) for d in DELAYS_US}
        respond = {d: read_log(os.path.join(path, f"respond.{d}")) for d in DELAYS_US}
        self.answered = {d: read_answered(load[d]) for d in DELAYS_US}
        self.witness = {d: read_witness(load[d], respond[d]) for d in DELAYS_US}

    def plan(self):
        with open(self.doctor, encoding="utf-8") as f:
            return {choice["instant"]: choice for choice in json.load(f)["plan"]}

    def values(self, delay, stage):
        return [self.by_key[k]["stages"][stage] for k in self.answered[delay]
                if k in self.by_key and stage in self.by_key[k]["stages"]]

    def median(self, delay, stage):
        values = self.values(delay, stage)
        return statistics.median(values) if values else None

    def spread(self, delay, stage):
        """Between the quartiles."""
        low, _, high = statistics.quantiles(self.values(delay, stage), n=4)
        return high - low

    def stages(self, delay):
        """Stages that nearly every transaction has: a rare one has no stable median."""
        seen = {}
        for key in self.answered[delay]:
            for stage in self.by_key.get(key, {}).get("stages", {}):
                seen[stage] = seen.get(stage, 0) + 1
        return {s for s, n in seen.items() if n >= 0.9 * len(self.answered[delay])}


def find_plan_problem(case, expected):
    try:
        plan = case.plan()
    except (OSError, ValueError, KeyError) as e:
        return f"no plan in doctor.json: {e!r}"
    bad = []
    for item in expected.split(","):
        instant, mechanisms = item.split("=")
        choice = plan.get(instant, {})
        found = choice.get("mechanism") if choice.get("candidate") else "-"
        if found not in mechanisms.split("|"):
            bad.append(f"{instant} is {found}, expected {mechanisms}")
    return "; ".join(bad)


def find_force_problem(case, force):
    try:
        plan = case.plan()
    except (OSError, ValueError, KeyError) as e:
        return f"no plan in doctor.json: {e!r}"
    bad = []
    for item in force.split(","):
        instant, candidate = item.split("=")
        found = plan.get(instant, {}).get("candidate")
        if found != candidate:
            bad.append(f"{instant} is {found}, forced {candidate}")
    return "; ".join(bad)


def find_sum_problem(case):
    bad = [t for t in case.all if sum(t["stages"].values()) != t["total_ns"]]
    if not case.all:
        return "no transactions"
    if bad:
        return f"{len(bad)} of {len(case.all)}, first: {json.dumps(bad[0])}"
    return ""


def find_join_problem(case):
    keys = [k for d in DELAYS_US for k in case.answered[d]]
    joined = sum("app" in case.by_key.get(k, {}).get("stages", {}) for k in keys)
    if not keys:
        return "no request was answered"
    if joined < JOIN_RATE * len(keys):
        missing = sum(k not in case.by_key for k in keys)
        return f"{joined} of {len(keys)} joined, {missing} not seen at all"
    if len(case.served) != len(case.by_key):
        return f"{len(case.served) - len(case.by_key)} logged twice"
    return ""


def find_delay_problem(case, delay):
    """A sleep is never too short but may be too long; how long it was, the responder's clock knows."""
    app = case.median(delay, "app")
    slept = [own for _, own in case.witness[delay].values()]
    if app is None or not slept:
        return "no transaction has the stage app"
    wanted = max(delay * 1000, statistics.median(slept))
    if app < delay * 1000 or not is_close(app, wanted):
        return f"median app is {app / 1e6:.3f} ms, the responder took {wanted / 1e6:.3f} ms"
    return ""


def find_witness_problem(case, delay):
    """Each transaction against the clock readings of load and responder: the time until the read, and the answer."""
    off = ([], [])
    for key in case.answered[delay]:
        stages = case.by_key.get(key, {}).get("stages", {})
        if key in case.witness[delay] and "app" in stages:
            before, own = case.witness[delay][key]
            off[0].append(sum(ns for s, ns in stages.items() if s not in AFTER_READ) - before)
            off[1].append(stages["app"] - own)
    if not off[0]:
        return "no transaction is in the logs of load and responder"
    medians = [statistics.median(values) for values in off]
    if max(map(abs, medians)) > SAME_NS:
        return "median difference %.3f ms before the read, %.3f ms in app" % tuple(m / 1e6 for m in medians)
    return ""


def find_difference(case, auto):
    bad = []
    for delay in DELAYS_US:
        common = case.stages(delay) & auto.stages(delay)
        if "app" not in common:
            return f"{delay} us: not both have the stage app"
        for stage in sorted(common):
            a, b = auto.median(delay, stage), case.median(delay, stage)
            if not is_close(b, a, max(SAME_NS, case.spread(delay, stage), auto.spread(delay, stage))):
                bad.append(f"{delay} us: {stage} {b / 1e6:.3f} ms, auto {a / 1e6:.3f} ms")
    return "; ".join(bad)


def describe(case, delay):
    return ", ".join(f"{s} {case.median(delay, s) / 1e6:.2f}" for s in sorted(case.stages(delay)))


def check_case(judge, case):
    judge.say(case.name, "stages sum to the total", find_sum_problem(case), f"{len(case.all)} transactions")
    judge.say(case.name, "requests join their reads", find_join_problem(case))
    for delay in DELAYS_US:
        judge.say(case.name, f"{delay} us of delay are in app", find_delay_problem(case, delay),
                  f"medians in ms: {describe(case, delay)}")
        judge.say(case.name, f"load and responder agree at {delay} us", find_witness_problem(case, delay))


def main():
    kernel, root, expected, *forced = sys.argv[1:]
    judge = Judge(kernel)
    auto = Case(root, "auto")
    judge.say("auto", "the plan is the one expected", find_plan_problem(auto, expected))
    check_case(judge, auto)
    for item in forced:
        name, force = item.split("=", 1)
        case = Case(root, name)
        judge.say(name, "the forced probes are used", find_force_problem(case, force))
        check_case(judge, case)
        judge.say(name, "same stage medians as auto", find_difference(case, auto))


if __name__ == "__main__":
    main()
