#!/bin/bash
# What the network can send wrong: each case is counted by name, nothing stops the daemon, and what is right but unusual
# is measured like the rest.
. "$(dirname "$0")/e2e.sh"
begin

mac=$(ip -n "$NS_B" -brief link show "$IF_B" | awk '{print $3}')

junk() {
	netns__run "$NS_A" "$TOOLS/junk" --ifname "$IF_A" --dst-mac "$mac" --src "$IP_A" --dst "$IP_B" \
		--src6 "$IP6_A" --dst6 "$IP6_B" "$@"
}

# sum_ledger NAME,NAME...
sum_ledger() {
	daemon__top | "$PYTHON" -c 'import json, sys
names = sys.argv[1].split(",")
print(sum(row["count"] for row in json.load(sys.stdin)["ledger"] if row["name"] in names))' "$1"
}

has_counted() {
	[ "$(sum_ledger "$1")" -ge "$2" ]
}

# count_transactions PATTERN: of the server side
count_transactions() {
	grep -c "\"side\":\"server\".*$1" "$WORK/input.json"
}

has_transactions() {
	[ "$(count_transactions "$1")" -ge "$2" ]
}

# judge CASE COUNTERS
judge() {
	local name=$1 counters=$2 before
	case $counters in
	answered)
		before=$(count_transactions z9hG4bKjunk)
		junk --case "$name" --count 20 >/dev/null
		if wait_until 5 has_transactions z9hG4bKjunk $((before + 20)); then
			ok "input_$name"
		else
			not_ok "input_$name" "20 sent and answered, $(($(count_transactions z9hG4bKjunk) - before)) transactions"
		fi
		;;
	-)
		junk --case "$name" --count 500 >/dev/null
		if daemon__top >/dev/null; then
			ok "input_$name"
		else
			not_ok "input_$name" "the daemon does not answer: $(tail -n 2 "$DAEMON_LOG" | tr '\n' ' ')"
		fi
		;;
	*)
		before=$(sum_ledger "$counters")
		junk --case "$name" --count 20 >/dev/null
		if wait_until 8 has_counted "$counters" $((before + 20)); then
			ok "input_$name"
		else
			not_ok "input_$name" "20 sent, $counters rose by $(($(sum_ledger "$counters") - before))"
		fi
		;;
	esac
}

start_respond v4 --bind "$IP_B:5060" --rcvbuf 4000000
start_respond v6 --bind "[$IP6_B]:5060" --rcvbuf 4000000
start_respond stun --bind "$IP_B:3478"
start_daemon "$WORK/input.json"

while IFS=$'\t' read -r name counters _; do
	judge "$name" "$counters"
done < <("$TOOLS/junk" --list)

# 64 KiB datagrams: 45 fragments each, one message each.
before=$(count_transactions .)
load --sip "$IP_B:5060" --rate 100 --count 50 --payload-pad 60000 >"$WORK/big.out"
if ! grep -q 'received=50' "$WORK/big.out"; then
	skip input_64k "the kernel did not carry them: $(cat "$WORK/big.out")"
elif wait_until 5 has_transactions . $((before + 50)); then
	ok input_64k
else
	not_ok input_64k "50 answered, $(($(count_transactions .) - before)) transactions"
fi

# After all that an ordinary request is measured as ever, and nothing ended.
before=$(count_transactions .)
load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 1000 --count 500 >/dev/null
if wait_until 5 has_transactions . $((before + 500)); then
	ok input_afterwards
else
	not_ok input_afterwards "500 requests, $(($(count_transactions .) - before)) transactions"
fi
stop_daemon
check partition --name input_partition --transactions "$WORK/input.json" --least 500
