# SPDX-License-Identifier: BSD-2-Clause
"""Reading a rendered manifest (Debian's python3-yaml): documents, the DaemonSet, its pod and container."""
import yaml


def load(path):
    with open(path, encoding="utf-8") as text:
        return [doc for doc in yaml.safe_load_all(text) if doc]


def find(docs, kind):
    found = [doc for doc in docs if doc["kind"] == kind]
    if len(found) != 1:
        raise SystemExit("%d documents of kind %s, one is expected" % (len(found), kind))
    return found[0]


def pod(docs):
    return find(docs, "DaemonSet")["spec"]["template"]["spec"]


def container(docs):
    return pod(docs)["containers"][0]
