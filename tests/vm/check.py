#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Judges what guest.sh brought back from one kernel: check.py KERNEL DIR PLAN BUDGET [NAME=PHASE:SIDE:FORCE...]

PLAN is the last column of kernel-compat/matrix, BUDGET is tests/bpf/budget, the rest what guest.sh was given. One line a check;
DIR/result.json is what results.py and table.py read. The exit status only says that it got to the end."""

import json
import os
import statistics
import sys

from case import DELAYS_US, Case, Plan, Traffic, expand
import logs

JOIN_RATE = 0.999
JOIN_RATE_SHORT = 0.99  # of 300 requests
JOIN_RATE_LEAST = 0.97  # with all that is excused
# Totals against the capture, of the requests that the host did not disturb, at least so many: 100 us, or what a packet
# needs from one end of the veth pair to the other and back, which says how slow the emulator is today.
TOTAL_NS = 100_000
CALM_RATE = 0.6
# tc hooks are beyond the packet sockets: delivering to tcpdump counts.
TC_TIMES = 3
# Emulated processors, often busy with something else: a thread may be woken late, in one run more than in the next.
TOLERANCE = 0.05
TOLERANCE_NS = 2_000_000
WITNESS_NS = 1_000_000
# Cases on the same traffic: each probe of every other case that runs between two stamps counts, some 20 us emulated.
SAME_NS = 250_000
BEFORE_READ = {"driver", "stack", "wakeup", "runq", "backlog"}


class Judge:
    """Prints the lines and counts them."""

    def __init__(self, kernel):
        self.kernel, self.passed, self.failures = kernel, 0, []

    def say(self, case, name, problem, note=""):
        text = f"vm/{self.kernel} {case}: {name}" + (f" ({note})" if note else "")
        if problem:
            self.failures.append(f"{case}: {name}: {problem}")
        else:
            self.passed += 1
        print(f"not ok {text}: {problem}" if problem else f"ok {text}", flush=True)


def us(ns):
    return f"{ns / 1e3:.0f} us"


def find_plan_problem(plan, expected):
    bad = []
    for item in expected.split(","):
        instant, mechanisms = item.split("=")
        found = plan.mechanism(instant) if instant in plan.choices else "-"
        if found not in mechanisms.split("|"):
            bad.append(f"{instant} is {found}, expected {mechanisms}")
    return "; ".join(bad)


def find_force_problem(case, force):
    bad = []
    for item in force.split(",") if force != "-" else []:
        instant, candidate = item.split("=")
        found = case.plan.candidate(instant) or "none"
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


def find_join_problem(case, rate):
    """Without stages: it has a transaction. What the daemon counted as lost is excused."""
    keys = case.traffic.keys
    is_known = case.is_joined if case.plan.has_stages() else case.by_key.__contains__
    lacking = sum(not is_known(k) for k in keys)
    if not keys:
        return "no request was answered"
    if lacking > (1 - rate) * len(keys) + case.misses or lacking > (1 - JOIN_RATE_LEAST) * len(keys):
        missing = sum(k not in case.by_key for k in keys)
        return f"{lacking} of {len(keys)} not joined, {missing} not seen at all, {case.misses} counted as lost"
    if len(case.mine) != len(case.by_key):
        return f"{len(case.mine) - len(case.by_key)} logged twice"
    return ""


def find_merge_problem(case):
    """A missing instant merges its stages: under the right name, and never as a stage of nothing."""
    required, joined = case.plan.required(), [k for k in case.traffic.keys if case.is_joined(k)]
    values, bad = {}, []
    for key in joined:
        for name, ns in case.stages(key).items():
            values.setdefault(name, []).append(ns)
    for name, all_ns in sorted(values.items()):
        if not case.plan.allows(name):
            bad.append(f"{len(all_ns)} transactions have the stage {name}, of which an end is missing")
        elif not any(all_ns):
            bad.append(f"the stage {name} is 0 in all of {len(all_ns)}")
    for name in sorted(required):
        if len(values.get(name, [])) < JOIN_RATE_SHORT * len(joined):
            bad.append(f"only {len(values.get(name, []))} of {len(joined)} have the stage {name}")
    return "; ".join(bad)


def is_close(measured, wanted):
    return abs(measured - wanted) <= max(TOLERANCE * wanted, TOLERANCE_NS)


def find_delay_problem(case, delay):
    """A sleep is never too short but may be too long; how long it was, the responder's clock knows."""
    app = case.median(delay, "app")
    slept = [own for _, own in case.traffic.witness[delay].values()]
    if app is None or not slept:
        return "no transaction has the stage app"
    wanted = max(delay * 1000, statistics.median(slept))
    if app < delay * 1000 or not is_close(app, wanted):
        return f"median app is {app / 1e6:.3f} ms, the responder took {wanted / 1e6:.3f} ms"
    return ""


