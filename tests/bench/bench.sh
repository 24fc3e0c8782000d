#!/bin/bash
# What sigpath costs, each figure with its baseline from the same run and its target beside it; judges nothing.
# bench.sh [packet latency rate start top others replay], all without a name; SIGPATH_BENCH_ROUNDS (6), SIGPATH_BENCH_SECONDS (30).
. "$(dirname "$0")/../e2e/e2e.sh"
begin clang-14 bpftool

. tests/bench/replay.sh
. tests/bench/top.sh

rounds=${SIGPATH_BENCH_ROUNDS:-6}
seconds=${SIGPATH_BENCH_SECONDS:-30}
figures() {
	"$PYTHON" tests/bench/figures.py "$@"
}

title() {
	printf '\n%s\n' "$*"
}

# count_field FILE NAME: of a tool's "name=value" line
count_field() {
	sed -n "s/.*\\b$2=\\([0-9.]*\\).*/\\1/p" "$1" | tail -n 1
}

# --- (a), (b): BPF time per packet, next to an empty program ---

start_empty() {
	clang-14 -O2 -g -target bpf -mcpu=v3 -c tests/bench/empty.bpf.c -o "$WORK/empty.o" &&
		gcc -O2 -o "$WORK/hold" tests/bench/hold.c -lbpf -lelf -lz || return 1
	job__start hold - "$WORK/hold" "$WORK/empty.o"
	HOLD=$JOB
	wait_until 5 grep -qs ready "$WORK/hold.log"
}

start_statistics() {
	local before
	before=$(sysctl -n kernel.bpf_stats_enabled)
	at_exit "sysctl -q kernel.bpf_stats_enabled=$before"
	sysctl -q kernel.bpf_stats_enabled=1
}

stop_statistics() {
	sysctl -q kernel.bpf_stats_enabled=0
	job__stop "$HOLD"
}

# measure NAME CMD...: the programs' statistics around five idle seconds, then around the command
measure() {
	local name=$1
	shift
	figures held "$DAEMON" "$WORK/$name.0"
	nap 5
	figures held "$DAEMON" "$WORK/$name.1"
	"$@" >"$WORK/$name.out"
	figures held "$DAEMON" "$WORK/$name.2"
}

bench_packet() {
	title "(a) BPF time per packet that is no signaling (RTP-like UDP, 20,000/s over veth, a sink that reads it)"
	start_empty && start_statistics || { echo "  not measured: no empty program"; return; }
	job__start sink "$NS_B" "$TOOLS/udpblast" --sink "$IP_B:9000"
	local sink=$JOB
	wait_until 5 grep -qs ready "$WORK/sink.log"
	start_daemon "$WORK/packet.json"
	measure packet netns__run "$NS_A" "$TOOLS/udpblast" --target "$IP_B:9000" --rate 20000 --seconds 5
	figures cost "$WORK"/packet.{0,1,1,2} "$(count_field "$WORK/packet.out" sent)" packet 6
	stop_daemon
	job__stop "$sink"
	title "(b) BPF time per signaling message (OPTIONS and Binding, 5,000 requests/s, each answered)"
	start_respond sip --bind "$IP_B:5060" --workers 2 --rcvbuf 4000000
	local sip=$RESPOND
	start_respond stun --bind "$IP_B:3478" --workers 2 --rcvbuf 4000000
	local stun=$RESPOND
	start_daemon "$WORK/message.json"
	measure message load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 5000 --duration 5
	figures cost "$WORK"/message.{0,1,1,2} "$(($(count_field "$WORK/message.out" sent) * 2))" message 30
	stop_daemon
	job__stop "$sip"
	job__stop "$stun"
	stop_statistics
}

# --- (c): round trips with and without the daemon, rounds interleaved ---

measure_round() {
	local mode=$1 sample
	echo "$mode ping $(netns__run "$NS_A" "$TOOLS/pingpong" --target "$IP_B:9000" --seconds 4)"
	echo "$mode ping_stun $(netns__run "$NS_A" "$TOOLS/pingpong" --target "$IP_B:3478" --stun --seconds 4)"
	for sample in $("$TOOLS/switch" --samples 5 --cpus 0,0); do
		echo "$mode switch_pinned round_ns=$sample"
	done
	for sample in $("$TOOLS/switch" --samples 5); do
		echo "$mode switch_free round_ns=$sample"
	done
}

bench_latency() {
	local round what
	title "(c) round trips at 5,000/s, $rounds rounds without and with the daemon in turn"
	job__start echo "$NS_B" "$TOOLS/pingpong" --echo "$IP_B:9000"
	local echo=$JOB
	start_respond stun --bind "$IP_B:3478"
	local stun=$RESPOND
	wait_until 5 grep -qs ready "$WORK/echo.log"
	for ((round = 0; round < rounds; round++)); do
		measure_round off
		start_daemon "$WORK/latency.json"
		measure_round on
		stop_daemon
	done >"$WORK/rounds"
	for what in ping ping_stun; do
		figures compare "$WORK/rounds" "$what" p50_ns 5
		figures compare "$WORK/rounds" "$what" p999_ns 6
	done
	figures compare "$WORK/rounds" switch_pinned round_ns 2
	figures compare "$WORK/rounds" switch_free round_ns 2
	job__stop "$echo"
	job__stop "$stun"
}

# --- (d): 50,000 messages per second ---

