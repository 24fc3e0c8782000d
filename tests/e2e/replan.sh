#!/bin/bash
# Probes that somebody takes off under load: a new plan within seconds, joins go on, nothing is misattributed. Taps come
# back by themselves. A probe that is taken off again and again is left out. SIGHUP makes a new plan. health tells how it is.
. "$(dirname "$0")/e2e.sh"
begin bpftool
bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)

# list_links PATTERN: ids of the daemon's attached links whose description matches.
list_links() {
	local id
	while read -r id; do
		if "$bpftool" link show id "$id" 2>/dev/null | tr '\n' ' ' | grep -vE 'cgroup_id 0|ifindex 0|detached' | grep -qE "$1"; then
			echo "$id"
		fi
	done < <(sed -nE 's/^link_id:\s*([0-9]+)$/\1/p' "/proc/$DAEMON/fdinfo"/* 2>/dev/null | sort -un)
}

has_link() {
	[ -n "$(list_links "$1")" ]
}

detach() {
	local id
	for id in $(list_links "$1"); do
		"$bpftool" link detach id "$id" || return 1
	done
}

# ask EXPRESSION: of the snapshot s, in Python.
ask() {
	daemon__top 2>/dev/null | "$PYTHON" -c 'import json, sys
s = json.load(sys.stdin)
def candidate(instant): return next((c["candidate"] for c in s["plan"] if c["instant"] == instant), None)
def count(name): return next(r["count"] for r in s["ledger"] if r["name"] == name)
print(eval(sys.argv[1]))' "$1"
}

holds() {
	[ "$(ask "$1")" = True ]
}

# expect NAME SECONDS EXPRESSION: becomes true within that time.
expect() {
	if wait_until "$2" holds "$3"; then
		ok "$1"
	else
		not_ok "$1" "never true within $2 s: $3; replan $(ask 's["replan"]'), $(tail -n 2 "$DAEMON_LOG" | tr '\n' ' ')"
	fi
}

health() {
	"$SIGPATH_BIN/sigpath" health --socket "$DAEMON_SOCKET" "$@" >"$WORK/health.out" 2>&1
}

# expect_health NAME STATUS PATTERN FLAGS...
expect_health() {
	local name=$1 want=$2 pattern=$3 status
	shift 3
	health "$@"
	status=$?
	if [ "$status" -eq "$want" ] && grep -qE "$pattern" "$WORK/health.out" && [ "$(wc -l <"$WORK/health.out")" -eq 1 ]; then
		ok "$name"
	else
		not_ok "$name" "status $status, said: $(tr '\n' ' ' <"$WORK/health.out")"
	fi
}

# --- under load ---
start_respond sip --bind "$IP_B:5060" --workers 4 --rcvbuf 4000000
start_daemon "$WORK/load.json"
if ! has_link '^[0-9]+: cgroup'; then
	skip replan "the plan of this kernel has no link that can be detached"
	exit 0
fi
expect_health health_ready 0 '^ready: observes stages, ' --ready
expect_health health_json 0 '"healthy":true,"ready":true,"observes":"stages"' --json
job__start load "$NS_A" "$TOOLS/load" --local "$IP_A:0" --sip "$IP_B:5060" --rate 2500 --duration 9 --linger 2 \
	--log "$WORK/load.load"
load=$JOB
expect replan_before 5 's["totals"]["joined"] > 1000 and s["replan"]["count"] == 0 and s["replan"]["time"] is None'
snapshot "$WORK/top.1"
sock=$(ask 'candidate("t_sock")')
detach '^[0-9]+: cgroup' || not_ok replan_detach "bpftool cannot detach"
expect replan_detached 5 's["replan"]["count"] == 1 and "'"$sock"'" in s["replan"]["reason"] and count("replans") == 1'
expect replan_same_plan 1 'candidate("t_sock") == "'"$sock"'" and s["replan"]["due"] is None and count("detached") >= 1'
snapshot "$WORK/top.2"
if "$SIGPATH_BIN/sigpath" top --once --socket "$DAEMON_SOCKET" | tr '\n' ' ' | grep -qE "new plans: 1, the latest [^ ]+Z: +somebody took off .*$sock"; then
	ok replan_header
else
	not_ok replan_header "$("$SIGPATH_BIN/sigpath" top --once --socket "$DAEMON_SOCKET" | head -n 5 | tr '\n' ' ')"
fi
joined=$(ask 's["totals"]["joined"]')
load --sip "$IP_B:5060" --rate 500 --count 500 >/dev/null
expect replan_joins 3 's["totals"]["joined"] >= '"$joined"' + 990'
if has_link '^[0-9]+: xdp'; then
	detached=$(ask 'count("detached")')
	detach '^[0-9]+: xdp'
	expect replan_tap 5 's["taps"][0]["state"] == "native" and count("detached") == '"$((detached + 1))"
	if ! wait_until 2 has_link '^[0-9]+: xdp'; then
		not_ok replan_tap_link "no XDP link although the tap's row says so"
	fi
else
	skip replan_tap "the tap is no XDP link here"
fi
kill -HUP "$DAEMON"
expect replan_sighup 5 's["replan"]["count"] == 2 and s["replan"]["reason"] == "SIGHUP"'
expect_health health_after 0 '^ready: ' --ready
wait "$load"
settle "$WORK/load.json"
snapshot "$WORK/top.3"
stop_daemon
stop_respond
check partition --name replan_partition --transactions "$WORK/load.json" --least "$(($(wc -l <"$WORK/load.load") * 9 / 10))"
check replan --name replan_truth --transactions "$WORK/load.json" --netns "$NS_INODE" --load "$WORK/load.load" \
	--respond "$WORK/sip.tsv" --tops "$WORK"/top.[123]
grep -E 'new plan|took off' "$DAEMON_LOG" | sed 's/^/# /'

# --- again and again ---
start_respond sip2 --bind "$IP_B:5060" --workers 1 --rcvbuf 4000000
start_daemon "$WORK/again.json"
for n in 1 2 3; do
	wait_until 3 has_link 'cgroup_inet_ingress'
	detach 'cgroup_inet_ingress'
	expect "replan_again_$n" 15 's["replan"]["count"] == '"$n"
done
expect replan_next 1 'candidate("t_sock") not in (None, "'"$sock"'") and s["ledger"] and any("again and again" in k["reason"] for c in s["plan"] for k in c["skipped"])'
load --sip "$IP_B:5060" --rate 500 --count 500 >/dev/null
expect replan_next_joins 5 's["totals"]["joined"] >= 990'
kill -HUP "$DAEMON"
expect replan_forgives 5 'candidate("t_sock") == "'"$sock"'"'

# --- one of the two programs of a candidate, while the next plan waits ---
stop_daemon
start_daemon "$WORK/half.json" --force-probe t_send=send_cg
if has_link 'udp4_sendmsg'; then
	detach 'udp4_sendmsg'
	expect replan_half 15 's["replan"]["count"] == 1'
	detach 'udp4_sendmsg'
	wait_until 3 has_link 'udp4_sendmsg'
	links=$(list_links 'udp6_sendmsg' | wc -l)
	if [ "$links" -eq 1 ]; then
		ok replan_half_once
	else
		not_ok replan_half_once "$links links of the program that nobody took off"
	fi
else
	skip replan_half "send_cg does not hold on this kernel"
fi

# --- a daemon that hangs, and none ---
kill -STOP "$DAEMON"
expect_health health_hangs 1 '^not healthy: no answer at .*: not within a second'
kill -CONT "$DAEMON"
if wait_until 5 health; then
	ok health_again
else
	not_ok health_again "$(tr '\n' ' ' <"$WORK/health.out")"
fi
stop_daemon
expect_health health_none 1 '^not healthy: no answer'
expect_health health_usage 2 'unknown option' --no-such

# --- cgroup2 is mounted while it runs ---
# shellcheck disable=SC2016,SC2034  # expanded in there; used by daemon__start
DAEMON_VIA=(unshare -m bash -c 'umount -l "$1"; shift; exec "$@"' - "$(findmnt -nft cgroup2 -o TARGET | head -n 1)")
start_daemon "$WORK/mount.json"
expect replan_no_cgroup2 1 'candidate("t_sock") != "'"$sock"'"'
mkdir "$WORK/cgroup2"
nsenter --mount="/proc/$DAEMON/ns/mnt" mount -t cgroup2 none "$WORK/cgroup2"
kill -HUP "$DAEMON"
expect replan_cgroup2_mounted 5 'candidate("t_sock") == "'"$sock"'"'
stop_daemon
