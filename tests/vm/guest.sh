#!/bin/bash
# Runs in the guest: load that is answered after a known delay, daemons and a capture that watch it, and everything that
# was seen kept in files. It judges nothing; check.py does that on the host.
#
#   guest.sh OUTDIR NAME=PHASE:SIDE:FORCE... -- [MODE]...
#
# First the daemon with its own choice of probes, alone (OUTDIR/auto). Then the phases taps and stages: one daemon for each
# argument of that phase (OUTDIR/NAME), all on the same traffic (OUTDIR/PHASE). SIDE b is beside the server, a beside the
# client. At the end modes.sh for each MODE (OUTDIR/mode.MODE).
set -uo pipefail
# shellcheck source=tests/lib/netns.sh
. "${BASH_SOURCE[0]%/*}/netns.sh"

delays_us=(5000 20000)
workers=16
ready_s=60

out=${1:?usage: guest.sh OUTDIR NAME=PHASE:SIDE:FORCE... -- [MODE]...}
shift
declare -A daemons=()
plan=

# say WHY [FILE]: goes to the host's screen, with the end of the log that may explain it.
say() {
	echo "guest: $1"
	[[ -z ${2:-} ]] || tail -n 20 "$2"
}

# clock WHAT: how long it took since the last call; into the kernel's log too, for a guest that hangs.
clock() {
	local now=${EPOCHREALTIME/./}
	[[ -z ${last:-} ]] || echo "$(((now - last) / 1000)) ms $1" | tee -a "$out/times" >/dev/kmsg
	last=$now
}

# --- the plan ---

# What the verifier says about every program, and the plan that holds here as instant=candidate...
look_around() {
	timeout 300 test_load --print >"$out/verifier" 2>&1 &
	timeout 120 sigpath doctor --json >"$out/doctor.json" 2>"$out/doctor.txt" || say "sigpath doctor failed" "$out/doctor.txt"
	plan=$(grep -o '"instant":"[^"]*","help":"[^"]*","candidate":[^,]*' "$out/doctor.json" |
		sed 's/"instant":"\([^"]*\)".*"candidate":"\?\([^"]*\)"\?$/\1=\2/; s/=null$/=none/')
	wait $! || say "test_load failed" "$out/verifier"
}

# Every instant is forced, so that a daemon tries nothing else. XDP takes one program an interface: t_nic is nobody's
# unless a force names it. Without t_sock nothing is left but taps.
complete() {
	local force=$1 item
	for item in $plan; do
		case ,$force, in
		*,"${item%%=*}"=*) continue ;;
		*,t_sock=none,*) force+=,${item%%=*}=none ;;
		*) case $item in
			t_nic=*) force+=,t_nic=none ;;
			*) force+=,$item ;;
			esac ;;
		esac
	done
	echo "${force#,}"
}

# --- what watches ---

# start_daemon NAME SIDE [FORCE]
start_daemon() {
	local name=$1 ns=$NS_B interface=$IF_B options=()
	if [[ $2 == a ]]; then
		ns=$NS_A interface=$IF_A
	fi
	[[ -z ${3:-} ]] || options=(--force-probe "$3")
	mkdir -p "$out/$name"
	echo "${3:-}" >"$out/$name/force"
	job__start "$name" - sigpathd --netns "/run/netns/$ns" --interfaces "$interface" --sip-ports 5060 --socket-group "" \
		--socket "$WORK/$name.sock" --lock "$WORK/$name.lock" --ring-size 1MiB --poll-interval "${4:-10ms}" \
		--transactions "$out/$name/transactions" "${options[@]}"
	daemons[$name]=$JOB
}

is_up() {
	grep -qsw ready "$WORK/$1.log" || is_gone "${daemons[$1]}"
}

are_all_up() {
	local name
	for name in "${!daemons[@]}"; do
		is_up "$name" || return 1
	done
}

wait_for_daemons() {
	local name
	wait_until "$ready_s" are_all_up
	for name in "${!daemons[@]}"; do
		if ! is_up "$name" || is_gone "${daemons[$name]}"; then
			say "$name: sigpathd did not come up" "$WORK/$name.log"
		fi
	done
}

# keep NAME: what the daemon knows. Of its transactions only one side is of use: the serial port is slow.
keep() {
	local name=$1
	timeout 60 sigpath top --once --json --socket "$WORK/$name.sock" >"$out/$name/snapshot.json" 2>"$out/$name/top.txt" ||
		say "$name: no snapshot" "$out/$name/top.txt"
	kill -TERM "${daemons[$name]}" 2>/dev/null
	wait_until 20 is_gone "${daemons[$name]}" || say "$name: sigpathd does not end" "$WORK/$name.log"
	cp "$WORK/$name.log" "$out/$name/daemon.txt"
}

