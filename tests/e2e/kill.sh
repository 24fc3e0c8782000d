#!/bin/bash
# kill -9 of the daemon under load: traffic does not notice, nothing of it stays in the kernel, a restart works at once.
. "$(dirname "$0")/e2e.sh"
begin bpftool
bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)

# Ids of programs, maps and links that a process holds, as "prog 12".
list_held() {
	sed -nE 's/^(prog|map|link)_id:\s*([0-9]+)$/\1 \2/p' "/proc/$1"/fdinfo/* 2>/dev/null | sort -u
}

# Those of the list in a file that the kernel still has.
list_left() {
	local kind id
	while read -r kind id; do
		if "$bpftool" "$kind" show id "$id" >/dev/null 2>&1; then
			echo "$kind $id"
		fi
	done <"$1"
}

is_clean() {
	[ -z "$(list_left "$WORK/held")" ]
}

list_attached() {
	netns__run "$NS_B" "$bpftool" net show 2>/dev/null | grep -E 'id [0-9]+|xdp|clsact' | grep -v ':$'
}

list_pinned() {
	find /sys/fs/bpf -mindepth 1 2>/dev/null | sort
}

list_pinned >"$WORK/pinned.before"
start_respond sip --bind "$IP_B:5060" --workers 2 --rcvbuf 4000000
start_daemon "$WORK/kill.json"
list_held "$DAEMON" >"$WORK/held"
if ! [ -s "$WORK/held" ]; then
	not_ok kill_held "a daemon that is ready holds no programs, maps or links"
fi
job__start load "$NS_A" "$TOOLS/load" --sip "$IP_B:5060" --rate 2000 --duration 6 --linger 2
load=$JOB
wait_until 5 grep -qs '"side":"server"' "$WORK/kill.json"
nap 1.5
job__stop "$DAEMON" KILL

if wait_until 5 is_clean; then
	ok kill_leaves_nothing
else
	not_ok kill_leaves_nothing "still in the kernel: $(list_left "$WORK/held" | tr '\n' ' ')"
fi
attached=$(list_attached)
if [ -z "$attached" ]; then
	ok kill_detaches
else
	not_ok kill_detaches "still attached: $(tr '\n' ' ' <<<"$attached")"
fi
list_pinned >"$WORK/pinned.after"
if cmp -s "$WORK/pinned.before" "$WORK/pinned.after"; then
	ok kill_pins_nothing
else
	not_ok kill_pins_nothing "$(diff "$WORK/pinned.before" "$WORK/pinned.after" | tr '\n' ' ')"
fi

# Its socket and lock files are still there; the next daemon takes over.
begin_ns=$(date +%s%N)
start_daemon "$WORK/again.json"
took_ms=$((($(date +%s%N) - begin_ns) / 1000000))
wait "$load"
if grep -q ' lost=0 ' "$WORK/load.log"; then
	ok kill_traffic
else
	not_ok kill_traffic "$(cat "$WORK/load.log")"
fi
settle "$WORK/again.json"
load --sip "$IP_B:5060" --rate 1000 --count 500 --log "$WORK/after.load" >/dev/null
settle "$WORK/again.json"
stop_daemon
measured=$(cut -f 1 "$WORK/after.load" | grep -cFf - <(grep '"side":"server"' "$WORK/again.json"))
if [ "$measured" -eq 500 ]; then
	echo "ok kill_restart (ready again after $took_ms ms)"
else
	not_ok kill_restart "500 requests after the restart, $measured transactions"
fi
