# Sourced after netns.sh and daemon.sh: processes that lack something, and what doctor and daemon make of it.
#
# A way into a mode sets DAEMON_VIA, the words before a command:
#   mode__free                    nothing is lacking
#   mode__root_with CAP...        root with these capabilities alone
#   mode__user_with CAP...        another user with these
#   mode__namespaced              root of a user namespace
#   mode__refused CALL ERRNO      root, and a seccomp filter refuses this system call
#   mode__mounted SCRIPT          in a mount namespace of its own, which SCRIPT has changed
#   mode__limited LIMIT           root without CAP_SYS_RESOURCE, under a limit of prlimit
# mode__has CAP...                1 and a word about it when the kernel gives a process in this mode other capabilities
# mode__run DIR FLAGS...          doctor and daemon with FLAGS, load while the daemon runs, all that they say in DIR
#
# Of the load: MODE_REQUESTS (300) at MODE_RATE a second (300), each answered after MODE_DELAY_US (3000). TOOLS: where load
# and respond are. Judges nothing: e2e/check_degraded.py does.
#
# shellcheck shell=bash

MODE_REQUESTS=${MODE_REQUESTS:-300}
MODE_RATE=${MODE_RATE:-300}
MODE_DELAY_US=${MODE_DELAY_US:-3000}
MODE_USER=0
MODE_NOBODY=65534

mode__free() {
	MODE_USER=0
	DAEMON_VIA=()
}

mode__root_with() {
	local list=
	[ $# -eq 0 ] || list=$(printf ',+%s' "$@")
	MODE_USER=0
	DAEMON_VIA=(setpriv --bounding-set="-all$list" --inh-caps=-all)
}

mode__user_with() {
	local list=
	[ $# -eq 0 ] || list=$(printf ',+%s' "$@")
	MODE_USER=$MODE_NOBODY
	DAEMON_VIA=(setpriv --reuid "$MODE_USER" --regid "$MODE_USER" --clear-groups
		--inh-caps="-all$list" --ambient-caps="-all$list")
}

mode__namespaced() {
	MODE_USER=0
	DAEMON_VIA=(unshare --user --map-root-user)
}

mode__refused() {
	MODE_USER=0
	DAEMON_VIA=("$TOOLS/refuse" --call "$1" --errno "$2" --)
}

mode__mounted() {
	MODE_USER=0
	DAEMON_VIA=(unshare --mount --propagation private bash -c "$1 && exec \"\$@\"" bash)
}

mode__limited() {
	MODE_USER=0
	DAEMON_VIA=(prlimit "--$1" setpriv --bounding-set=-sys_resource --inh-caps=-all)
}

# Bits of linux/capability.h.
mode__mask() {
	local mask=0 name
	for name in "$@"; do
		case $name in
		net_admin) mask=$((mask | 1 << 12)) ;;
		net_raw) mask=$((mask | 1 << 13)) ;;
		sys_ptrace) mask=$((mask | 1 << 19)) ;;
		perfmon) mask=$((mask | 1 << 38)) ;;
		bpf) mask=$((mask | 1 << 39)) ;;
		*) return 1 ;;
		esac
	done
	echo "$mask"
}

mode__has() {
	local found
	found=$("${DAEMON_VIA[@]}" grep '^CapEff:' /proc/self/status | cut -f2)
	if [ -z "$found" ] || [ "$((16#$found))" -ne "$(mode__mask "$@")" ]; then
		echo "capabilities should be '$*', the kernel says $found" >&2
		return 1
	fi
}

mode__is_responding() {
	grep -qs ready "$WORK/respond.log"
}

mode__load() {
	local respond
	job__start respond "$NS_B" "$TOOLS/respond" --bind "$IP_B:5060" --workers 8 --delay-us "$MODE_DELAY_US" \
		--log "$WORK/respond.tsv"
	respond=$JOB
	wait_until 20 mode__is_responding
	netns__run "$NS_A" "$TOOLS/load" --local "$IP_A:0" --sip "$IP_B:5060" --stun "$IP_B:5060" --rate "$MODE_RATE" \
		--count "$MODE_REQUESTS" --linger 5 --log "$WORK/load.tsv" >"$WORK/load.log" 2>&1
	daemon__top >"$WORK/snapshot.json" 2>"$WORK/snapshot.err"
	job__stop "$respond"
}

mode__run_daemon() {
	local status=0
	if daemon__start --transactions "$WORK/transactions.json" "$@" 2>/dev/null; then
		mode__load
		daemon__stop || status=$?
	else
		wait "$DAEMON" || status=$?
	fi
	echo "$status" >"$WORK/daemon.status"
}

mode__run() {
	local WORK=$1 status=0
	shift
	mkdir -p "$WORK"
	chown "$MODE_USER" "$WORK"
	netns__run "$NS_B" "${DAEMON_VIA[@]}" timeout 60 "$SIGPATH_BIN/sigpath" doctor --json "$@" \
		>"$WORK/doctor.json" 2>"$WORK/doctor.err" || status=$?
	echo "$status" >"$WORK/doctor.status"
	mode__run_daemon "$@"
}
