#!/bin/bash
# The same traffic to a capture and to the daemon: per transaction, tshark's response times and ours agree.
. "$(dirname "$0")/e2e.sh"
begin tcpdump tshark kamailio turnserver sipp

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
