#!/bin/bash
# The demo, as a newcomer without a terminal runs it: prints the picture, exits 0, twice; and leaves nothing behind, also
# when it is interrupted.
. "$(dirname "$0")/e2e.sh"
need kamailio turnserver sipp
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Namespaces of a demo with that pid, and its scratch folder
list_debris() {
	ip netns list | grep -oE "^sp-[ab]-$1\b"
	ls -d "$work"/sigpath.* 2>/dev/null
}

run_demo() {
	SIGPATH_DEMO_SECONDS=20 TMPDIR=$work tests/lib/demo.sh </dev/null >"$work/$1.out" 2>"$work/$1.err" &
	demo=$!
}

for round in first second; do
	run_demo "$round"
	if ! wait "$demo"; then
		not_ok "demo_$round" "$(tail -n 3 "$work/$round.err" | tr '\n' ' ')"
	elif ! grep -q "sip $IP_B:5060" "$work/$round.out" || ! grep -q "stun $IP_B:3478" "$work/$round.out"; then
		not_ok "demo_$round" "Kamailio or coturn is not in the picture: $(head -n 5 "$work/$round.out" | tr '\n' ' ')"
	elif [ -n "$(list_debris "$demo")" ]; then
		not_ok "demo_$round" "left behind: $(list_debris "$demo" | tr '\n' ' ')"
	else
		ok "demo_$round"
	fi
done

run_demo interrupted
if ! wait_until 60 grep -qs 'sipp (REGISTER' "$work/interrupted.err"; then
	not_ok demo_interrupted "it did not get to its load: $(tail -n 3 "$work/interrupted.err" | tr '\n' ' ')"
else
	kill -TERM "$demo" # a background job of a script does not get Ctrl-C; both take the same way out
	wait "$demo"
	if [ -n "$(list_debris "$demo")" ]; then
		not_ok demo_interrupted "left behind: $(list_debris "$demo" | tr '\n' ' ')"
	else
		ok demo_interrupted
	fi
fi
