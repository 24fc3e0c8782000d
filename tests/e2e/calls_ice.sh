#!/bin/bash
# Two aiortc peers in two namespaces: offer and answer by HTTP, ICE, DTLS-SRTP, audio: one session with every phase, in the
# peers' own times and a capture's.
. "$(dirname "$0")/e2e.sh"
begin tcpdump tshark
if ! "$PYTHON" -c 'import aiortc' 2>/dev/null; then
	skip calls_ice "python3-aiortc is not installed"
	exit 0
fi
peer=$PEERS_DIR/webrtc_peer.py

# aioice asks which addresses there are; without a route it finds none.
ip -n "$NS_A" route add default via "$IP_B"
ip -n "$NS_B" route add default via "$IP_A"
start_daemon ""
job__start wire.tcpdump "$NS_B" tcpdump -i "$IF_B" -n -s 0 -B 65536 -U --time-stamp-precision=nano -w "$WORK/wire.pcap" \
	"udp or tcp"
CAPTURE=$JOB
wait_until 5 grep -qs 'listening on' "$WORK/wire.tcpdump.log"
job__start answerer "$NS_B" "$PYTHON" "$peer" answer "$IP_B" 8080 "$WORK/answer.times"
answerer=$JOB
if ! wait_until 15 grep -qs ready "$WORK/answerer.log"; then
	not_ok calls_ice_peers "the answering peer did not start: $(tail -n 1 "$WORK/answerer.log")"
	exit 1
fi
if ! netns__run "$NS_A" timeout 30 "$PYTHON" "$peer" offer "$IP_B" 8080 "$WORK/offer.times" >"$WORK/offerer.log" 2>&1; then
	not_ok calls_ice_peers "the offering peer failed: $(tail -n 1 "$WORK/offerer.log")"
	exit 1
fi
wait_until 10 test -s "$WORK/answer.times"
stop_capture wire
check calls_ice --name calls_ice --socket "$DAEMON_SOCKET" --offer "$WORK/offer.times" --answer "$WORK/answer.times" \
	--pcap "$WORK/wire.pcap" --kind web
stop_daemon
job__stop "$answerer"
