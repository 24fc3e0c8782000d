# Sourced after netns.sh: the daemon under test, with taps in the server namespace.
#
# daemon__start FLAGS...   returns when it is attached; pid in $DAEMON, socket $DAEMON_SOCKET
# daemon__stop             ends it; 1 when it did not end well
# daemon__top              its snapshot as JSON
# daemon__ledger NAME      one counter of the loss ledger
#
# DAEMON_READY_S: how long it may take (15). Words in the array DAEMON_VIA go before the command: it must end in an exec of the rest, so that the pid stays.
#
# shellcheck shell=bash

SIGPATH_BIN=${SIGPATH_BIN:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build}
DAEMON=
DAEMON_SOCKET=
DAEMON_LOG=
DAEMON_VIA=()

daemon__is_ready() {
	grep -qsw ready "$DAEMON_LOG" || is_gone "$DAEMON"
}

daemon__start() {
	DAEMON_SOCKET=$WORK/sigpath.sock
	DAEMON_LOG=$WORK/sigpathd.log
	: >"$DAEMON_LOG"
	job__start sigpathd "$NS_B" "${DAEMON_VIA[@]}" "$SIGPATH_BIN/sigpathd" --interfaces "$IF_B" --socket "$DAEMON_SOCKET" \
		--lock "$WORK/sigpath.lock" "$@"
	DAEMON=$JOB
	if ! wait_until "${DAEMON_READY_S:-15}" daemon__is_ready || is_gone "$DAEMON"; then
		echo "sigpathd did not get ready:" >&2
		tail -n 10 "$DAEMON_LOG" >&2
		return 1
	fi
}

daemon__stop() {
	local pid=$DAEMON
	DAEMON=
	kill -TERM "$pid" 2>/dev/null
	if ! wait_until 10 is_gone "$pid"; then
		job__stop "$pid" KILL
		echo "sigpathd did not end within 10 s of SIGTERM" >&2
		return 1
	fi
	wait "$pid"
}

daemon__top() {
	"$SIGPATH_BIN/sigpath" top --once --json --socket "$DAEMON_SOCKET"
}

daemon__ledger() {
	daemon__top | python3 -c 'import json, sys
print(next((row["count"] for row in json.load(sys.stdin)["ledger"] if row["name"] == sys.argv[1]), ""))' "$1"
}
