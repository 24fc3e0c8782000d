#!/bin/bash
# Headless Chromium: two peer connections on a page, offer and answer over a WebSocket server on loopback: one session with every
# phase, in the page's own times (what its event loop adds is told) and a capture's.
. "$(dirname "$0")/e2e.sh"
begin tcpdump tshark node chromium
page=$PEERS_DIR/web_page.html
# All on one loopback; without a default route the browser gathers no candidates.
ip -n "$NS_B" route add default via "$IP_A"

start_daemon ""
job__start relay "$NS_B" node "$PEERS_DIR/web_relay.js" 8080 "$page" "$WORK/page.times"
wait_until 10 grep -qs ready "$WORK/relay.log"
job__start wire.tcpdump "$NS_B" tcpdump -i lo -n -s 0 -B 65536 -U --time-stamp-precision=nano -w "$WORK/wire.pcap" "udp or tcp"
CAPTURE=$JOB
wait_until 5 grep -qs 'listening on' "$WORK/wire.tcpdump.log"
job__start chromium "$NS_B" chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
	--user-data-dir="$WORK/chromium" --disable-background-networking --disable-component-update \
	--disable-features=WebRtcHideLocalIpsWithMdns --allow-loopback-in-peer-connection \
	--autoplay-policy=no-user-gesture-required "http://127.0.0.1:8080/"
browser=$JOB
if ! wait_until 30 test -s "$WORK/page.times"; then
	not_ok calls_web_peers "the page did not finish: $(tail -n 2 "$WORK/chromium.log" | tr '\n' ' ')"
	exit 1
fi
job__stop "$browser"
stop_capture wire
check calls_ice --name calls_web --socket "$DAEMON_SOCKET" --page "$WORK/page.times" --pcap "$WORK/wire.pcap" --kind web
stop_daemon
