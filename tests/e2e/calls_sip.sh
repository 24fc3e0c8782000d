#!/bin/bash
# Calls of sipp through Kamailio, over UDP and TCP: each is one session with offer, ringing, answer and BYE, in sipp's own times.
. "$(dirname "$0")/e2e.sh"
begin kamailio sipp tcpdump tshark
calls=60
rate=10

start_wire() {
	job__start "$1.tcpdump" "$NS_B" tcpdump -i "$IF_B" -n -s 0 -B 65536 -U --time-stamp-precision=nano \
		-w "$WORK/$1.pcap" "port 5060"
	CAPTURE=$JOB
	wait_until 5 grep -qs 'listening on' "$WORK/$1.tcpdump.log"
}

# run udp|tcp
run() {
	local name=$1 callee
	peers__sipp "$name.callee" -sf "$PEERS_DIR/sipp/callee.xml" -p 5070 -d 30
	callee=$JOB
	peers__sipp "$name.register" "$IP_B:5060" -sf "$PEERS_DIR/sipp/register_callee.xml" -p 5069 -m 1
	if ! wait "$JOB"; then
		not_ok "calls_sip_$name" "the callee could not register: $(tail -n 2 "$WORK/$name.register.log" | tr '\n' ' ')"
		return
	fi
	start_daemon ""
	start_wire "$name"
	peers__sipp "$name.caller" "$IP_B:5060" -sf "$PEERS_DIR/sipp/caller.xml" -p 5073 -d 300 -r "$rate" -m "$calls" \
		-trace_shortmsg -shortmessage_file "$WORK/$name.messages"
	if ! wait "$JOB"; then
		not_ok "calls_sip_${name}_load" "$(grep -h 'Failed call' "$WORK/$name.caller.log" | tail -n 1)"
	fi
	stop_capture "$name"
	snapshot "$WORK/$name.json"
	check calls_sip --name "calls_sip_$name" --socket "$DAEMON_SOCKET" --messages "$WORK/$name.messages" \
		--pcap "$WORK/$name.pcap" --snapshot "$WORK/$name.json" --calls "$calls" --caller "$IP_A:5073" --transport "$name"
	stop_daemon
	job__stop "$callee" KILL
}

peers__start_kamailio -A WITH_TCP -l "tcp:$IP_B:5060"
if ! wait_until 15 peers__answers sip 5060; then
	not_ok calls_sip_peers "Kamailio does not answer: $(tail -n 2 "$WORK/kamailio.log" | tr '\n' ' ')"
	exit 1
fi
SIPP_TRANSPORT=u1 run udp
SIPP_TRANSPORT=t1 run tcp