def find_witness_problem(case, delay):
    """Each transaction against the clock readings of load and responder: the time until the read, and the answer."""
    before, within = [], []
    for key in case.traffic.answered[delay]:
        stages = case.stages(key)
        if key in case.traffic.witness[delay] and "app" in stages:
            until_read, own = case.traffic.witness[delay][key]
            before.append(sum(ns for s, ns in stages.items() if expand(s) <= BEFORE_READ) - until_read)
            within.append(stages["app"] - own)
    if not before:
        return "no transaction is in the logs of load and responder"
    medians = statistics.median(before), statistics.median(within)
    if max(map(abs, medians)) > WITNESS_NS:
        return "median difference %.3f ms before the read, %.3f ms in app" % tuple(m / 1e6 for m in medians)
    return ""


def sum_up(case):
    """Totals against the capture: all, and where the host did not take the processor away (calm)."""
    sizes = [abs(e) for e in case.errors()]
    keys, gap_ns = case.traffic.undisturbed()
    calm = [abs(e) for e in case.errors(keys)]
    return {"n": len(sizes), "p50_ns": logs.quantile(sizes, 0.5), "p99_ns": logs.quantile(sizes, 0.99),
            "worst_ns": max(sizes, default=0), "limit_ns": max(TOTAL_NS, gap_ns), "calm_n": len(calm),
            "calm_p95_ns": logs.quantile(calm, 0.95), "calm_p99_ns": logs.quantile(calm, 0.99)}


def find_total_problem(case, total):
    captured, seen, outside = set(case.traffic.capture(case.side)), set(case.by_key), case.outside()
    if len(captured & set(case.traffic.keys)) < JOIN_RATE * len(case.traffic.keys):
        return f"the capture has only {len(captured & set(case.traffic.keys))} of {len(case.traffic.keys)} transactions"
    captured &= set(case.traffic.keys)
    if len(captured - seen) > (1 - JOIN_RATE_SHORT) * len(captured) + case.misses:
        return f"{len(captured - seen)} of {len(captured)} transactions of the capture are missing"
    if len(outside) > 0.001 * len(seen):
        return f"{len(outside)} of {len(seen)} totals are outside of what was captured around them, first {outside[0]}"
    if total["calm_n"] < CALM_RATE * total["n"]:
        return f"only {total['calm_n']} of {total['n']} transactions were undisturbed"
    return find_error_problem(case, total)


def find_error_problem(case, total):
    """With stages at P99; several daemons of taps alone, on a third of the requests, at P95."""
    name = "calm_p99_ns" if case.plan.has_stages() else "calm_p95_ns"
    limit = total["limit_ns"] * (TC_TIMES if case.plan.candidate("tap_in") == "tap_tc_in" else 1)
    if total[name] > limit:
        return f"totals differ from the capture by {us(total[name])} at {name[5:8].upper()}, more than {us(limit)}"
    return ""


def medians(differences, least):
    return {name: statistics.median(values) for name, values in differences.items() if len(values) >= least}


def find_difference(found, noise):
    bad = [f"{name} {us(ns)} (noise {us(noise.get(name, 0))})" for name, ns in found.items()
           if abs(ns) > SAME_NS + noise.get(name, 0)]
    return "; ".join(bad) if found else "nothing to compare"


def describe(found):
    return "median differences: " + ", ".join(f"{name} {us(ns)}" for name, ns in found.items())


def read_verifier(path):
    """program -> instructions, or why it was refused."""
    found = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split(None, 1)
            if len(words) == 2:
                number = words[1].split()[0]
                found[words[0]] = int(number) if number.isdigit() else words[1].lstrip("- ").strip()
    return found


def read_budget(path):
    with open(path, encoding="utf-8") as lines:
        rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {row[0]: int(row[1]) for row in rows}


def find_budget_problem(verifier, budget):
    loaded = {p: n for p, n in verifier.items() if isinstance(n, int)}
    bad = [f"{p} needs {n} instructions, budgeted {budget.get(p, 0)}" for p, n in loaded.items() if n > budget.get(p, 0)]
    if not loaded:
        return "no program was loaded"
    return "; ".join(bad)


def check_auto(judge, case, totals):
    judge.say("auto", "stages sum to the total", find_sum_problem(case), f"{len(case.all)} transactions")
    judge.say("auto", "requests join their reads", find_join_problem(case, JOIN_RATE), f"{len(case.traffic.keys)} requests")
    judge.say("auto", "missing instants are merged", find_merge_problem(case))
    for delay in DELAYS_US:
        medians = ", ".join(f"{s} {case.median(delay, s) / 1e6:.2f}" for s in case.common(delay))
        judge.say("auto", f"{delay} us of delay are in app", find_delay_problem(case, delay), f"medians in ms: {medians}")
        judge.say("auto", f"load and responder agree at {delay} us", find_witness_problem(case, delay))
    check_total(judge, case, totals)


