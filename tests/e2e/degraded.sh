#!/bin/bash
# What is left when a capability, a system call, BTF or cgroup2 is missing? In each mode of the table `modes`: doctor tells
# it apart, the daemon runs or says what is missing, and a known delay comes back in the stage that contains it.
. "$(dirname "$0")/e2e.sh"
begin setpriv unshare prlimit

modes=$E2E_DIR/modes
requests=300
nobody=65534
user=0

# Whoever runs them must reach binaries and folders: a checkout may be private.
chmod 0755 "$WORK"
install -d "$WORK/bin"
install -m 0755 "$SIGPATH_BIN/sigpath" "$SIGPATH_BIN/sigpathd" "$WORK/bin"
SIGPATH_BIN=$WORK/bin

# --- ways into a mode: each sets DAEMON_VIA, the words before a command ---

# bounded CAP...: root with these alone.
bounded() {
	local list=
	[ $# -eq 0 ] || list=$(printf ',+%s' "$@")
	user=0
	DAEMON_VIA=(setpriv --bounding-set="-all$list" --inh-caps=-all)
}

# as_user CAP...: not root, with these.
as_user() {
	local list=
	[ $# -eq 0 ] || list=$(printf ',+%s' "$@")
	user=$nobody
	DAEMON_VIA=(setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps="-all$list" --ambient-caps="-all$list")
}

# mounted SCRIPT: in a mount namespace of its own, changed by SCRIPT.
mounted() {
	user=0
	DAEMON_VIA=(unshare --mount --propagation private bash -c "$1 && exec \"\$@\"" bash)
}

# caps_are NAME...: what the kernel says a process in this mode has.
caps_are() {
	local found wanted
	found=$("${DAEMON_VIA[@]}" grep '^CapEff:' /proc/self/status | cut -f2)
	wanted=$(cap_mask "$@")
	if [ "$((16#$found))" -ne "$wanted" ]; then
		not_ok degraded_caps "wanted $*, the kernel says $found"
	fi
}

cap_mask() {
	local mask=0 name
	for name in "$@"; do
		case $name in
		net_admin) mask=$((mask | 1 << 12)) ;;
		net_raw) mask=$((mask | 1 << 13)) ;;
		sys_ptrace) mask=$((mask | 1 << 19)) ;;
		perfmon) mask=$((mask | 1 << 38)) ;;
		bpf) mask=$((mask | 1 << 39)) ;;
		esac
	done
	echo "$mask"
}

# --- one mode ---

# Load against two responders that take 3 ms each, seen by the daemon.
send_load() {
	local sip
	start_respond respond.sip --bind "$IP_B:5060" --workers 8 --delay-us 3000
	sip=$RESPOND
	start_respond respond.stun --bind "$IP_B:3478" --workers 8 --delay-us 3000
	load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate "$requests" --count "$requests" --log "$WORK/load.tsv" >/dev/null
	snapshot "$WORK/snapshot.json"
	job__stop "$sip"
	stop_respond
}

run_daemon() {
	local status=0
	if daemon__start --transactions "$WORK/transactions.json" "$@" 2>/dev/null; then
		send_load
		daemon__stop || status=$?
	else
		wait "$DAEMON" || status=$?
	fi
	echo "$status" >"$WORK/daemon.status"
}

# try MODE FLAGS...: in this mode, doctor and daemon with FLAGS; all files go to a folder of its own.
try() {
	local mode=$1 baseline=$WORK/as_is/doctor.json status=0 WORK=$WORK/$1
	shift
	install -d -o "$user" "$WORK"
	netns__run "$NS_B" "${DAEMON_VIA[@]}" "$SIGPATH_BIN/sigpath" doctor --json "$@" >"$WORK/doctor.json" 2>"$WORK/doctor.err" || status=$?
	echo "$status" >"$WORK/doctor.status"
	run_daemon "$@"
	check degraded --name "degraded_$mode" --modes "$modes" --mode "$mode" --folder "$WORK" --baseline "$baseline"
}

DAEMON_VIA=()
try as_is
bounded bpf perfmon net_raw
caps_are bpf perfmon net_raw
try no_net_admin
as_user bpf perfmon net_admin sys_ptrace
caps_are bpf perfmon net_admin sys_ptrace
try ambient
as_user
caps_are
try user_bare
user=0
DAEMON_VIA=(prlimit --memlock=16384 setpriv --bounding-set=-sys_resource --inh-caps=-all)
try memlock
mounted 'umount -l "$(findmnt -nft cgroup2 -o TARGET)"'
try no_cgroup2
