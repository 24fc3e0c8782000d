# SPDX-License-Identifier: BSD-2-Clause
"""What the DaemonSet may and must: one rule a row, each with a change that has to break it, so that no rule passes always."""
import argparse
import copy
import os
import sys

import logs

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import manifest  # noqa: E402


def security(docs):
    return manifest.container(docs)["securityContext"]


def has_limits(docs):
    resources = manifest.container(docs).get("resources", {})
    return all(resources.get(kind, {}).get(what) for kind in ("requests", "limits") for what in ("cpu", "memory"))


def has_probes(docs):
    names = ("startupProbe", "livenessProbe", "readinessProbe")
    return all(manifest.container(docs).get(name, {}).get("exec", {}).get("command", [])[:2] == ["sigpath", "health"]
               for name in names)


def has_its_volumes(docs):
    volumes = {v["name"] for v in manifest.pod(docs)["volumes"]}
    return volumes == {m["name"] for m in manifest.container(docs)["volumeMounts"]}


def host_paths_are_read_only(docs):
    host = {v["name"] for v in manifest.pod(docs)["volumes"] if "hostPath" in v}
    return all(m.get("readOnly") for m in manifest.container(docs)["volumeMounts"] if m["name"] in host)


def is_in_namespace(docs):
    name = manifest.find(docs, "Namespace")["metadata"]["name"]
    return all(doc["metadata"].get("namespace", name) == name for doc in docs)


def set_key(where, key, value):
    def change(docs):
        where(docs)[key] = value
    return change


def rules(args):
    """(what holds, check, a change that breaks it)"""
    pod, box = manifest.pod, manifest.container
    spec = lambda docs: manifest.find(docs, "DaemonSet")["spec"]  # noqa: E731
    return [
        ("not privileged", lambda d: not security(d).get("privileged"), set_key(security, "privileged", True)),
        ("no privilege escalation", lambda d: security(d).get("allowPrivilegeEscalation") is False,
         set_key(security, "allowPrivilegeEscalation", True)),
        ("drops ALL", lambda d: security(d)["capabilities"].get("drop") == ["ALL"],
         lambda d: security(d)["capabilities"].pop("drop")),
        ("adds just " + " ".join(args.caps), lambda d: sorted(security(d)["capabilities"]["add"]) == sorted(args.caps),
         lambda d: security(d)["capabilities"]["add"].append("SYS_ADMIN")),
        ("read-only root", lambda d: security(d).get("readOnlyRootFilesystem") is True,
         set_key(security, "readOnlyRootFilesystem", False)),
        ("seccomp profile " + args.seccomp, lambda d: security(d).get("seccompProfile", {}).get("type") == args.seccomp,
         lambda d: security(d).pop("seccompProfile")),
        ("an AppArmor profile is named", lambda d: "type" in security(d).get("appArmorProfile", {}),
         lambda d: security(d).pop("appArmorProfile")),
        ("requests and limits", has_limits, lambda d: box(d)["resources"].pop("limits")),
        ("three health probes", has_probes, lambda d: box(d).pop("readinessProbe")),
        ("tolerates every taint", lambda d: {"operator": "Exists"} in pod(d).get("tolerations", []),
         lambda d: pod(d).pop("tolerations")),
        ("system-node-critical", lambda d: pod(d).get("priorityClassName") == "system-node-critical",
         lambda d: pod(d).pop("priorityClassName")),
        ("host network with its DNS", lambda d: pod(d).get("hostNetwork") is True
         and pod(d).get("dnsPolicy") == "ClusterFirstWithHostNet", lambda d: pod(d).pop("dnsPolicy")),
        ("ends quickly", lambda d: 0 < pod(d).get("terminationGracePeriodSeconds", 30) <= 10,
         lambda d: pod(d).pop("terminationGracePeriodSeconds")),
        ("no token", lambda d: pod(d).get("automountServiceAccountToken") is False
         and manifest.find(d, "ServiceAccount").get("automountServiceAccountToken") is False,
         lambda d: pod(d).pop("automountServiceAccountToken")),
        ("rolling update with maxUnavailable", lambda d: spec(d)["updateStrategy"].get("rollingUpdate", {}).get("maxUnavailable"),
         lambda d: spec(d)["updateStrategy"].pop("rollingUpdate")),
        ("image of version " + args.version, lambda d: box(d)["image"].endswith("sigpath:" + args.version),
         lambda d: box(d).update(image="sigpath:latest")),
        ("selector finds its pods", lambda d: spec(d)["selector"]["matchLabels"].items()
         <= spec(d)["template"]["metadata"]["labels"].items(), lambda d: spec(d)["template"]["metadata"].pop("labels")
         and spec(d)["template"]["metadata"].update(labels={})),
        ("each volume is mounted", has_its_volumes, lambda d: pod(d)["volumes"].pop()),
        ("host paths read-only", host_paths_are_read_only,
         lambda d: (pod(d)["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
                    box(d)["volumeMounts"].append({"name": "x", "mountPath": "/x"}))),
        ("namespace allows it", lambda d: manifest.find(d, "Namespace")["metadata"]["labels"].get(
            "pod-security.kubernetes.io/enforce") == "privileged",
         lambda d: manifest.find(d, "Namespace")["metadata"].update(labels={})),
        ("one namespace", is_in_namespace, lambda d: manifest.find(d, "DaemonSet")["metadata"].update(namespace="other")),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--caps", type=lambda text: text.split(","), required=True)
    parser.add_argument("--seccomp", required=True)
    args = parser.parse_args()
    docs, problems, table = manifest.load(args.manifest), [], rules(args)
    for what, holds, breaks in table:
        if not holds(docs):
            problems.append("does not hold: %s" % what)
            continue
        broken = copy.deepcopy(docs)
        breaks(broken)
        if holds(broken):
            problems.append("'%s' holds also after a change that breaks it" % what)
    sys.exit(not logs.report(args.name, problems, "%d rules" % len(table)))


if __name__ == "__main__":
    main()
