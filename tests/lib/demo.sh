#!/bin/bash
# The main job on real traffic, from a bare machine: Kamailio and coturn in one namespace, sipp and STUN clients in
# another, the daemon between them and `sigpath top` on the terminal (without one: printed once after ten seconds).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

demo_seconds=${SIGPATH_DEMO_SECONDS:-600}
request_rate=${SIGPATH_DEMO_RATE:-150}

say() {
	echo "demo: $*" >&2
}

if [ "$(id -u)" -ne 0 ]; then
	say "namespaces and BPF need root: run 'sudo make demo'"
	exit 1
fi
tests/lib/deps.sh || exit 1
make -s --no-print-directory -j2 all tool-bins || exit 1

. tests/lib/netns.sh
. tests/lib/peers.sh
. tests/lib/daemon.sh

say "two namespaces ($NS_A $IP_A, $NS_B $IP_B) joined by veth"
netns__start || exit 1
say "Kamailio on $IP_B:5060, coturn on $IP_B:3478"
peers__start && peers__start_callee || exit 1
say "sigpathd in $NS_B"
daemon__start || exit 1
say "sipp (REGISTER, OPTIONS, calls) and STUN from $NS_A, about $((request_rate * 5 / 2)) messages per second"
peers__load load "$demo_seconds" "$request_rate"

if [ -t 0 ] && [ -t 1 ]; then
	timeout --foreground "$demo_seconds" "$SIGPATH_BIN/sigpath" top --socket "$DAEMON_SOCKET"
	status=$?
	if [ "$status" -eq 124 ]; then # its time was over
		status=0
	fi
else
	say "no terminal: ten seconds of traffic, then one picture"
	nap "$((demo_seconds < 10 ? demo_seconds : 10))"
	"$SIGPATH_BIN/sigpath" top --once --socket "$DAEMON_SOCKET"
	status=$?
fi
say "cleaning up"
exit "$status"
