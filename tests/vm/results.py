#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What all kernels of a run say together: results.py DIR OBJECT-SHA256 KERNEL...

Reads DIR/KERNEL/result.json of each, writes DIR/results.json, prints the table of what the verifier processed, and judges
whether each candidate of the catalogue was active somewhere."""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
COMPAT = os.path.join(HERE, "..", "..", "kernel-compat")


def read_result(root, kernel):
    path = os.path.join(root, kernel, "result.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def read_candidates():
    """Their names, in the order of the catalogue."""
    with open(os.path.join(COMPAT, "catalogue.def"), encoding="utf-8") as f:
        return list(dict.fromkeys(re.findall(r'^CANDIDATE\(\w+, "(\w+)"', f.read(), re.MULTILINE)))


def list_rows():
    return subprocess.run([os.path.join(COMPAT, "vm", "kernel"), "--list"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.split()


def print_verifier(results):
    """Instructions processed; - refused, with a number for the reason below the table."""
    reasons = []
    programs = list(dict.fromkeys(p for r in results for p in r["verifier"]))
    print("# instructions processed by the verifier")
    print("# %-16s" % "program" + "".join("%9s" % r["name"] for r in results))
    for program in programs:
        cells = []
        for r in results:
            cost = r["verifier"].get(program, "not printed")
            if not isinstance(cost, int):
                if cost not in reasons:
                    reasons.append(cost)
                cost = "-(%d)" % (reasons.index(cost) + 1)
            cells.append("%9s" % cost)
        print("# %-16s" % program + "".join(cells))
    for number, reason in enumerate(reasons, 1):
        print("# -(%d) refused: %s" % (number, reason))


def judge_candidates(results, is_complete):
    used = set().union(*(r["used"] for r in results))
    never = [c for c in read_candidates() if c not in used]
    if not is_complete:
        print("# not every row was run; candidates active nowhere: %s" % (", ".join(never) or "none"))
    elif never:
        print("not ok vm candidates: active on no kernel: %s" % ", ".join(never))
    else:
        print("ok vm candidates: each was active in a case on a kernel (%d)" % len(used))


def main():
    root, sha256, *kernels = sys.argv[1:]
    found = {k: read_result(root, k) for k in kernels}
    for kernel in (k for k, r in found.items() if not r):
        print("# %s has no result" % kernel)
    results = [r for r in found.values() if r]
    is_complete = len(results) == len(list_rows())
    with open(os.path.join(root, "results.json"), "w", encoding="utf-8") as f:
        json.dump({"object_sha256": sha256, "complete": is_complete, "kernels": results}, f, indent=1)
    print_verifier(results)
    judge_candidates(results, is_complete)


if __name__ == "__main__":
    main()
