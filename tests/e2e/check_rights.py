# SPDX-License-Identifier: BSD-2-Clause
"""What one right less costs: two answers of `sigpath doctor --json`, with all rights of the manifest and without one."""
import argparse
import json
import sys

import logs


def chosen(path):
    with open(path, encoding="utf-8") as text:
        return {row["instant"]: row["candidate"] for row in json.load(text)["plan"]}


def names(text):
    return set(text.split(",")) - {""}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--full", required=True)
    parser.add_argument("--less", required=True)
    parser.add_argument("--lost", type=names, required=True, help="instants that nothing gives any more")
    parser.add_argument("--lesser", type=names, required=True, help="those that may have another probe, or none")
    args = parser.parse_args()
    full, less = chosen(args.full), chosen(args.less)
    changed = {instant for instant, candidate in full.items() if less.get(instant) != candidate}
    lost = {instant for instant in full if full[instant] and not less.get(instant)}
    problems = []
    if args.lost - lost:
        problems.append("still there: %s" % ", ".join(sorted(args.lost - lost)))
    if changed - args.lost - args.lesser:
        problems.append("changed too: %s" % ", ".join(sorted(changed - args.lost - args.lesser)))
    sys.exit(not logs.report(args.name, problems, "costs %s" % (", ".join(sorted(changed)) or "nothing")))


if __name__ == "__main__":
    main()
