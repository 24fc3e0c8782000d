#!/bin/bash
# A kernel that refuses bpf(2), and CAP_NET_RAW is all there is: are the totals there all the same, is each broken packet
# counted by name, does everybody say that there are only totals? The witness is a capture of the same traffic.
. "$(dirname "$0")/e2e.sh"
. tests/lib/mode.sh
begin tcpdump tshark setpriv

# Another user must reach binaries and folder: a checkout may be private.
chmod 0755 "$WORK"
mkdir "$WORK/bin" "$WORK/daemon"
install -m 0755 "$SIGPATH_BIN/sigpath" "$SIGPATH_BIN/sigpathd" "$TOOLS/refuse" "$WORK/bin"
SIGPATH_BIN=$WORK/bin
chown "$MODE_NOBODY" "$WORK/daemon"

# refused ERRNO CAP...: what comes next runs with these capabilities alone, and bpf(2) fails.
refused() {
	local errno=$1
	shift
	mode__user_with "$@"
	mode__has "$@" 2>"$WORK/caps.err" || not_ok refused_caps "$(<"$WORK/caps.err")"
	DAEMON_VIA+=("$WORK/bin/refuse" --call bpf --call perf_event_open --errno "$errno" --)
}

# In a folder that the other user may write.
start_refused() {
	local transactions=$WORK/daemon/$1.json
	shift
	WORK=$WORK/daemon start_daemon "$transactions" "$@"
}

# totals NAME MESSAGE: traffic, a capture of it, and what the daemon makes of it.
totals() {
	local name=$1 sip stun
	start_respond "$name.sip" --bind "$IP_B:5060" --workers 4 --delay-us 1000
	sip=$RESPOND
	start_respond "$name.stun" --bind "$IP_B:3478" --workers 4
	stun=$RESPOND
	start_refused "$name"
	start_capture "$name"
	load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 2000 --count 6000 --log "$WORK/$name.load" >/dev/null
	settle "$WORK/daemon/$name.json"
	stop_capture "$name"
	snapshot "$WORK/$name.snapshot"
	"$SIGPATH_BIN/sigpath" top --once --socket "$DAEMON_SOCKET" >"$WORK/$name.once"
	stop_daemon
	job__stop "$sip"
	job__stop "$stun"
	check oracle --name "refused_$name" --pcap "$WORK/$name.pcap" --transactions "$WORK/daemon/$name.json" --netns 0 \
		--server "$IP_B" --least 6000
	check taps --name "refused_${name}_merged" --transactions "$WORK/daemon/$name.json" --load "$WORK/$name.load" \
		--respond "$WORK/$name.sip.tsv" "$WORK/$name.stun.tsv"
	check refused --name "refused_${name}_banner" --says "$2" --log "$DAEMON_LOG" --snapshot "$WORK/$name.snapshot" \
		--once "$WORK/$name.once"
}

refused EPERM net_raw
totals eperm "TAPS ONLY: bpf(2) is refused: CAP_BPF is missing; totals only, no stages"
refused ENOSYS net_raw
totals enosys "TAPS ONLY: the seccomp profile refuses bpf(2); totals only, no stages"

# Several rings, several sights of each message: in the order of time all the same, and a new plan meanwhile loses none.
DAEMON_VIA=("$WORK/bin/refuse" --)
start_respond both.sip --bind "$IP_B:5060" --workers 4
start_daemon "$WORK/both.json" --interfaces "$IF_A" --interfaces lo --netns "/run/netns/$NS_A" --netns "/run/netns/$NS_B"
job__start load "$NS_A" "$TOOLS/load" --local "$IP_A:0" --sip "$IP_B:5060" --rate 2000 --count 6000 --log "$WORK/both.load"
wait_until 5 test -s "$WORK/both.json"
kill -HUP "$DAEMON"
wait_until 20 is_gone "$JOB"
wait_until 5 grep -q 'new plan' "$DAEMON_LOG" || not_ok refused_replan "$(tail -n 3 "$DAEMON_LOG" | tr '\n' ' ')"
settle "$WORK/both.json"
snapshot "$WORK/both.snapshot"
stop_daemon
stop_respond
check refused_order --name refused_order --transactions "$WORK/both.json" --load "$WORK/both.load" \
	--snapshot "$WORK/both.snapshot"
if grep -q 'warn: TAPS ONLY: the seccomp profile refuses bpf(2); totals only' "$DAEMON_LOG"; then
	ok refused_by_seccomp_says_so
else
	not_ok refused_by_seccomp_says_so "$(tail -n 3 "$DAEMON_LOG" | tr '\n' ' ')"
fi

# Nothing at all: not even a packet socket.
refused EPERM
WORK=$WORK/daemon daemon__start 2>"$WORK/bare.err"
if is_gone "$DAEMON" && grep -q 'CAP_NET_RAW' "$DAEMON_LOG"; then
	ok refused_without_net_raw_says_so
else
	not_ok refused_without_net_raw_says_so "$(tail -n 3 "$DAEMON_LOG" | tr '\n' ' ')"
fi
