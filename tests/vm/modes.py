#!/usr/bin/env python3
"""Judges what modes.sh brought back from one degraded mode of one kernel: modes.py KERNEL DIR NAME

The expectation is a row of `modes` and the kernel's plan in kernel-compat/matrix; the checks are those of
tests/e2e/check_degraded.py, with room for an emulated processor."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import check_degraded  # noqa: E402

SLACK_US = 5000


def find_row(kernel, name):
    with open(os.path.join(HERE, "modes"), encoding="utf-8") as lines:
        for fields in (line.split() for line in lines if line.strip() and not line.startswith("#")):
            if fields[0] == name and (fields[1] == "*" or kernel in fields[1].split(",")):
                return check_degraded.Mode(name, *fields[3:])
    sys.exit(f"modes.py: no row {name} for {kernel}")


def read_plan(kernel):
    """The kernel's own plan; of a|b, either is right, the better one comes first."""
    command = [os.path.join(HERE, "..", "..", "kernel-compat", "vm", "kernel"), "--plan", kernel]
    items = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip().split(",")
    return {instant: found.split("|")[0] for instant, found in (item.split("=") for item in items)}


def main():
    kernel, folder, name = sys.argv[1:]
    row, plan = find_row(kernel, name), read_plan(kernel)
    check_degraded.judge(f"vm/{kernel} mode {name}", row, plan, folder, {"plan": [], "remedies": []}, SLACK_US)


if __name__ == "__main__":
    main()
