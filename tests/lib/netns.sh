# Sourced by tests and the demo: two network namespaces joined by veth, the processes started in them, and a cleanup
# that runs on every way out.
#
#   $NS_A  10.77.0.1  fd77::1  client   veth $IF_A  |  $IF_B   server  10.77.0.2  fd77::2  $NS_B
#
# netns__start            makes them and $WORK, a scratch folder
# netns__run NS CMD...    runs in a namespace (network only: bpffs, tracefs and cgroups stay visible)
# job__start NAME NS CMD  in the background (NS "-": not in a namespace), output to $WORK/NAME.log, pid in $JOB
# job__stop PID [SIG]     ends it and waits for it
# at_exit CMD...          runs when the script ends, last added first
#
# shellcheck shell=bash

NS_A=sp-a-$$
NS_B=sp-b-$$
IF_A=spa$$
IF_B=spb$$
IP_A=10.77.0.1
IP_B=10.77.0.2
IP6_A=fd77::1
IP6_B=fd77::2
WORK=
JOB=
JOBS=()
EXIT_HOOKS=()
exec {NAP_FD}<> <(:) # a pipe that nobody writes to: reading it for a while is a sleep without a process

at_exit() {
	EXIT_HOOKS+=("$*")
}

nap() {
	read -rt "$1" -u "$NAP_FD" || true
}

# wait_until SECONDS CMD...: polls until the command succeeds; 1 when the time is over.
wait_until() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			return 1
		fi
		nap 0.05
	done
}

# Ended, reaped or not: within a trap bash does not reap.
is_gone() {
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
	stat=${stat##*) }
	[ "${stat%% *}" = Z ]
}

# CMD must be a program: the pid is its own, for signals.
job__start() {
	local name=$1 enter=()
	if [ "$2" != - ]; then
		enter=(nsenter --net="/run/netns/$2" --)
	fi
	shift 2
	"${enter[@]}" "$@" >"$WORK/$name.log" 2>&1 </dev/null &
	JOB=$!
	JOBS+=("$JOB")
}

# A process that does not end within five seconds is killed.
job__stop() {
	local pid=$1 sig=${2:-TERM} left=() job
	kill "-$sig" "$pid" 2>/dev/null
	if ! wait_until 5 is_gone "$pid"; then
		kill -KILL "$pid" 2>/dev/null
	fi
	wait "$pid" 2>/dev/null
	for job in "${JOBS[@]}"; do
		if [ "$job" != "$pid" ]; then
			left+=("$job")
		fi
	done
	JOBS=("${left[@]}")
}

netns__run() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" -- "$@"
}

netns__inode() {
	stat -Lc %i "/run/netns/$1"
}

# Whatever still runs in our namespaces was started by us.
netns__kill_rest() {
	local sig ns pid
	for sig in TERM KILL; do
		for ns in "$NS_A" "$NS_B"; do
			for pid in $(ip netns pids "$ns" 2>/dev/null); do
				kill "-$sig" "$pid" 2>/dev/null
			done
		done
		wait_until 3 netns__is_empty && return
	done
}

netns__is_empty() {
	[ -z "$(ip netns pids "$NS_A" 2>/dev/null)$(ip netns pids "$NS_B" 2>/dev/null)" ]
}

netns__cleanup() {
	local status=$? i
	trap - EXIT
	trap '' INT TERM HUP
	for ((i = ${#JOBS[@]} - 1; i >= 0; i--)); do
		kill -TERM "${JOBS[i]}" 2>/dev/null
	done
	for ((i = ${#JOBS[@]} - 1; i >= 0; i--)); do
		job__stop "${JOBS[i]}"
	done
	for ((i = ${#EXIT_HOOKS[@]} - 1; i >= 0; i--)); do
		eval "${EXIT_HOOKS[i]}"
	done
	netns__kill_rest
	ip netns del "$NS_A" 2>/dev/null
	ip netns del "$NS_B" 2>/dev/null
	if [ -n "$WORK" ] && [ -z "${SIGPATH_KEEP:-}" ]; then
		rm -rf "$WORK"
	fi
	exit "$status"
}

netns__start() {
	if [ "$(id -u)" -ne 0 ]; then
		echo "network namespaces need root" >&2
		return 1
	fi
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/sigpath.XXXXXX") || return 1
	trap netns__cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	ip netns add "$NS_A" && ip netns add "$NS_B" || return 1
	ip link add "$IF_A" netns "$NS_A" type veth peer name "$IF_B" netns "$NS_B" || return 1
	ip -n "$NS_A" addr add "$IP_A/24" dev "$IF_A"
	ip -n "$NS_B" addr add "$IP_B/24" dev "$IF_B"
	ip -n "$NS_A" addr add "$IP6_A/64" dev "$IF_A" nodad
	ip -n "$NS_B" addr add "$IP6_B/64" dev "$IF_B" nodad
	ip -n "$NS_A" link set lo up
	ip -n "$NS_B" link set lo up
	ip -n "$NS_A" link set "$IF_A" up
	ip -n "$NS_B" link set "$IF_B" up
	wait_until 5 netns__is_linked || { echo "the veth pair did not come up" >&2; return 1; }
}

# Neighbours are resolved before a test measures anything.
netns__is_linked() {
	netns__run "$NS_A" bash -c "echo >/dev/udp/$IP_B/9; echo >/dev/udp/$IP6_B/9" 2>/dev/null
	ip -n "$NS_A" neigh show "$IP_B" | grep -q lladdr && ip -n "$NS_A" neigh show "$IP6_B" | grep -q lladdr
}
