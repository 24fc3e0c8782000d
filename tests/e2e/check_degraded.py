# SPDX-License-Identifier: BSD-2-Clause
"""One degraded mode: are verdict, remedies and plan exactly the expected ones, and is what remains as right as ever?

The folder of a mode holds doctor.json and doctor.status, sigpathd.log and daemon.status and, when the daemon ran,
transactions.json, snapshot.json, load.tsv and respond.tsv. Which stages a plan gives is worked out here once more, from
the instants alone; the delay's witnesses are the logs of load and responder."""
import argparse
import json
import os
import sys

import logs

SKIPS = ("probe_misses", "scratch_lost")  # runs of a probe that the kernel skipped, or that another one came into
SKIPPED = {*SKIPS, "unread", "unjoined_read", "unsent"}  # rows that a skipped run of a probe moves
EARLY_NS = 5_000  # clocks are read on different CPUs
# What lies between two instants, in the order a message meets them.
PATH = (("t_nic", "driver"), ("t_stack", "stack"), ("t_sock", "sockq"), ("t_read", "app"), ("t_send", "tx"),
        ("t_queue", "qdisc"), ("t_xmit", None))
ALL_MERGED = "driver+stack+sockq+app+tx+qdisc"


class Mode:
    """One row of the table."""

    def __init__(self, name, verdict, remedies, joined, plan, says):
        self.name, self.verdict = name, verdict
        self.remedies = split_list(remedies)
        self.joined = None if joined == "-" else float(joined) / 100
        self.plan = dict(item.split("=") for item in split_list(plan))
        self.says = [words.replace("~", " ") for words in split_list(says)]


def split_list(text):
    return [] if text == "-" else text.split(",")


def read_modes(path):
    with open(path, encoding="utf-8") as lines:
        rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [Mode(*row) for row in rows]


