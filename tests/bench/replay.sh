# Sourced by bench.sh: one capture full of calls, read by sigpath, tshark and sngrep.
#
# shellcheck shell=bash

# cpu_seconds CMD...: user and system time; what it prints goes to $WORK/reader.out
cpu_seconds() {
	/usr/bin/time -f '%U %S' -o "$WORK/reader.time" "$@" >"$WORK/reader.out" 2>"$WORK/reader.err" || return 1
	tail -n 1 "$WORK/reader.time" | awk '{print $1 + $2}'
}

# reader NAME PACKETS CMD...: packets per second of processor time; the best of three
reader() {
	local name=$1 packets=$2 best= s i
	shift 2
	for i in 1 2 3; do
		s=$(cpu_seconds "$@") || { echo "  $name: it failed: $(tail -n 1 "$WORK/reader.err")"; return; }
		best=$(awk -v a="${best:-1e9}" -v b="$s" 'BEGIN {print a < b ? a : b}')
	done
	awk -v n="$name" -v p="$packets" -v s="$best" -v ours="${REPLAY_RATE:-0}" 'BEGIN {
		rate = p / (s > 0.001 ? s : 0.001)
		printf "  %-8s %10d packets in %7.2f s of one processor: %9.0f/s", n, p, s, rate
		if (ours) printf ", sigpath is %.0f times as fast", ours / rate
		print ""
		print rate >"'"$WORK"'/rate"
	}'
}

bench_replay() {
	local big=$WORK/big.pcap same=$WORK/same.pcap calls=${SIGPATH_BENCH_CALLS:-200000}
	title "(f) replay: SIP calls of 7 messages, packets per second of one core; aim: 2.5 million, 10 times sngrep on the same file"
	"$TOOLS/mill" "$big" "$calls" && "$TOOLS/mill" "$same" 20000 || return
	REPLAY_RATE=
	reader sigpath "$((calls * 7))" "$SIGPATH_BIN/sigpath" replay "$big" --quiet
	reader sigpath 140000 "$SIGPATH_BIN/sigpath" replay "$same" --quiet
	REPLAY_RATE=$(cat "$WORK/rate")
	if command -v tshark >/dev/null; then
		reader tshark 140000 tshark -n -r "$same" -T fields -e sip.Method -e sip.Status-Code -e sip.Call-ID -e sip.response-time
	fi
	if command -v sngrep >/dev/null; then
		reader sngrep 140000 sngrep -I "$same" -N -q -l 100000
	fi
	rm -f "$big" "$same"
}
