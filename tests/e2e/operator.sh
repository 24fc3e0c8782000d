#!/bin/bash
# What an operator can get wrong: each mistake has a message that names it, and none stops a daemon that runs.
. "$(dirname "$0")/e2e.sh"
begin clang-14 setpriv ip

daemon=("$SIGPATH_BIN/sigpathd" --socket "$WORK/other.sock" --lock "$WORK/other.lock")

# refuses NAME PATTERN CMD...: ends by itself within ten seconds, not with 0, and says PATTERN on stderr.
refuses() {
	local name=$1 pattern=$2 status
	shift 2
	timeout --kill-after=2 10 "$@" >"$WORK/refuses.out" 2>"$WORK/refuses.err" </dev/null
	status=$?
	if [ "$status" -eq 0 ] || [ "$status" -ge 124 ]; then
		not_ok "$name" "exit status $status; said: $(tail -n 2 "$WORK/refuses.err" | tr '\n' ' ')"
	elif ! grep -qiE "$pattern" "$WORK/refuses.err"; then
		not_ok "$name" "no word of '$pattern' in: $(tail -n 2 "$WORK/refuses.err" | tr '\n' ' ')"
	else
		ok "$name"
	fi
}

answers() {
	daemon__top >"$WORK/answers.json" 2>/dev/null && grep -q '"type":"snapshot"' "$WORK/answers.json"
}

still_answers() {
	if wait_until 3 answers; then
		ok "$1"
	else
		not_ok "$1" "the daemon does not answer: $(tail -n 2 "$DAEMON_LOG" | tr '\n' ' ')"
	fi
}

# --- before it runs ---
printf 'window = 60s\nsip-prots = 5060\n' >"$WORK/typo.conf"
refuses operator_unknown_key "typo.conf:2.*sip-prots" "${daemon[@]}" --config "$WORK/typo.conf"
printf 'window = soon\n' >"$WORK/value.conf"
refuses operator_bad_value "value.conf:1.*soon" "${daemon[@]}" --config "$WORK/value.conf"
refuses operator_no_config "nothere.conf" "${daemon[@]}" --config "$WORK/nothere.conf"
refuses operator_unknown_option "no-such-option" "${daemon[@]}" --no-such-option
refuses operator_unknown_netns "no-such-netns" "${daemon[@]}" --netns /run/netns/no-such-netns
refuses operator_no_capabilities "CAP_|root|privilege" setpriv --bounding-set -all --inh-caps -all "${daemon[@]}"
chmod 0755 "$WORK"
refuses operator_not_root "CAP_|root|privilege|permi" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all "${daemon[@]}"

# An interface that does not exist: refused, or waited for with a word about it; never silence.
timeout --kill-after=2 5 nsenter --net="/run/netns/$NS_B" -- "${daemon[@]}" --interfaces no-such-if0 >"$WORK/if.out" 2>&1
if grep -q no-such-if0 "$WORK/if.out"; then
	ok operator_unknown_interface
else
	not_ok operator_unknown_interface "no word of no-such-if0 in: $(tail -n 2 "$WORK/if.out" | tr '\n' ' ')"
fi

# --- somebody else has the XDP hook ---
xdp_id() {
	ip -n "$NS_B" -d link show "$IF_B" | sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p'
}

start_respond sip --bind "$IP_B:5060"
if clang-14 -O2 -g -target bpf -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$E2E_DIR/xdp_pass.bpf.c" -o "$WORK/xdp_pass.o" 2>"$WORK/clang.err" &&
	ip -n "$NS_B" link set dev "$IF_B" xdp obj "$WORK/xdp_pass.o" sec xdp 2>"$WORK/xdp.err"; then
	other=$(xdp_id)
	start_daemon "$WORK/xdp.json"
	load --sip "$IP_B:5060" --rate 500 --count 200 >/dev/null
	settle "$WORK/xdp.json"
	snapshot "$WORK/xdp.top"
	stop_daemon
	count=$(grep -c '"side":"server"' "$WORK/xdp.json")
	if [ "$(xdp_id)" != "$other" ]; then
		not_ok operator_xdp_taken "program $other was there before, '$(xdp_id)' after"
	elif [ "$count" -ne 200 ]; then
		not_ok operator_xdp_taken "200 requests, $count transactions"
	elif ! grep -q "$IF_B" "$WORK/xdp.top"; then
		not_ok operator_xdp_taken "the tap on $IF_B is not in the snapshot"
	else
		ok operator_xdp_taken
	fi
	ip -n "$NS_B" link set dev "$IF_B" xdp off
else
	skip operator_xdp_taken "an XDP program of our own: $(tail -n 1 "$WORK/clang.err" "$WORK/xdp.err" 2>/dev/null | tr '\n' ' ')"
fi

# --- while it runs ---
start_daemon "$WORK/run.json"
refuses operator_second_daemon "$DAEMON" "$SIGPATH_BIN/sigpathd" --socket "$WORK/second.sock" --lock "$WORK/sigpath.lock"
still_answers operator_first_daemon

# A client that is killed in the middle of an answer
for _ in 1 2 3 4 5; do
	"$PYTHON" "$E2E_DIR/client.py" "$DAEMON_SOCKET" vanish
done
still_answers operator_killed_client

"$PYTHON" "$E2E_DIR/client.py" "$DAEMON_SOCKET" deaf
if wait_until 5 answers && [ "$(daemon__ledger client_slow)" -ge 1 ]; then
	ok operator_deaf_client
else
	not_ok operator_deaf_client "client_slow is '$(daemon__ledger client_slow)' after a client that asks and never reads"
fi

"$PYTHON" "$E2E_DIR/client.py" "$DAEMON_SOCKET" babble >"$WORK/babble.out"
if grep -q '"type":"error"' "$WORK/babble.out"; then
	still_answers operator_babbling_client
else
	not_ok operator_babbling_client "no error reply to garbage: $(head -c 200 "$WORK/babble.out")"
fi
stop_daemon

refuses operator_no_daemon "sigpathd|daemon" "$SIGPATH_BIN/sigpath" top --once --socket "$WORK/nobody.sock"