def read_text(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def find_mechanisms(doctor):
    return {c["instant"]: c["mechanism"] if c["candidate"] else "-" for c in doctor["plan"]}


def find_skipped(doctor):
    return {(c["instant"], s["mechanism"]) for c in doctor["plan"] for s in c["skipped"]}


def find_remedies(doctor):
    return {r["id"] for r in doctor["remedies"]}


def expect_remedies(mode, baseline):
    """baseline: what doctor says where nothing is lacking."""
    known, wanted = find_remedies(baseline), set()
    for item in mode.remedies:
        remedy, is_conditional, other = item.partition("?")
        if not is_conditional or (other or remedy) in known:
            wanted.add(remedy)
    return wanted


def expect_plan(base, mode, skipped):
    """instant -> mechanism; what differs from the base is in the mode's row."""
    plan = dict(base)
    if mode.plan.get("all") == "-":
        plan = dict.fromkeys(plan, "-")
    plan.update({k: v for k, v in mode.plan.items() if k != "all"})
    for instant, ladder in plan.items():
        rungs = ladder.split(">")
        plan[instant] = next((m for m in rungs if (instant, m) not in skipped), rungs[-1])
    for instant, mechanism in plan.items():
        mechanism, _, other = mechanism.partition("?")
        plan[instant] = mechanism if not other or plan[other] != "-" else "-"
    return plan


def expect_stages(plan):
    """The names into which a plan divides a transaction, in order: those that each has, and those inside the socket queue,
    of which one or two may be missing."""
    if plan.get("t_sock", "-") == "-" or plan.get("t_queue", "-") == "-":
        return [ALL_MERGED], []
    stages, pending, has_begun = [], [], False
    for instant, after in PATH:
        if plan[instant] != "-":
            if pending:
                stages.append("+".join(pending))
            pending, has_begun = [], True
        if after and has_begun:
            pending.append(after)
    if "sockq" not in stages or plan["t_run"] == "-":
        return stages, []
    stages.remove("sockq")
    return stages, ["wakeup", "runq", "backlog"] if plan["t_wake"] != "-" else ["wakeup+runq", "backlog"]


def is_complete(names, always, queue, is_first):
    """is_first: of this thread nothing is known yet that would divide its wait. A thread that is busy has a history too
    long to be kept: then the beginning of its wait stays undivided."""
    rest = set(names) - set(always)
    if not set(always) <= set(names) or bool(rest) != bool(queue):
        return False
    return rest <= {*queue, "sockq"} and (is_first or rest != {"sockq"}) if queue else True


def expect_verdict(mode, plan):
    best, _, lesser = mode.verdict.partition(">")
    return lesser if lesser and "-" in plan.values() else best


def check_plan(who, report, plan):
    found = find_mechanisms(report)
    return ["%s: %s is %s, expected %s" % (who, instant, found.get(instant, "-"), plan.get(instant, "-"))
            for instant in sorted(set(found) | set(plan)) if found.get(instant, "-") != plan.get(instant, "-")]


def check_doctor(mode, plan, folder, baseline):
    try:
        doctor = json.loads(read_text(os.path.join(folder, "doctor.json")))
    except ValueError:
        return ["doctor printed no JSON"]
    problems = []
    status = read_text(os.path.join(folder, "doctor.status")).strip()
    if status != ("1" if mode.verdict == "none" else "0"):
        problems.append("doctor's exit status is %s" % status)
    if doctor["verdict"] != mode.verdict:
        problems.append("the verdict is %s (%s), expected %s" % (doctor["verdict"], doctor["verdict_text"], mode.verdict))
    remedies, wanted = find_remedies(doctor), expect_remedies(mode, baseline)
    if remedies != wanted:
        problems.append("remedies are %s, expected %s" % (",".join(sorted(remedies)) or "-", ",".join(sorted(wanted)) or "-"))
    return problems + check_plan("doctor", doctor, plan)


def check_refusal(mode, folder):
    status = read_text(os.path.join(folder, "daemon.status")).strip()
    log = read_text(os.path.join(folder, "sigpathd.log"))
    problems = []
    if mode.verdict == "none" and status != "1":
        problems.append("the daemon's exit status is %s, not 1" % (status or "none, it runs"))
    if mode.verdict != "none" and status != "0":
        problems.append("the daemon's exit status is %s: %s" % (status, log.strip()[-200:]))
    problems += ["the daemon does not say '%s': %s" % (word, log.strip()[-200:]) for word in mode.says if word.lower() not in log.lower()]
    return problems


def read_witness(folder):
    """key -> (Served, Request) of the requests that were answered, and the keys that were their thread's first."""
    load, first = logs.requests(os.path.join(folder, "load.tsv")), {}
    served = {key: entries[0] for key, entries in logs.served(os.path.join(folder, "respond.tsv"))[0].items()}
    for key in sorted(served, key=lambda key: served[key].recv_ns):
        first.setdefault(served[key].tid, key)
    answered = {key: (served[key], request) for key, request in load.items() if key in served and request.recv_ns}
    return answered, set(first.values())


def check_delay(record, served, request):
    """Ns too short (0: none) and ns above the upper witness, of the stage that contains the application's work."""
    name, got = next((n, ns) for n, ns in record["stages"].items() if "app" in n.split("+"))
    parts = name.split("+")
    begin = served.recv_ns if parts[0] == "app" else request.send_ns
    end = served.send_ns if parts[-1] == "app" else request.recv_ns
    return max(served.send_ns - served.recv_ns - EARLY_NS - got, 0), got - (end - begin)


def is_overtaken(plan):
    """The tracepoint behind the queue sees the tail of the queue, from which a quick reader may have taken the datagram."""
    return plan.get("t_sock") == "tp_btf"


def check_transactions(mode, folder, plan, slack_ns, losses):
    """Every record sums up, nothing twice, every stage is one the plan can give; so many are whole; the delay is right.
    What the daemon lost is one that it counts: a request that was read before the probe saw it has no transaction."""
    misses, overtaken = count_skips(losses), losses.get("unjoined_read", 0) if is_overtaken(plan) else 0
    problems, seen, excess = [], set(), []
    witness, first = read_witness(folder)
    always, queue = expect_stages(plan)
    for record in logs.transactions(os.path.join(folder, "transactions.json"), side="server"):
        key, stages = record["key"], record["stages"]
        if sum(stages.values()) != record["total_ns"] or min(stages.values(), default=0) < 0:
            problems.append("%s: stages sum to %d, total is %d" % (key, sum(stages.values()), record["total_ns"]))
        if key in seen:
            problems.append("%s twice" % key)
        if key not in witness or key in seen:
            continue
        seen.add(key)
        if not is_complete(stages, always, queue, key in first):
            problems += find_impossible(key, stages, always + queue)
            continue
        short, above = check_delay(record, *witness[key])
        excess.append(above)
        if short:
            problems.append("%s: the application's stage is %d us too short: %s" % (key, short // 1000, stages))
    if not witness:
        problems.append("no request was answered")
    if len(seen) + overtaken < len(witness) or len(seen) < mode.joined * len(witness):
        problems.append("%d of %d requests have a transaction" % (len(seen), len(witness)))
    if len(excess) + misses < mode.joined * len(witness):
        problems.append("%d of %d are whole" % (len(excess), len(witness)))
    if logs.quantile(excess, 0.5) > slack_ns:  # single witnesses are preempted themselves, on a busy machine many
        problems.append("half have %d us too much in the application's stage" % (logs.quantile(excess, 0.5) // 1000))
    return problems, "%d of %d whole: %s" % (len(excess), len(witness), " ".join(always + queue)), len(witness)


def find_impossible(key, stages, possible):
    """A record that could not be joined is merged further; what the plan cannot tell apart is never told apart."""
    def parts(name):
        return set(name.replace("sockq", "wakeup+runq+backlog").split("+"))
    for name in stages:
        if not any(parts(p) <= parts(name) for p in possible):
            return ["%s has the stage %s, which this plan cannot give" % (key, name)]
    return []


def read_losses(snapshot):
    return {row["name"]: row["count"] for row in snapshot["ledger"] if row["kind"] == "loss" and row["count"]}


def count_skips(losses):
    return sum(losses.get(name, 0) for name in SKIPS)


def check_losses(losses, plan, requests):
    """A preemptible kernel that interrupts a probe by another run of it loses one message's instant each time."""
    allowed = dict.fromkeys(SKIPPED, count_skips(losses))
    if is_overtaken(plan):
        allowed["unjoined_read"] += requests // 100
    return ["%s is %d" % (name, count) for name, count in losses.items() if count > allowed.get(name, 0)]


def judge(label, mode, base, folder, baseline, slack_us=50):
    """Prints the line. base: instant -> mechanism where nothing is lacking; baseline: what doctor says there, an empty
    report when that is not known."""
    plan = expect_plan(base, mode, find_skipped(baseline))
    mode.verdict = expect_verdict(mode, plan)
    problems = check_doctor(mode, plan, folder, baseline) + check_refusal(mode, folder)
    detail = mode.verdict
    snapshot = read_text(os.path.join(folder, "snapshot.json"))
    if mode.verdict != "none" and not snapshot:
        problems.append("the daemon gave no snapshot")
    elif mode.verdict != "none":
        snapshot = json.loads(snapshot)
        losses = read_losses(snapshot)
        more, what, requests = check_transactions(mode, folder, plan, slack_us * 1000, losses)
        problems += more + check_plan("daemon", snapshot, plan) + check_losses(losses, plan, requests)
        detail += ", " + what
    return logs.report(label, problems, detail)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--modes", required=True)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--baseline", required=True, help="doctor.json of the first row")
    args = parser.parse_args()
    modes = read_modes(args.modes)
    mode = next(m for m in modes if m.name == args.mode)
    baseline = json.loads(read_text(args.baseline))
    return 0 if judge("degraded_" + mode.name, mode, modes[0].plan, args.folder, baseline) else 1


if __name__ == "__main__":
    sys.exit(main())
