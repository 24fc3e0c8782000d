#!/bin/bash
# The same traffic to a capture and to the daemon: per transaction, tshark's response times and ours agree.
. "$(dirname "$0")/e2e.sh"
begin tcpdump tshark kamailio turnserver sipp

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
		not_ok "oracle_$1_capture" "$(grep dropped "$WORK/$1.tcpdump.log")"
	fi
}

judge() {
	check oracle --name "oracle_$1" --pcap "$WORK/$1.pcap" --transactions "$WORK/$1.json" --netns "$NS_INODE" \
		--server "$IP_B" --least "$2"
}

# Kamailio and coturn, asked by sipp and the STUN load
peers__start || { not_ok oracle_peers "the peers did not start"; exit 1; }
peers__start_callee || { not_ok oracle_peers "the callee did not register"; exit 1; }
start_daemon "$WORK/peers.json"
start_capture peers
peers__load mix 8 300
if ! peers__wait; then
	not_ok oracle_peers_load "a call failed: $(grep -h 'Failed call' "$WORK"/mix.*.log | tail -n 1)"
fi
settle "$WORK/peers.json"
stop_capture peers
stop_daemon
judge peers 2000
job__stop "$KAMAILIO"
job__stop "$COTURN"

# The responder, four readers, at a higher rate
start_respond sip --bind "$IP_B:5060" --workers 4
sip=$RESPOND
start_respond stun --bind "$IP_B:3478" --workers 4 --delay-us 500
stun=$RESPOND
start_daemon "$WORK/tools.json"
start_capture tools
load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 3000 --count 9000 >"$WORK/tools.out"
settle "$WORK/tools.json"
stop_capture tools
stop_daemon
job__stop "$sip"
job__stop "$stun"
judge tools 8900
