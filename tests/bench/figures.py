# SPDX-License-Identifier: BSD-2-Clause
"""Takes and prints the bench's figures. Subcommands:

  held PID FILE          run statistics of the BPF programs that a process holds, and of bench_empty
  cost ...               what they cost per packet between two of those files
  memory PID             resident memory of a process and memory of its maps
  ready COMMAND...       starts it, prints the milliseconds until it says it is ready, ends it
  cpu SECONDS COMMAND... runs it (SECONDS > 0: ends it then), prints its CPU seconds with its children
  compare ...            medians of interleaved rounds, off against on
"""
import glob
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import time

BPFTOOL = next((p for p in ("/usr/sbin/bpftool", "/usr/local/sbin/bpftool") if os.path.exists(p)), "bpftool")
# A program's direction is in its name's first word (kernel-compat/catalogue.def).
DIRECTIONS = {"tap": "rx", "stack": "rx", "sock": "rx", "read": "rx", "send": "tx", "send4": "tx", "send6": "tx",
              "queue": "tx", "xmit": "tx", "run": "sched", "wake": "sched", "drop": "drop", "seg": "rx", "take": "rx", "write": "tx"}


def bpftool(*args):
    return json.loads(subprocess.run([BPFTOOL, "-j", *args], check=True, stdout=subprocess.PIPE).stdout)


def held_ids(pid, kind):
    ids = set()
    for path in glob.glob("/proc/%d/fdinfo/*" % pid):
        try:
            with open(path, encoding="ascii") as info:
                ids.update(int(i) for i in re.findall(r"^%s_id:\s*(\d+)" % kind, info.read(), re.M))
        except OSError:
            continue
    return ids


def held(pid, path):
    ids, programs = held_ids(int(pid), "prog"), {}
    for program in bpftool("prog", "show"):
        name = program.get("name", "?")
        if program["id"] in ids or name == "bench_empty":
            programs[name] = [program.get("run_cnt", 0), program.get("run_time_ns", 0)]
    with open(path, "w", encoding="ascii") as out:
        json.dump({"at_ns": time.monotonic_ns(), "programs": programs}, out)


def load(path):
    with open(path, encoding="ascii") as saved:
        return json.load(saved)


def delta(before, after):
    """name -> [runs, ns] and the seconds between."""
    span = (after["at_ns"] - before["at_ns"]) / 1e9
    empty = [0, 0]
    return {name: [now - then for now, then in zip(after["programs"][name], before["programs"].get(name, empty))]
            for name in after["programs"]}, span


def cost(idle_before, idle_after, before, after, packets, what, target):
    """Cost per packet, less what an idle interval of the same length costs."""
    packets, target = int(packets), float(target)
    idle, idle_s = delta(load(idle_before), load(idle_after))
    busy, busy_s = delta(load(before), load(after))
    runs, ns = busy.pop("bench_empty", [0, 0])
    unit = ns / runs if runs else float("nan")
    print("  unit: an empty tp_btf program on netif_receive_skb, %.1f ns a run (%d runs)" % (unit, runs))
    print("  %-18s %-5s %10s %10s %12s" % ("program", "side", "runs/pkt", "ns/run", "ns/pkt"))
    sums = {}
    for name, (count, spent) in sorted(busy.items()):
        quiet = idle.get(name, [0, 0])
        count -= quiet[0] * busy_s / idle_s
        spent -= quiet[1] * busy_s / idle_s
        side = "tx" if name.startswith("seg_out") else DIRECTIONS.get(name.split("_")[0], "?")
        sums[side] = sums.get(side, 0) + max(spent, 0) / packets
        if count > 0.01 * packets:
            print("  %-18s %-5s %10.2f %10.1f %12.1f" % (name, side, count / packets, spent / count, spent / packets))
    total = sum(sums.values())
    print("  by side, ns per %s: %s" % (what, ", ".join("%s %.1f" % pair for pair in sorted(sums.items()))))
    print("  per %s, sent and received on this host: %.0f ns = %.2f x unit; one direction: %.0f ns = %.2f x unit  (target <= %g)" % (
        what, total, total / unit, total / 2, total / 2 / unit, target))


def memory(pid):
    pid = int(pid)
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    resident = int(fields["VmRSS"].split()[0]) / 1024
    peak = int(fields["VmHWM"].split()[0]) / 1024
    ids = held_ids(pid, "map")
    maps = [m for m in bpftool("map", "show") if m["id"] in ids]
    size = sum(m.get("bytes_memlock", 0) for m in maps) / 2**20
    print("  resident %.1f MiB (peak %.1f) + maps %.1f MiB = %.1f MiB  (target <= 64)" % (resident, peak, size, resident + size))
    for m in sorted(maps, key=lambda m: -m.get("bytes_memlock", 0))[:6]:
        print("    %-16s %-18s %8.2f MiB" % (m.get("name", "?"), m["type"], m.get("bytes_memlock", 0) / 2**20))


def ready(command):
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if re.search(r"\bready\b", line):
            print("%.0f" % ((time.monotonic() - begin) * 1000))
            break
    process.send_signal(signal.SIGTERM)
    process.stderr.read()
    process.wait()


def cpu(seconds, command):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(float(seconds) or None)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("%.2f" % (usage.ru_utime + usage.ru_stime))


def compare(path, what, key, target):
    """Lines of the file: 'off|on WHAT key=value ...'; with the spread of the off rounds as the noise to judge by."""
    values = {"off": [], "on": []}
    with open(path, encoding="ascii") as rounds:
        for line in rounds:
            mode, name, *pairs = line.split()
            if name == what:
                values[mode] += [float(v) for k, v in (p.split("=") for p in pairs) if k == key]
    off, on = statistics.median(values["off"]), statistics.median(values["on"])
    print("  %-16s %-8s off %9.0f ns  on %9.0f ns  %+7.2f %%  (target <= %s %%; %d + %d rounds, off ranged %.0f..%.0f, on %.0f..%.0f)" % (
        what, key.removesuffix("_ns"), off, on, 100 * (on / off - 1), target, len(values["off"]), len(values["on"]),
        min(values["off"]), max(values["off"]), min(values["on"]), max(values["on"])))


def main():
    name, *args = sys.argv[1:]
    if name == "ready":
        ready(args)
    elif name == "cpu":
        cpu(args[0], args[1:])
    else:
        {"held": held, "cost": cost, "memory": memory, "compare": compare}[name](*args)


if __name__ == "__main__":
    main()
