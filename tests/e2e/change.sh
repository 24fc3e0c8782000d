#!/bin/bash
# The plan changes from stages to taps and back, again and again, under load: is each message seen once, and is what the
# kernel counted counted once. The way to make it change: cgroup2 is unmounted and mounted in the daemon's mount namespace.
. "$(dirname "$0")/e2e.sh"
begin "$@"
CGROUP2=$(findmnt -nft cgroup2 -o TARGET | head -n 1)
if [ -z "$CGROUP2" ]; then
	skip change "no cgroup2 is mounted"
	exit 0
fi

in_mounts() {
	nsenter --mount="/proc/$DAEMON/ns/mnt" "$@"
}

plans() {
	[ "$(grep -c 'new plan (' "$DAEMON_LOG")" -ge "$1" ]
}

# new_plan NUMBER NAME: asks for it and waits until it runs.
new_plan() {
	kill -HUP "$DAEMON"
	wait_until 30 plans "$1" || not_ok "$2" "no new plan: $(tail -n 2 "$DAEMON_LOG" | tr '\n' ' ')"
}

# between TAPS CANDIDATES: twice from stages to these taps and back.
between() {
	local name=change_$1 number=0 load
	start_respond "$1.sip" --bind "$IP_B:5060" --workers 4 --rcvbuf 4000000
	DAEMON_VIA=(unshare -m)
	start_daemon "$WORK/$1.json" --force-probe "t_sock=sock_cg,$2"
	if ! grep -q 'ready: .* stages' "$DAEMON_LOG"; then
		skip "$name" "sock_cg does not hold on this kernel"
		stop_daemon
		return
	fi
	job__start load "$NS_A" "$TOOLS/load" --local "$IP_A:0" --sip "$IP_B:5060" --rate 1500 --duration 120 --linger 2 \
		--log "$WORK/$1.load"
	load=$JOB
	wait_until 5 test -s "$WORK/$1.json"
	for _ in 1 2; do
		in_mounts umount -l "$CGROUP2"
		new_plan $((number += 1)) "$name"
		in_mounts mount -t cgroup2 none "$CGROUP2"
		new_plan $((number += 1)) "$name"
	done
	job__stop "$load"
	settle "$WORK/$1.json"
	snapshot "$WORK/$1.top"
	stop_daemon
	stop_respond
	check change --name "$name" --transactions "$WORK/$1.json" --load "$WORK/$1.load" --top "$WORK/$1.top" --changes "$number"
	grep 'new plan (' "$DAEMON_LOG" | sed 's/^/# /'
}

between captures tap_in=tap_capture,tap_out=tap_capture
between tc tap_in=tap_tc_in,tap_out=tap_tc_out

# From taps to taps: no datagram is counted by both programs, none by neither.
junk_counted() {
	local sent counted sink blast
	# shellcheck disable=SC2034  # used by daemon__start
	DAEMON_VIA=()
	start_daemon "$WORK/junk.json" --force-probe t_sock=none
	job__start sink "$NS_B" "$TOOLS/udpblast" --sink "$IP_B:5060"
	sink=$JOB
	wait_until 5 grep -qs ready "$WORK/sink.log"
	job__start blast "$NS_A" "$TOOLS/udpblast" --target "$IP_B:5060" --rate 20000 --seconds 120
	blast=$JOB
	for n in 1 2 3; do
		new_plan "$n" change_counts
	done
	job__stop "$blast"
	job__stop "$sink"
	sent=$(sed -nE 's/.*sent=([0-9]+).*/\1/p' "$WORK/blast.log")
	counted=$(daemon__ledger demux_other)
	stop_daemon
	if [ -n "$sent" ] && [ "$counted" = "$sent" ]; then
		ok change_counts
	else
		not_ok change_counts "$sent datagrams were sent, $counted counted"
	fi
}

junk_counted
