#!/bin/bash
# A recording made while traffic runs says, replayed, exactly what the daemon said: the same transactions, line by line.
. "$(dirname "$0")/e2e.sh"
begin

start_record() {
	job__start record - "$SIGPATH_BIN/sigpath" record -o "$1" --socket "$DAEMON_SOCKET" "${@:2}"
	RECORD=$JOB
	wait_until 5 grep -qs 'a recording begins' "$DAEMON_LOG"
}

# same NAME: what the replay of NAME.* says is what the daemon logged.
same() {
	local name=$1 file=$2 lines
	if ! "$SIGPATH_BIN/sigpath" replay "$file" --transactions "$WORK/$name.replayed" >"$WORK/$name.out" 2>&1; then
		not_ok "record_$name" "$(tail -n 1 "$WORK/$name.out")"
		return
	fi
	lines=$(wc -l <"$WORK/$name.json")
	if [ "$lines" -lt "$3" ]; then
		not_ok "record_$name" "only $lines transactions were logged"
	elif ! cmp -s "$WORK/$name.json" "$WORK/$name.replayed"; then
		not_ok "record_$name" "differs: $(diff "$WORK/$name.json" "$WORK/$name.replayed" | head -n 3 | tr '\n' ' ')"
	else
		ok "record_$name ($lines transactions, $(stat -c %s "$file") bytes)"
	fi
}

# run NAME SUFFIX DAEMON-FLAGS...
run() {
	local name=$1 file=$WORK/$1.$2
	shift 2
	start_respond "$name.sip" --bind "$IP_B:5060" --workers 2
	local sip=$RESPOND
	start_respond "$name.stun" --bind "$IP_B:3478"
	local stun=$RESPOND
	start_daemon "$WORK/$name.json" "$@"
	start_record "$file"
	load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 1000 --count 2000 --retransmit 5 >/dev/null
	settle "$WORK/$name.json" 1.2
	job__stop "$RECORD" INT
	stop_daemon
	job__stop "$sip"
	job__stop "$stun"
	if ! grep -q ' 0 lost$' "$WORK/record.log"; then
		not_ok "record_${name}_lost" "$(tail -n 1 "$WORK/record.log")"
	fi
	same "$name" "$file" 1500
}

run stages sigpath
run gz sigpath.gz
run taps sigpath --force-probe t_sock=none --taps tc

# A reader that stops reading costs the daemon nothing; what is missing is told.
start_respond slow --bind "$IP_B:5060"
start_daemon "$WORK/slow.json"
start_record "$WORK/slow.sigpath"
kill -STOP "$RECORD"
load --sip "$IP_B:5060" --rate 5000 --count 10000 >/dev/null
settle "$WORK/slow.json" 1.2
lines=$(wc -l <"$WORK/slow.json")
kill -CONT "$RECORD"
job__stop "$RECORD" INT
stop_daemon
stop_respond
lost=$(sed -n 's/.* \([0-9]*\) lost$/\1/p' "$WORK/record.log")
told=$("$SIGPATH_BIN/sigpath" replay "$WORK/slow.sigpath" --json 2>/dev/null | "$PYTHON" -c 'import json, sys
print(json.load(sys.stdin)["counts"]["record_losses"])')
if [ "$lines" -ge 2000 ] && [ "${lost:-0}" -gt 0 ] && [ "$lost" = "$told" ]; then
	ok "record_slow_reader ($lines transactions measured, $lost records left out and told)"
else
	not_ok record_slow_reader "$lines transactions, '$lost' lost, '$told' told"
fi
