# SPDX-License-Identifier: BSD-2-Clause
"""Does the systemd unit allow what the DaemonSet does: the same capabilities, and each system call of the seccomp profile?"""
import argparse
import json
import os
import subprocess
import sys

import logs

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import manifest  # noqa: E402

# The container runtime needs these before it starts the program.
RUNTIME = {"setuid", "setgid", "setgroups"}


def settings(path, key):
    with open(path, encoding="utf-8") as lines:
        return [line.strip().split("=", 1)[1] for line in lines if line.startswith(key + "=")]


def calls(word):
    """A system call, or all of a group of systemd."""
    if not word.startswith("@"):
        return {word}
    text = subprocess.run(["systemd-analyze", "syscall-filter", word], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = set()
    for line in text.splitlines()[1:]:
        if line.strip() and not line.strip().startswith("#"):
            found |= calls(line.strip())
    return found


def allowed(path):
    found = set()
    for value in settings(path, "SystemCallFilter"):
        named = set().union(*(calls(word) for word in value.lstrip("~").split()))
        found = found - named if value.startswith("~") else found | named
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--unit", required=True)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--manifest", required=True)
    args = parser.parse_args()
    with open(args.profile, encoding="utf-8") as text:
        needed = set().union(*(rule["names"] for rule in json.load(text)["syscalls"])) - RUNTIME
    caps = set(" ".join(settings(args.unit, "CapabilityBoundingSet")).replace("CAP_", "").split())
    wanted = set(manifest.container(manifest.load(args.manifest))["securityContext"]["capabilities"]["add"])
    refused = sorted(needed - allowed(args.unit))
    problems = ["refuses %s" % " ".join(refused)] if refused else []
    if caps != wanted:
        problems.append("capabilities %s, the DaemonSet has %s" % (sorted(caps), sorted(wanted)))
    sys.exit(not logs.report(args.name, problems, "%d system calls" % len(needed)))


if __name__ == "__main__":
    main()
