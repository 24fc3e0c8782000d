# SPDX-License-Identifier: BSD-2-Clause
"""The DaemonSet of a rendered manifest as arguments of `podman run`, one a line, so that a test runs what Kubernetes would.

podman_args.py run MANIFEST SCRATCH PROFILES   arguments up to the image (which the caller names)
podman_args.py probe MANIFEST NAME             the command of startupProbe, livenessProbe or readinessProbe
podman_args.py memory MANIFEST                 the memory limit in bytes

A field that is not translated here is an error, not a silent difference."""
import os
import re
import sys

import manifest

# Of no meaning for one container on one machine.
POD_IGNORED = {"containers", "dnsPolicy", "enableServiceLinks", "nodeSelector", "priorityClassName", "serviceAccountName",
               "automountServiceAccountToken", "tolerations", "volumes"}
CONTAINER_IGNORED = {"name", "image", "imagePullPolicy", "startupProbe", "livenessProbe", "readinessProbe"}
UNIT = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def size(text):
    number, unit = re.fullmatch(r"(\d+)(|Ki|Mi|Gi)", str(text)).groups()
    return int(number) * UNIT[unit]


def cpus(text):
    return int(text[:-1]) / 1000 if str(text).endswith("m") else float(text)


def known(field, value, allowed):
    if value not in allowed:
        raise SystemExit("%s: %r has no translation here" % (field, value))


def pod_args(pod):
    out = []
    for field, value in pod.items():
        if field == "hostNetwork":
            out += ["--network=host"] if value else []
        elif field == "hostPID":
            out += ["--pid=host"] if value else []
        elif field == "terminationGracePeriodSeconds":
            out.append("--stop-timeout=%d" % value)
        elif field not in POD_IGNORED:
            raise SystemExit("pod field %s has no translation here" % field)
    return out


def security_args(security, profiles):
    out = []
    for field, value in security.items():
        if field == "capabilities":
            out += ["--cap-drop=" + cap for cap in value.get("drop", [])]
            out += ["--cap-add=" + cap for cap in value.get("add", [])]
        elif field == "privileged":
            known(field, value, (False,))
        elif field == "allowPrivilegeEscalation":
            out += [] if value else ["--security-opt=no-new-privileges"]
        elif field == "readOnlyRootFilesystem":
            out += ["--read-only", "--read-only-tmpfs=false"] if value else []
        elif field == "runAsUser":
            out.append("--user=%d:%d" % (value, security["runAsGroup"]))
        elif field == "seccompProfile":
            out += seccomp_args(value, profiles)
        elif field == "appArmorProfile":
            known(field, value["type"], ("Unconfined", "RuntimeDefault"))
            out += ["--security-opt=apparmor=unconfined"] if value["type"] == "Unconfined" else []
        elif field != "runAsGroup":
            raise SystemExit("security field %s has no translation here" % field)
    return out


def seccomp_args(profile, profiles):
    known("seccompProfile", profile["type"], ("Unconfined", "RuntimeDefault", "Localhost"))
    if profile["type"] == "Unconfined":
        return ["--security-opt=seccomp=unconfined"]
    if profile["type"] == "Localhost":
        return ["--security-opt=seccomp=" + os.path.join(profiles, os.path.basename(profile["localhostProfile"]))]
    return []


def write_config(docs, name, scratch):
    config = [doc for doc in docs if doc["kind"] == "ConfigMap" and doc["metadata"]["name"] == name]
    folder = os.path.join(scratch, name)
    os.makedirs(folder, exist_ok=True)
    for key, text in config[0]["data"].items():
        with open(os.path.join(folder, key), "w", encoding="utf-8") as out:
            out.write(text)
    return folder


def mount_args(docs, mount, scratch):
    volume = next(v for v in manifest.pod(docs)["volumes"] if v["name"] == mount["name"])
    mode = "ro" if mount.get("readOnly") else "rw"
    if "emptyDir" in volume:
        known("emptyDir.medium", volume["emptyDir"].get("medium"), ("Memory",))
        return ["--tmpfs=%s:%s,mode=0777,size=%d" % (mount["mountPath"], mode, size(volume["emptyDir"]["sizeLimit"]))]
    if "configMap" in volume:
        source = write_config(docs, volume["configMap"]["name"], scratch)
    else:
        source = volume["hostPath"]["path"]
    return ["--volume=%s:%s:%s,rslave" % (source, mount["mountPath"], mode)]


def container_args(docs, scratch, profiles):
    out = []
    for field, value in manifest.container(docs).items():
        if field == "securityContext":
            out += security_args(value, profiles)
        elif field == "resources":
            limit = size(value["limits"]["memory"])
            out += ["--memory=%d" % limit, "--memory-swap=%d" % limit, "--cpus=%g" % cpus(value["limits"]["cpu"])]
        elif field == "volumeMounts":
            for mount in value:
                out += mount_args(docs, mount, scratch)
        elif field not in CONTAINER_IGNORED:
            raise SystemExit("container field %s has no translation here" % field)
    return out


def main():
    what, docs = sys.argv[1], manifest.load(sys.argv[2])
    if what == "run":
        args = pod_args(manifest.pod(docs)) + container_args(docs, sys.argv[3], sys.argv[4])
    elif what == "probe":
        args = manifest.container(docs)[sys.argv[3]]["exec"]["command"]
    else:
        args = [str(size(manifest.container(docs)["resources"]["limits"]["memory"]))]
    print("\n".join(args))


if __name__ == "__main__":
    main()
