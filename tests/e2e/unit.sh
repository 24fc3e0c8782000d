#!/bin/bash
# The systemd unit, under systemd itself in a virtual machine: does the daemon get everything it needs and nothing more,
# does reload reach it, does it end in peace?
. "$(dirname "$0")/e2e.sh"

KERNEL=${SIGPATH_UNIT_KERNEL:-6.1}
VM=kernel-compat/vm
SYSTEMD=/lib/systemd/systemd
TARGETS=(sysinit.target basic.target shutdown.target network.target slices.target)

# value NAME: of a "name=value" line of the guest.
value() {
	sed -n "s/^$1=//p" "$WORK/guest.out"
}

# expect NAME VALUE...: each "key=value".
expect() {
	local name=$1 pair wrong=
	shift
	for pair in "$@"; do
		if [ "$(value "${pair%%=*}")" != "${pair#*=}" ]; then
			wrong+="${pair%%=*} is '$(value "${pair%%=*}")', not '${pair#*=}'; "
		fi
	done
	if [ -n "$wrong" ]; then
		not_ok "$name" "$wrong"
	else
		ok "$name"
	fi
}

collect_units() {
	local target
	mkdir -p "$WORK/units"
	for target in "${TARGETS[@]}"; do
		cp "/lib/systemd/system/$target" "$WORK/units/" || return 1
	done
	printf '[Unit]\nRequires=sigpathd.service\n' >"$WORK/units/test.target"
	sed 's#^ExecStart=.*#ExecStart=/sigpath/sigpathd#; s#^ExecReload=/bin/kill#ExecReload=/bin/busybox kill#' \
		deploy/sigpathd.service >"$WORK/units/sigpathd.service"
}

boot() {
	"$VM/boot" --add "$SIGPATH_BIN/sigpath" --add "$SIGPATH_BIN/sigpathd" --add "$SYSTEMD:$SYSTEMD" --add "$WORK/units:/sd/units" \
		--add deploy/sigpathd.conf:/sd/sigpathd.conf --add tests/e2e/unit_guest.sh --add "$(command -v unshare):/usr/bin/unshare" \
		--add "$(command -v systemctl):/usr/bin/systemctl" --out "/run/out:$WORK/out" --timeout 120 "$KERNEL" -- \
		bash unit_guest.sh >"$WORK/guest.out" 2>"$WORK/boot.err"
}

# cap_bits NAME...: as /proc/PID/status prints them.
cap_bits() {
	"$PYTHON" -c 'import sys
bit = {"CAP_NET_ADMIN": 12, "CAP_NET_RAW": 13, "CAP_PERFMON": 38, "CAP_BPF": 39}
print("%016x" % sum(1 << bit[name] for name in sys.argv[1:]))' "$@"
}

check_plan() {
	local diff
	diff=$("$PYTHON" -c 'import json, sys
root, unit = ({p["instant"]: p["candidate"] for p in json.load(open(path))["plan"]} for path in sys.argv[1:])
print("; ".join("%s by %s, root has %s" % (i, unit.get(i), root[i]) for i in root if unit.get(i) != root[i]))' \
		"$WORK/out/root.json" "$WORK/out/unit.json" 2>&1)
	if [ -n "$diff" ]; then
		not_ok unit_plan "$diff"
	else
		ok "unit_plan (the same probes as root without the unit)"
	fi
}

check_memory() {
	local peak limit
	peak=$(value memory_peak)
	limit=$(sed -n 's/^MemoryMax=\([0-9]*\)M$/\1/p' deploy/sigpathd.service)
	if [ -z "$peak" ]; then
		skip unit_memory "this kernel has no memory.peak"
	elif [ "$peak" -gt $((limit << 19)) ]; then
		not_ok unit_memory "peak $peak bytes, more than half of MemoryMax=${limit}M"
	else
		ok "unit_memory (peak $((peak >> 10)) KiB of $limit MiB, BPF maps included)"
	fi
}

need qemu-system-x86_64 systemctl unshare cpio
if [ ! -x "$SYSTEMD" ]; then
	skip unit "systemd is not installed"
	exit 0
fi
WORK=$(mktemp -d "${TMPDIR:-/tmp}/sigpath.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM
if ! "$VM/kernel" "$KERNEL" >/dev/null 2>"$WORK/kernel.err"; then
	skip unit "no kernel $KERNEL to boot: $(tail -n 1 "$WORK/kernel.err")"
	exit 0
fi
if ! collect_units || ! boot; then
	not_ok unit "$(tail -n 2 "$WORK/boot.err" | tr '\n' ' ')$(tail -n 2 "$WORK/guest.out" | tr '\n' ' ')"
	exit 1
fi
read -ra caps < <(sed -n 's/^CapabilityBoundingSet=//p' deploy/sigpathd.service)
bits=$(cap_bits "${caps[@]}")
expect unit_starts health=0 cgroup=/system.slice/sigpathd.service "socket=660 sigpath"
expect unit_rights "CapPrm=$bits" "CapBnd=$bits" NoNewPrivs=1 Seccomp=2
check_plan
check_memory
expect unit_reloads reload=0 health_after=0
expect unit_stops Result=success ExecMainStatus=0 ActiveState=inactive left=
