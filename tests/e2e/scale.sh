#!/bin/bash
# Many sessions at once: 10,000 of them with 2,000 offers and answers a second, over WebSocket and over SIP: nothing is lost and
# memory stays small. Then more half-open calls than there is room for: memory stays at its limit, evictions are counted.
# SIGPATH_SCALE_SECONDS: of each load (6). The client's sockets are on this host too, so each connection has both its ends here.
. "$(dirname "$0")/e2e.sh"
begin
seconds=${SIGPATH_SCALE_SECONDS:-6}
sessions=${SIGPATH_SCALE_SESSIONS:-10000}
half_open=${SIGPATH_SCALE_HALF_OPEN:-200000}
least_files=$((sessions + 64))
memory_kib=$((96 * 1024))

if ! ulimit -n "$(ulimit -Hn)" || [ "$(ulimit -n)" -lt "$least_files" ]; then
	skip scale "only $(ulimit -Hn) open files are allowed, $least_files are needed"
	exit 0
fi

ticks() {
	local stat
	read -r stat <"/proc/$1/stat"
	set -- ${stat##*) }
	echo $((${12} + ${13}))
}

# judge NAME TOOL-LOG TICKS-BEFORE TICKS-AFTER LEAST-SESSIONS FLAGS...
judge() {
	local name=$1 tool=$2 before=$3 after=$4 least=$5
	shift 5
	snapshot "$WORK/$name.json"
	check scale --name "scale_$name" --snapshot "$WORK/$name.json" --socket "$DAEMON_SOCKET" --pid "$DAEMON" --tool "$tool" \
		--memory-kib "$memory_kib" --least "$least" --cpu "$(((after - before) * 100 / $(getconf CLK_TCK)))" "$@"
}

# both_ends: with client and server on one host a connection is two ends
start_daemon "" --max-streams $((sessions * 2 + 1024))
job__start exchange "$NS_B" "$TOOLS/exchange" --serve "$IP_B:8080" --sessions "$sessions"
server=$JOB
wait_until 5 grep -qs ready "$WORK/exchange.log"
job__start web "$NS_A" "$TOOLS/exchange" --connect "$IP_B:8080" --sessions "$sessions" --rate 2000 --seconds "$seconds"
load=$JOB
wait_until 20 grep -qs connected "$WORK/web.log"
before=$(ticks "$DAEMON")
wait "$load"
after=$(ticks "$DAEMON")
judge web "$WORK/web.log" "$before" "$after" "$sessions" --kind web
job__stop "$server"
stop_daemon

start_daemon ""
job__start invite "$NS_B" "$TOOLS/invite" --serve "$IP_B:5060"
server=$JOB
wait_until 5 grep -qs ready "$WORK/invite.log"
before=$(ticks "$DAEMON")
netns__run "$NS_A" "$TOOLS/invite" --target "$IP_B:5060" --local "$IP_A:5061" --sessions "$sessions" --rate 2000 \
	--seconds "$seconds" >"$WORK/sip.log"
after=$(ticks "$DAEMON")
judge sip "$WORK/sip.log" "$before" "$after" "$sessions" --kind call
job__stop "$server"
stop_daemon

start_daemon ""
job__start mute "$NS_B" "$TOOLS/invite" --serve "$IP_B:5060" --mute
server=$JOB
wait_until 5 grep -qs ready "$WORK/mute.log"
before=$(ticks "$DAEMON")
netns__run "$NS_A" "$TOOLS/invite" --target "$IP_B:5060" --local "$IP_A:5061" --sessions "$half_open" --mute \
	--rate 25000 >"$WORK/half_open.log"
after=$(ticks "$DAEMON")
judge half_open "$WORK/half_open.log" "$before" "$after" 16000 --kind call --overload "$half_open"
job__stop "$server"
stop_daemon