# Clock ticks of a process, user and system
ticks() {
	local stat
	read -r stat <"/proc/$1/stat"
	set -- ${stat##*) }
	echo $((${12} + ${13}))
}

bench_rate() {
	local before after
	title "(d) 25,000 requests/s and as many replies, $seconds s"
	start_respond sip --bind "$IP_B:5060" --workers 1 --rcvbuf 32000000
	local sip=$RESPOND
	start_respond stun --bind "$IP_B:3478" --workers 1 --rcvbuf 32000000
	local stun=$RESPOND
	echo "  without: $(load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 25000 --duration 5 --linger 2)"
	# shellcheck disable=SC2119
	daemon__start || { echo "  not measured: no daemon"; return; }
	before=$(ticks "$DAEMON")
	echo "  with:    $(load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 25000 --duration "$seconds" --linger 2)"
	after=$(ticks "$DAEMON")
	awk -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" -v s="$seconds" \
		'BEGIN {printf "  daemon: %.1f %% of a core  (target <= 60)\n", 100 * ticks / hz / s}'
	figures memory "$DAEMON"
	daemon__top >"$WORK/rate.top"
	"$PYTHON" - "$WORK/rate.top" <<-'END'
		import json, sys
		top = json.load(open(sys.argv[1]))
		lost = {row["name"]: row["count"] for row in top["ledger"] if row["kind"] in ("loss", "drop") and row["count"]}
		print("  messages %d, joined %d, lost or dropped: %s  (target: nothing)" % (
		    top["totals"]["messages"], top["totals"]["joined"], lost or "nothing"))
	END
	stop_daemon
	job__stop "$sip"
	job__stop "$stun"
}

# --- (e): start ---

bench_start() {
	local times=()
	title "(e) from exec to ready"
	for _ in 1 2 3 4 5; do
		times+=("$(netns__run "$NS_B" "$PYTHON" tests/bench/figures.py ready "$SIGPATH_BIN/sigpathd" --interfaces "$IF_B" \
			--socket "$WORK/start.sock" --lock "$WORK/start.lock")")
	done
	echo "  ${times[*]} ms  (target <= 2000)"
}

# --- what the others cost on the traffic of (d) ---

# live NAME CMD...: CPU seconds of a program that watches ten seconds of it
live() {
	local name=$1 watcher
	shift
	netns__run "$NS_B" "$PYTHON" tests/bench/figures.py cpu 13 "$@" >"$WORK/live" &
	watcher=$!
	nap 2
	load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 25000 --duration 10 --linger 0 >/dev/null
	wait "$watcher"
	echo "  $name: $(cat "$WORK/live") CPU seconds for ten seconds of traffic"
}

bench_others() {
	local before
	title "others on ten seconds of the traffic of (d)"
	start_respond sip --bind "$IP_B:5060" --workers 1 --rcvbuf 32000000
	local sip=$RESPOND
	start_respond stun --bind "$IP_B:3478" --workers 1 --rcvbuf 32000000
	local stun=$RESPOND
	# shellcheck disable=SC2119
	daemon__start || return
	before=$(ticks "$DAEMON")
	load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 25000 --duration 10 --linger 0 >/dev/null
	awk -v ticks=$(($(ticks "$DAEMON") - before)) -v hz="$(getconf CLK_TCK)" \
		'BEGIN {printf "  sigpathd: %.2f CPU seconds\n", ticks / hz}'
	stop_daemon
	live "tshark -w (capture alone)" tshark -i "$IF_B" -w "$WORK/others.pcap" -q
	live "tshark -z sip,stat (dissecting)" tshark -i "$IF_B" -q -z sip,stat
	if command -v sngrep >/dev/null; then
		live "sngrep -N (SIP alone, no screen)" sngrep -N -q -l 300000 -d "$IF_B" port 5060
	fi
	echo "  of 500,000 packets the capture holds $(capinfos -M -c "$WORK/others.pcap" | sed -n 's/.*packets: *//p')"
	echo "  tshark -r, the capture afterwards: $(figures cpu 0 tshark -r "$WORK/others.pcap" -q -z sip,stat) CPU seconds"
	job__stop "$sip"
	job__stop "$stun"
}

# --- parsers alone ---

bench_parse() {
	title "parsers, one core, no I/O"
	gcc -O2 -std=gnu11 -D_GNU_SOURCE -Iuserspace/proto -Iuserspace/replay -Ibpf/shared -Ibpf/parse -Itests/unit -Itests/lib \
		-o "$WORK/parse" tests/bench/parse.c build/libsigpath.a -lz && "$WORK/parse"
}

# --- calls alone ---

bench_calls() {
	title "table of calls, one core, no I/O"
	gcc -O2 -std=gnu11 -D_GNU_SOURCE -Iuserspace/call -Iuserspace/session -Iuserspace/stats -Iuserspace/proto -Ibpf/shared -Ibpf/parse \
		-o "$WORK/calls" tests/bench/calls.c build/libsigpath.a -lz && "$WORK/calls"
}

echo "sigpath bench: $(uname -r), $(nproc) CPUs, load average $(cut -d ' ' -f 1-3 /proc/loadavg)"
if [ $# -eq 0 ]; then
	set -- packet latency rate start top others replay
fi
for part in "$@"; do
	if ! declare -F "bench_$part" >/dev/null; then
		echo "bench: no part '$part' (known: packet latency rate start top others replay)" >&2
		exit 2
	fi
	"bench_$part"
done
printf '\nload average at the end: %s\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)"
