#!/bin/bash
# More than 100,000 messages in one run; 1, 4 and 8 readers on one socket; identical retransmissions; receive buffers that
# overflow. Every transaction's stages sum to its total, and every join is the one that the readers logged themselves.
. "$(dirname "$0")/e2e.sh"
begin

# run NAME REQUESTS RATE LOAD-FLAGS -- RESPOND-FLAGS
run() {
	local name=$1 requests=$2 rate=$3 load_flags=() dropped=0
	shift 3
	while [ "$1" != -- ]; do
		load_flags+=("$1")
		shift
	done
	shift
	start_respond "$name.sip" --bind "$IP_B:5060" "$@"
	local sip=$RESPOND
	start_respond "$name.stun" --bind "$IP_B:3478" "$@"
	local stun=$RESPOND
	start_daemon "$WORK/$name.json"
	load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate "$rate" --count "$requests" --linger 3 \
		--log "$WORK/$name.load" "${load_flags[@]}" >"$WORK/$name.out" || not_ok "$name" "the load failed"
	settle "$WORK/$name.json"
	snapshot "$WORK/$name.top"
	stop_daemon
	job__stop "$sip"
	job__stop "$stun"
	dropped=$(($(respond_count "$name.sip" dropped) + $(respond_count "$name.stun" dropped)))
	local answered
	answered=$(cut -f 1 "$WORK/$name.sip.tsv" "$WORK/$name.stun.tsv" | sort -u | wc -l)
	check partition --name "partition_$name" --transactions "$WORK/$name.json" --least "$answered"
	check join --name "join_$name" --transactions "$WORK/$name.json" --netns "$NS_INODE" \
		--load "$WORK/$name.load" --ledger "$WORK/$name.top" --dropped "$dropped" \
		--respond "$WORK/$name.sip.tsv" "$WORK/$name.stun.tsv"
}

if [ $# -gt 0 ]; then # one of the runs below, by name: for looking into it
	eval "$(grep "^run $1 " "$0")"
	exit
fi
run one_reader 20000 6000 -- --workers 1 --rcvbuf 4000000
run four_readers 55000 7000 -- --workers 4 --rcvbuf 4000000 --recv recvmsg --send sendmsg --poll epoll
run eight_readers 20000 6000 -- --workers 8 --rcvbuf 4000000 --recv recvmmsg --send sendmmsg --poll poll
run retransmissions 10000 4000 --retransmit 20 --retransmit-us 100 -- --workers 4 --rcvbuf 4000000
run overflow 30000 10000 --burst 200 -- --workers 4 --rcvbuf 4096 --delay-us 500
run overflow_one 10000 10000 --burst 100 -- --workers 1 --rcvbuf 4096 --busy-us 300
