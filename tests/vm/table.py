#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The table of kernels for the README, from what tests/vm/run.sh left in build/tests/vm/results.json.

  table.py                    prints it
  table.py --write README.md  puts it between the markers
  table.py --check README.md  the names and levels there are those of kernel-compat/matrix"""

import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
KERNEL = os.path.join(ROOT, "kernel-compat", "vm", "kernel")
BEGIN, END = "<!-- kernels: printed by tests/vm/table.py -->", "<!-- kernels end -->"
INSTANTS = ("t_nic", "t_stack", "t_sock", "t_wake", "t_run", "t_read", "t_send", "t_queue", "t_xmit",
            "t_seg_in", "t_seg_out", "t_write", "t_take")
LEVELS = {
    "full": "each instant has a probe",
    "merged stages": "an instant has none: the two stages around it are one, under a name that says so",
    "taps only": "no stages; totals from packet taps",
}


def flavour(release):
    for name in ("cloud", "rt"):
        if f"-{name}-" in release:
            return name
    return "generic"


def mechanism(result, *instants):
    return "/".join(dict.fromkeys(result["plan"].get(i, {}).get("mechanism", "-") for i in instants))


def row_of(result):
    given = sum(bool(result["plan"].get(i, {}).get("candidate")) for i in INSTANTS)
    costs = {p: n for p, n in result["verifier"].items() if isinstance(n, int)}
    largest = max(costs, key=costs.get) if costs else "-"
    total = result["totals"]["auto"]
    return [result["name"], result["release"], flavour(result["release"]), result["level"], f"{given} of {len(INSTANTS)}",
            mechanism(result, "t_nic"), mechanism(result, "t_sock"), mechanism(result, "t_wake", "t_run"),
            mechanism(result, "t_read"), mechanism(result, "t_send"),
            f"{total['p50_ns'] / 1e3:.0f}, {total['calm_p99_ns'] / 1e3:.0f} us", f"{largest} {costs.get(largest, 0):,}",
            f"{result['passed']} of {result['passed'] + len(result['failures'])}"]


def render(results):
    head = ["row", "release", "flavour", "level", "instants", "t_nic", "t_sock", "t_wake/t_run", "t_read", "t_send",
            "totals off, P50, P99", "largest program", "checks"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row_of(r)) + " |" for r in results["kernels"]]
    lines.append("")
    lines += [f"- **{name}**: {what}." for name, what in LEVELS.items()]
    lines.append("- **totals off**: from tshark's, per transaction, the plan's own choice; P99 where the host left the guest alone.")
    lines.append("- **largest program**: instructions that the verifier processed, of 1,000,000 allowed.")
    return "\n".join(lines)


def kernel(*arguments):
    return subprocess.run([KERNEL, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def expected_level(plan):
    """Of the matrix: an instant is missing where - is the only thing that is right."""
    missing = {item.split("=")[0] for item in plan.split(",") if item.split("=")[1] == "-"} & set(INSTANTS)
    if missing & {"t_sock", "t_queue"}:
        return "taps only"
    return "merged stages" if missing else "full"


def split_readme(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    before, begin, rest = text.partition(BEGIN)
    table, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"table.py: {path} has no markers '{BEGIN}' and '{END}'")
    return before, table, after


def check(path):
    _, table, _ = split_readme(path)
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")]
    readme = {row[0]: row[3] for row in cells[2:]}
    matrix = {name: expected_level(kernel("--plan", name)) for name in kernel("--list").split()}
    bad = [f"{n} is '{readme.get(n, 'not there')}' in {path}, '{matrix.get(n, 'not there')}' in the matrix"
           for n in sorted(set(readme) | set(matrix), key=lambda n: list(matrix).index(n) if n in matrix else -1)
           if readme.get(n) != matrix.get(n)]
    if bad:
        print("not ok vm table: " + "; ".join(bad) + ": run all rows, then make kernels")
    else:
        print(f"ok vm table: {path} names the {len(matrix)} kernels of the matrix and their levels")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", default=os.path.join(ROOT, "build", "tests", "vm", "results.json"))
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", metavar="FILE")
    action.add_argument("--check", metavar="FILE")
    args = parser.parse_args()
    if args.check:
        check(args.check)
        return
    with open(args.results, encoding="utf-8") as f:
        results = json.load(f)
    if not args.write:
        print(render(results))
        return
    if not results["complete"]:
        sys.exit("table.py: the last run left rows out; the README shows whole runs only (make check-vm)")
    before, _, after = split_readme(args.write)
    with open(args.write, "w", encoding="utf-8") as f:
        f.write(f"{before}{BEGIN}\n{render(results)}\n{END}{after}")


if __name__ == "__main__":
    main()
