#!/bin/bash
# Runs in the guest: for each case a daemon, load answered after a known delay, and everything that was seen kept in
# files. It judges nothing; check.py does that on the host.
#
#   guest.sh OUTDIR [NAME=FORCE]...   case "auto" is the plan's own choice, each NAME one --force-probe
set -uo pipefail
# shellcheck source=tests/lib/netns.sh
. "${BASH_SOURCE[0]%/*}/netns.sh"

requests=600 # for each delay; of 1200 in all, one may stay unjoined
rate=100
delays_us=(5000 20000)
workers=8 # 20 ms of sleep for each of 100 requests a second keep two busy, more on a slow host
ready_s=60

out=${1:?usage: guest.sh OUTDIR [NAME=FORCE]...}
shift

# say WHY: goes to the host's screen, with the end of the log that may explain it.
say() {
	echo "guest: $1"
	[[ -z ${2:-} ]] || tail -n 20 "$2"
}

start_daemon() {
	local dir=$1 force=$2 options=()
	[[ -z $force ]] || options=(--force-probe "$force")
	rm -f /run/sigpath/sigpath.sock
	mkdir -p /run/sigpath
	job__start daemon - sigpathd --netns "/run/netns/$NS_B" --sip-ports 5060 --socket-group "" \
		--transactions "$dir/transactions" "${options[@]}"
	daemon=$JOB
	wait_until "$ready_s" is_over "$daemon"
	is_answering
}

# The socket is there before the probes are: ready is a daemon that answers.
is_answering() {
	[[ -S /run/sigpath/sigpath.sock ]] && timeout 10 sigpath top --once --json >/dev/null 2>&1
}

is_over() {
	is_answering || is_gone "$1"
}

is_responding() {
	grep -q ready "$WORK/respond.log" || is_gone "$1"
}

# Half SIP OPTIONS and half STUN Binding, to one socket.
send_load() {
	local dir=$1 delay=$2 responder
	job__start respond "$NS_B" respond --bind "$IP_B:5060" --workers "$workers" --delay-us "$delay" \
		--log "$dir/respond.$delay"
	responder=$JOB
	wait_until "$ready_s" is_responding "$responder"
	netns__run "$NS_A" load --sip "$IP_B:5060" --stun "$IP_B:5060" --rate "$rate" --count "$requests" \
		--linger 5 --log "$dir/load.$delay" >"$dir/load.$delay.txt" 2>&1 ||
		say "load failed" "$dir/load.$delay.txt"
	job__stop "$responder"
	cp "$WORK/respond.log" "$dir/respond.$delay.txt"
}

run_case() {
	local name=$1 force=$2 dir=$out/$1 delay
	mkdir -p "$dir"
	if start_daemon "$dir" "$force"; then
		for delay in "${delays_us[@]}"; do
			send_load "$dir" "$delay"
		done
		timeout 60 sigpath top --once --json >"$dir/snapshot.json" 2>&1 || say "$name: no snapshot" "$dir/snapshot.json"
	else
		say "$name: sigpathd did not come up" "$WORK/daemon.log"
	fi
	job__stop "$daemon"
	cp "$WORK/daemon.log" "$dir/daemon.txt"
	timeout 60 sigpath doctor --json ${force:+--force-probe "$force"} >"$dir/doctor.json" 2>"$dir/doctor.txt" ||
		say "$name: sigpath doctor failed" "$dir/doctor.txt"
}

mkdir -p "$out"
netns__start || exit 1
run_case auto ""
for item in "$@"; do
	run_case "${item%%=*}" "${item#*=}"
done