stop_daemons() {
	local name keepers=()
	for name in "${!daemons[@]}"; do
		keep "$name" &
		keepers+=($!)
	done
	wait "${keepers[@]}"
	for name in "${!daemons[@]}"; do
		job__stop "${daemons[$name]}"
	done
	daemons=()
}

# start_capture PHASE SIDE...
start_capture() {
	local phase=$1 side
	shift
	captures=()
	for side; do
		capture "$phase" "$side"
	done
}

capture() {
	local ns=$NS_B interface=$IF_B
	if [[ $2 == a ]]; then
		ns=$NS_A interface=$IF_A
	fi
	job__start "capture.$2" "$ns" tcpdump -i "$interface" -n -s 0 -B 8192 -U --time-stamp-precision=nano -Z root \
		-w "$out/$1/capture.$2.pcap" udp
	captures+=("$JOB")
	wait_until 10 grep -qs 'listening on' "$WORK/capture.$2.log" || say "no capture" "$WORK/capture.$2.log"
}

# The kernel hands captured packets over at least once a second.
has_captured() {
	local file
	for file in "$out/$1"/*.pcap; do
		(($(tcpdump -n -Z root -r "$file" 2>/dev/null | wc -l) >= $2)) || return 1
	done
}

# stop_capture PHASE PACKETS: when they are in the file, or a while later.
stop_capture() {
	local pid
	wait_until 3 has_captured "$1" "$2" || say "$1: the capture lacks packets"
	for pid in "${captures[@]}"; do
		job__stop "$pid"
	done
	cat "$WORK"/capture.*.log >"$out/$1/capture.txt"
}

# --- traffic ---

is_responding() {
	grep -q ready "$WORK/respond.log" || is_gone "$1"
}

# send PHASE RATE COUNT [LOG]: half SIP OPTIONS and half STUN Binding to one socket.
send() {
	local dir=$out/$1
	netns__run "$NS_A" load --sip "$IP_B:5060" --stun "$IP_B:5060" --rate "$2" --count "$3" --linger 5 \
		${4:+--log "$dir/$4"} >"$dir/load.txt" 2>&1 || say "load failed" "$dir/load.txt"
}

# send_load PHASE RATE COUNT: COUNT for each delay. Before that some that nobody looks at: an emulator translates code when
# it first runs, between two stamps for example.
send_load() {
	local dir=$out/$1 delay responder warm=100
	for delay in "${delays_us[@]}"; do
		job__start respond "$NS_B" respond --bind "$IP_B:5060" --workers "$workers" --delay-us "$delay" \
			--log "$dir/respond.$delay"
		responder=$JOB
		wait_until "$ready_s" is_responding "$responder"
		((warm == 0)) || send "$1" 200 "$warm"
		warm=0
		send "$1" "$2" "$3" "load.$delay"
		job__stop "$responder"
		cp "$WORK/respond.log" "$dir/respond.$delay.txt"
	done
}

# --- phases ---

# run_phase NAME RATE COUNT SIDE...: the daemons are up. For COUNT requests of each delay there are as many replies.
run_phase() {
	local phase=$1 rate=$2 count=$3
	shift 3
	mkdir -p "$out/$phase"
	wait_for_daemons
	clock "$phase: up"
	start_capture "$phase" "$@"
	send_load "$phase" "$rate" "$count"
	clock "$phase: load"
	stop_capture "$phase" $((2 * count * ${#delays_us[@]} + 200))
	clock "$phase: capture"
	stop_daemons
	clock "$phase: down"
}

# start_phase NAME NAME=PHASE:SIDE:FORCE...: the daemons of that phase. They look into the ring buffer less often, so that
# many of them do not keep the processors from what is measured.
start_phase() {
	local phase=$1 item name side force
	shift
	for item; do
		IFS='=: ' read -r name item side force <<<"${item/=/ }"
		[[ $item != "$phase" ]] || start_daemon "$name" "$side" "$(complete "${force#-}")" 100ms
	done
}

# The namespaces end with it.
run_phases() {
	netns__start || exit 1
	start_daemon auto b
	run_phase auto 200 750 a b
	((${#cases[@]})) || return 0
	start_phase taps "${cases[@]}"
	run_phase taps 150 250 a b
	start_phase stages "${cases[@]}"
	run_phase stages 100 150 b
}

# Each in a process of its own: what it cannot undo, it leaves to those that follow.
run_modes() {
	local mode
	for mode; do
		mkdir -p "$out/mode.$mode"
		modes.sh "$out/mode.$mode" "$mode" >"$out/mode.$mode/output.txt" 2>&1 </dev/null ||
			say "mode $mode: modes.sh failed" "$out/mode.$mode/output.txt"
		clock "mode $mode"
	done
}

cases=()
while (($#)) && [[ $1 != -- ]]; do
	cases+=("$1")
	shift
done
mkdir -p "$out"
clock boot
look_around
clock "doctor and verifier"
(run_phases)
clock "phases in all"
run_modes "${@:2}"
