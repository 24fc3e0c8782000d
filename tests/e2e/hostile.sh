#!/bin/bash
# Traffic that means harm: the daemon lives, its memory stays bounded, it answers its socket within a second, and named
# counters say what happened.
. "$(dirname "$0")/e2e.sh"
begin
ulimit -n "$(ulimit -Hn)"
attack=$PEERS_DIR/hostile.py
memory_kib=$((128 * 1024))

# attack, seconds, counters of which at least one must rise by how many (or -: no promise)
attacks() {
	cat <<-'END'
		junk_udp        3  sip_malformed  1
		junk_tcp        3  stream_skipped,stream_unknown,stream_malformed  1
		header_bombs    5  stream_oversized,parse_failed  1
		half_streams    4  tcp_segments  2000
		websocket_lies  4  stream_malformed,stream_oversized  1
		sdp_bombs       4  calls  1
		call_ids       20  calls_evicted  1
	END
}

run() {
	local name=$1 seconds=$2
	snapshot "$WORK/$name.before"
	job__start "$name" "$NS_A" timeout $((seconds + 20)) "$PYTHON" "$attack" "$name" "$IP_B" "$seconds"
	check hostile --name "hostile_$name" --socket "$DAEMON_SOCKET" --pid "$DAEMON" --attack "$JOB" --before "$WORK/$name.before" \
		--log "$WORK/$name.log" --memory-kib "$memory_kib" --counters "$3" --least "$4"
}

job__start sink "$NS_B" "$PYTHON" "$attack" sink "$IP_B"
wait_until 10 grep -qs ready "$WORK/sink.log"
start_daemon ""
while read -r name seconds counters least; do
	run "$name" "$seconds" "$counters" "$least"
done < <(attacks)
stop_daemon
