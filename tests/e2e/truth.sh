#!/bin/bash
# Known delays, each with a witness apart from the daemon: they come back in the right stage and move no other.
. "$(dirname "$0")/e2e.sh"
begin tc tcpdump tshark taskset

reader_cpu=1
load_cpu=0
if [ "$(nproc)" -lt 2 ]; then
	reader_cpu=0
fi

# start_run NAME RESPOND-FLAGS: one responder pinned to its CPU, and a daemon.
start_run() {
	local name=$1
	shift
	start_respond "$name" --bind "$IP_B:5060" "$@"
	taskset -a -c -p "$reader_cpu" "$RESPOND" >/dev/null
	pgrep -P "$RESPOND" | while read -r pid; do taskset -c -p "$reader_cpu" "$pid" >/dev/null; done
	start_daemon "$WORK/$name.json"
}

# run_load NAME RATE COUNT: in the background, pid in $LOAD
run_load() {
	job__start "$1.load" "$NS_A" taskset -c "$load_cpu" "$TOOLS/load" --local "$IP_A:0" --sip "$IP_B:5060" \
		--rate "$2" --count "$3" --log "$WORK/$1.load.tsv" "${@:4}"
	LOAD=$JOB
}

end_run() {
	wait "$LOAD"
	settle "$WORK/$1.json"
	stop_daemon
	stop_respond
}

# judge NAME STAGE CALM FLAGS...: against the undisturbed run of the same load
judge() {
	local name=$1 stage=$2 calm=$3
	shift 3
	check truth --name "truth_$name" --stage "$stage" --transactions "$WORK/$name.json" --netns "$NS_INODE" \
		--calm "$WORK/$calm.json" --respond "$WORK/$name.tsv" --load "$WORK/$name.load.tsv" "$@"
}

start_run calm --workers 1
run_load calm 100 200
end_run calm
start_run calm_bursts --workers 1
run_load calm_bursts 60 120 --burst 10
end_run calm_bursts

# Several readers, so that none waits for another's sleep.
for delay_ms in 1 5 20; do
	start_run "sleep_${delay_ms}ms" --workers 4 --delay-us "${delay_ms}000"
	run_load "sleep_${delay_ms}ms" 30 60
	end_run "sleep_${delay_ms}ms"
	judge "sleep_${delay_ms}ms" app calm
done

# The reader rests for 40 ms again and again while requests queue.
start_run rest --workers 1
run_load rest 200 500
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
	nap 0.12
	kill -USR1 "$RESPOND"
	nap 0.04
	kill -USR1 "$RESPOND"
done
end_run rest
judge rest backlog calm

# A real-time thread takes the reader's CPU for 5 ms of every 20 ms.
start_run hog --workers 1
job__start hogger - "$TOOLS/hog" --cpu "$reader_cpu" --seconds 60 --log "$WORK/hog.bursts"
hogger=$JOB
if wait_until 3 grep -qs ready "$WORK/hogger.log"; then
	run_load hog 130 400
	wait "$LOAD"
	job__stop "$hogger"
	end_run hog
	judge hog runq calm --hog "$WORK/hog.bursts"
else
	job__stop "$hogger"
	stop_daemon
	stop_respond
	skip truth_hog "a real-time thread: $(tail -n 1 "$WORK/hogger.log")"
fi

# A token bucket of 1 Mbit/s on the way out; ten replies at once queue in it.
if netns__run "$NS_B" tc qdisc add dev "$IF_B" root tbf rate 1mbit burst 2000 limit 200000 2>"$WORK/tc.err"; then
	start_run shaped --workers 1
	job__start tcpdump "$NS_B" tcpdump -i "$IF_B" -n -s 0 -U --time-stamp-precision=nano \
		-w "$WORK/shaped.pcap" udp
	capture=$JOB
	wait_until 5 grep -qs 'listening on' "$WORK/tcpdump.log"
	run_load shaped 60 240 --burst 10
	end_run shaped
	settle "$WORK/shaped.pcap" 1.3
	job__stop "$capture"
	netns__run "$NS_B" tc qdisc del dev "$IF_B" root
	judge shaped qdisc calm_bursts --pcap "$WORK/shaped.pcap"
else
	skip truth_shaped "tbf: $(head -n 1 "$WORK/tc.err")"
fi
