# Sourced by every end-to-end test: namespaces, daemon, peers, tools, and one line per result.
#
# ok NAME, not_ok NAME WHY, skip NAME WHAT-WAS-MISSING; need CMD...: what the script cannot run without.
# start_respond NAME FLAGS...   a responder in the server namespace, log $WORK/NAME.tsv, pid $RESPOND
# stop_respond                  prints what it read and dropped into $WORK/NAME.log
# load FLAGS...                 from the client namespace
# settle FILE [REST]            until FILE has not grown for REST seconds (0.4)
# check NAME ARGS...            runs check_NAME.py
#
# shellcheck shell=bash
set -uo pipefail

E2E_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$E2E_DIR/../.." || exit 1
. tests/lib/netns.sh
. tests/lib/peers.sh
. tests/lib/daemon.sh
PYTHON=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1

ok() {
	echo "ok $1"
}

not_ok() {
	echo "not ok $1: $2"
}

skip() {
	echo "skip $1: $2"
}

need() {
	local cmd
	for cmd in "$@"; do
		if ! command -v "$cmd" >/dev/null && ! [ -x "/usr/sbin/$cmd" ]; then
			skip "$(basename "$0" .sh)" "$cmd is not installed"
			exit 0
		fi
	done
}

begin() {
	need "$@"
	if ! netns__start; then
		not_ok "$(basename "$0" .sh)" "no network namespaces"
		exit 1
	fi
	NS_INODE=$(netns__inode "$NS_B")
}

start_respond() {
	RESPOND_NAME=$1
	shift
	job__start "$RESPOND_NAME" "$NS_B" "$TOOLS/respond" --log "$WORK/$RESPOND_NAME.tsv" "$@"
	RESPOND=$JOB
	wait_until 5 grep -qs ready "$WORK/$RESPOND_NAME.log"
}

stop_respond() {
	job__stop "$RESPOND"
}

# respond_count NAME read|replied|unknown|dropped
respond_count() {
	sed -n "s/.*\\b$2=\\([0-9]*\\).*/\\1/p" "$WORK/$1.log"
}

load() {
	netns__run "$NS_A" "$TOOLS/load" --local "$IP_A:0" "$@"
}

# start_daemon TRANSACTIONS FLAGS...: a fresh daemon, or the test script ends.
start_daemon() {
	local transactions=$1
	shift
	if ! daemon__start --transactions "$transactions" "$@" 2>"$WORK/start.err"; then
		not_ok "$(basename "$0" .sh)" "$(tr '\n' ' ' <"$WORK/start.err")"
		exit 1
	fi
}

is_resting() {
	local size
	size=$(stat -c %s "$1" 2>/dev/null)
	nap "$2"
	[ "$size" = "$(stat -c %s "$1" 2>/dev/null)" ]
}

settle() {
	wait_until 15 is_resting "$1" "${2:-0.4}"
}

# snapshot FILE: what the daemon says now; the transaction log is complete after stop_daemon.
snapshot() {
	daemon__top >"$1"
}

stop_daemon() {
	if ! daemon__stop; then
		not_ok "$(basename "$0" .sh)_stop" "sigpathd ended badly: $(tail -n 3 "$DAEMON_LOG" | tr '\n' ' ')"
	fi
}

check() {
	local name=$1
	shift
	"$PYTHON" "$E2E_DIR/check_$name.py" "$@"
}

# start_capture NAME: what passes the server's end of the veth, to $WORK/NAME.pcap.
start_capture() {
	job__start "$1.tcpdump" "$NS_B" tcpdump -i "$IF_B" -n -s 0 -B 65536 -U \
		--time-stamp-precision=nano -w "$WORK/$1.pcap" udp
	CAPTURE=$JOB
	wait_until 5 grep -qs 'listening on' "$WORK/$1.tcpdump.log"
}

# The kernel hands over a block of packets at least once a second (immediate mode would wake tcpdump for each one, and
# that between its own time stamp and the driver's).
stop_capture() {
	settle "$WORK/$1.pcap" 1.3
	job__stop "$CAPTURE"
	if ! grep -q '^0 packets dropped by kernel' "$WORK/$1.tcpdump.log"; then
		not_ok "capture_$1" "$(grep dropped "$WORK/$1.tcpdump.log")"
	fi
}