def check_total(judge, case, totals):
    total = totals[case.name] = sum_up(case)
    judge.say(case.name, "totals are those of the capture", find_total_problem(case, total),
              f"P50 {us(total['p50_ns'])}, P99 {us(total['p99_ns'])} of {total['n']}; undisturbed {total['calm_n']}: "
              f"P95 {us(total['calm_p95_ns'])}, P99 {us(total['calm_p99_ns'])}; limit {us(total['limit_ns'])}")


def check_taps(judge, case, totals):
    judge.say(case.name, "the forced probes are used", find_force_problem(case, case.force))
    judge.say(case.name, "stages sum to the total", find_sum_problem(case), f"{len(case.all)} transactions")
    judge.say(case.name, "each request is seen", find_join_problem(case, JOIN_RATE_SHORT))
    check_total(judge, case, totals)


def check_stages(judge, case, base, noise):
    judge.say(case.name, "the forced probes are used", find_force_problem(case, case.force))
    judge.say(case.name, "stages sum to the total", find_sum_problem(case), f"{len(case.all)} transactions")
    judge.say(case.name, "requests join their reads", find_join_problem(case, JOIN_RATE_SHORT))
    judge.say(case.name, "missing instants are merged", find_merge_problem(case))
    if base and case is not base:
        least = 0.5 * len(case.traffic.keys)
        stages, instants = medians(case.differences(base), least), medians(case.shifts(base), least)
        judge.say(case.name, "same stages as base", find_difference(stages, noise), describe(stages))
        judge.say(case.name, "same instants as base", find_difference(instants, noise), describe(instants))


def read_cases(judge, root, items):
    cases, traffic = {}, {}
    for item in items:
        name, _, rest = item.partition("=")
        phase, side, force = rest.split(":")
        traffic.setdefault(phase, Traffic(os.path.join(root, phase)))
        try:
            cases[name] = (phase, Case(root, name, traffic[phase], side, force))
        except (OSError, ValueError, KeyError) as e:
            judge.say(name, "the daemon ran", f"what it left cannot be read: {e!r}")
    return cases


def check_forced(judge, cases, totals):
    stages = {name: case for name, (phase, case) in cases.items() if phase == "stages"}
    noise = {}
    if not {"base", "twin"} <= stages.keys():
        judge.say("base", "it is there to compare with", "base or twin is missing" if stages else "")
    else:
        twin, base = stages["twin"], stages["base"]
        noise = {name: logs.quantile([abs(v) for v in values], 0.5)
                 for name, values in (twin.differences(base) | twin.shifts(base)).items()}
    for name, (phase, case) in cases.items():
        if phase == "taps":
            check_taps(judge, case, totals)
        else:
            totals[name] = sum_up(case)
            check_stages(judge, case, stages.get("base"), noise)


def level_of(doctor):
    return {"full": "full", "merged": "merged stages", "taps_only": "taps only"}.get(doctor["verdict"], doctor["verdict"])


def main():
    kernel, root, expected, budget, *items = sys.argv[1:]
    judge, totals = Judge(kernel), {}
    with open(os.path.join(root, "doctor.json"), encoding="utf-8") as f:
        doctor = json.load(f)
    auto = Case(root, "auto", Traffic(os.path.join(root, "auto")))
    judge.say("doctor", "the plan is the one expected", find_plan_problem(Plan(doctor["plan"]), expected))
    judge.say("auto", "the plan is the one expected", find_plan_problem(auto.plan, expected))
    verifier = read_verifier(os.path.join(root, "verifier"))
    judge.say("verifier", "programs are within tests/bpf/budget", find_budget_problem(verifier, read_budget(budget)),
              f"{sum(isinstance(n, int) for n in verifier.values())} programs")
    check_auto(judge, auto, totals)
    cases = read_cases(judge, root, items)
    check_forced(judge, cases, totals)
    used = auto.plan.programs().union(*(case.plan.programs() for _, case in cases.values()))
    result = {"name": kernel, "release": auto.release, "level": level_of(doctor),
              "plan": {i: {"candidate": auto.plan.candidate(i), "mechanism": auto.plan.mechanism(i)}
                       for i in auto.plan.choices},
              "totals": totals, "verifier": verifier, "used": sorted(used),
              "passed": judge.passed, "failures": judge.failures}
    with open(os.path.join(root, "result.json"), "w", encoding="utf-8") as f:
        json.dump(result, f, indent=1)


if __name__ == "__main__":
    main()
