#!/bin/bash
# Without any stage probe: does each kind of tap alone still give the total of every transaction, under one merged
# stage that says so? The witness is the load generator: a total lies between the responder's own time and the round trip.
. "$(dirname "$0")/e2e.sh"
begin

# run NAME FORCED DAEMON-FLAGS...: FORCED goes to --force-probe, behind what switches the stages off.
run() {
	local name=$1 forced=t_sock=none$2
	shift 2
	start_respond "$name.sip" --bind "$IP_B:5060" --delay-us 2000
	local sip=$RESPOND
	start_respond "$name.stun" --bind "$IP_B:3478"
	local stun=$RESPOND
	start_daemon "$WORK/$name.json" --force-probe "$forced" "$@"
	load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 200 --count 400 --log "$WORK/$name.load" >/dev/null
	settle "$WORK/$name.json"
	daemon__stop
	job__stop "$sip"
	job__stop "$stun"
	check taps --name "taps_$name" --transactions "$WORK/$name.json" --load "$WORK/$name.load" \
		--respond "$WORK/$name.sip.tsv" "$WORK/$name.stun.tsv"
}

run tc '' --taps tc
run socket '' --taps socket
run capture ,tap_in=tap_capture,tap_out=tap_capture
start_daemon "$WORK/blind.json" --force-probe t_sock=none --taps xdp
if grep -q 'no tap sees packets going out' "$DAEMON_LOG"; then
	ok taps_blind_says_so
else
	not_ok taps_blind_says_so "$(tail -n 3 "$DAEMON_LOG" | tr '\n' ' ')"
fi
daemon__stop

# Rings have a budget: the interface that found no room says so.
start_daemon "$WORK/budget.json" --force-probe t_sock=none,tap_in=tap_capture,tap_out=tap_capture --interfaces lo \
	--capture-memory 128KiB
taps=$(daemon__top | "$PYTHON" -c 'import json, sys
for tap in sorted(json.load(sys.stdin)["taps"], key=lambda tap: tap["state"]):
	print(tap["direction"], tap["state"], tap["reason"].split(":")[0])')
if [ "$(sort -u <<<"$taps" | tr '\n' '|')" = 'both capture |in off ring budget|out off ring budget|' ]; then
	ok taps_budget
else
	not_ok taps_budget "$(tr '\n' '|' <<<"$taps")"
fi
daemon__stop
