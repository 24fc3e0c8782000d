#!/bin/bash
# sigpath replay on other people's captures: the same as tshark says, the same every time, and a word for what is cut.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

sigpath=${SIGPATH_BIN_CLIENT:-$PWD/build/sigpath}
data=${SIGPATH_DATA:-../shared/data}/pcap
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

verdict() {
	if [ "$2" -eq 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1${3:+: $3}"
	fi
}

captures() {
	find "$data" -type f | sort
}

# What a file given on standard input makes: the result, and each transaction.
result() {
	"$sigpath" replay - --json --quiet --transactions "$work/one.tx" 2>&1
	cat "$work/one.tx"
}

test_same_every_time() {
	local file differs=
	while read -r file; do
		result <"$file" >"$work/first"
		result <"$file" >"$work/second"
		gzip -c "$file" | result >"$work/third"
		cmp -s "$work/first" "$work/second" && cmp -s "$work/first" "$work/third" || differs+=" ${file#"$data"/}"
	done < <(captures)
	[ -z "$differs" ]
	verdict replay_same_every_time $? "$differs"
}

# Other formats with the same packets; those that hold no ns only of captures that have none.
test_formats() {
	local file format differs=
	if ! command -v editcap >/dev/null; then
		echo "skip replay_formats: editcap is not installed (package wireshark-common)"
		return
	fi
	for file in "$data/sngrep/ipv6frag.pcap" "$data/ndpi/stun_signal.pcapng" "$data/suricata/sip-tcp.pcap"; do
		result <"$file" | sed 1d >"$work/first"
		for format in pcap nsecpcap modpcap pcapng; do
			[[ $file == *signal* && $format != nsecpcap && $format != pcapng ]] && continue
			editcap -F "$format" "$file" "$work/other" || continue
			result <"$work/other" | sed 1d >"$work/second"
			[ -s "$work/first" ] && cmp -s "$work/first" "$work/second" || differs+=" $format:${file#"$data"/}"
		done
	done
	[ -z "$differs" ]
	verdict replay_formats $? "$differs"
}

test_cut() {
	local file=$data/ndpi/sip.pcap status
	head -c 30000 "$file" >"$work/cut.pcap"
	"$sigpath" replay "$work/cut.pcap" >"$work/out" 2>"$work/err"
	status=$?
	[ $status -eq 1 ] && grep -q 'the file ends inside a packet at byte [0-9]*, after [1-9][0-9]* packets' "$work/err" &&
		grep -q INVITE "$work/out"
	verdict replay_cut $? "status $status, $(cat "$work/err")"
	gzip -c "$file" | head -c 5000 >"$work/cut.pcap.gz"
	"$sigpath" replay "$work/cut.pcap.gz" >"$work/out" 2>"$work/err"
	status=$?
	[ $status -eq 1 ] && grep -q 'compressed data is cut or damaged' "$work/err" && grep -q REGISTER "$work/out"
	verdict replay_cut_gz $? "status $status, $(cat "$work/err")"
}

test_refusals() {
	local status
	"$sigpath" replay "$work/none" 2>"$work/err"
	status=$?
	[ $status -eq 1 ] && grep -q 'No such file' "$work/err"
	verdict replay_no_file $?
	"$sigpath" replay README.md 2>"$work/err"
	status=$?
	[ $status -eq 1 ] && grep -q 'no capture: it begins with' "$work/err"
	verdict replay_no_capture $?
	"$sigpath" replay "$work/none" --local nonsense 2>"$work/err"
	status=$?
	[ $status -eq 2 ] && grep -q 'no list of addresses' "$work/err"
	verdict replay_bad_option $?
	"$sigpath" replay "$work/none" --limit 0 2>"$work/err"
	status=$?
	[ $status -eq 2 ] && grep -q 'from 1 to 5000' "$work/err"
	verdict replay_bad_limit $?
}

# A session for each Call-ID that tshark sees, in the table and in JSON.
test_sessions() {
	local file=$data/suricata/public-cloudshark-sip-s0.pcap
	tshark -r "$file" -Y sip -T fields -e sip.Call-ID 2>/dev/null | sort -u >"$work/call-ids"
	"$sigpath" replay "$file" --json --quiet | python3 -c '
import json, sys
for s in json.load(sys.stdin)["sessions"]["sessions"]:
    print(s["call_id"])' | sort >"$work/sessions"
	[ -s "$work/call-ids" ] && cmp "$work/call-ids" "$work/sessions"
	verdict replay_sessions_of_call_ids $?
	"$sigpath" replay "$file" --quiet | grep -q "^$(wc -l <"$work/call-ids") shown, "
	verdict replay_prints_sessions $?
}

# Of one host the same transactions are seen from its side: what it asked and what it was asked.
test_local() {
	local file=$data/suricata/public-cloudshark-sip-s0.pcap
	"$sigpath" replay "$file" --transactions "$work/wire" >/dev/null
	"$sigpath" replay "$file" --transactions "$work/local" --local "$1" >/dev/null
	python3 - "$work/wire" "$work/local" <<-'EOF'
		import json, sys
		wire, local = ([json.loads(line) for line in open(name)] for name in sys.argv[1:])
		short = lambda rows: sorted((row["key"], row["code"], row["total_ns"]) for row in rows)
		sys.exit(not wire or short(wire) != short(local) or not any(row["side"] == "server" for row in local))
	EOF
	verdict replay_local $?
}

test_tshark() {
	if ! command -v tshark >/dev/null; then
		echo "skip replay_tshark: tshark is not installed"
		return
	fi
	test_sessions
	python3 -B tests/replay/check_tshark.py --sigpath "$sigpath" --root "$data" --reasons tests/replay/differences.tsv
	[ $? -le 1 ]
	verdict replay_tshark_ran $?
}

# HTTP needs no corpus: its capture is written here. $@: --root, if there are captures.
test_tshark_web() {
	if ! command -v tshark >/dev/null; then
		echo "skip replay_tshark_web: tshark is not installed"
		return
	fi
	python3 -B tests/replay/check_web.py --sigpath "$sigpath" --reasons tests/replay/differences.tsv "$@"
	[ $? -le 1 ]
	verdict replay_tshark_web_ran $?
}

test_refusals
if [ ! -d "$data" ]; then
	test_tshark_web
	echo "skip replay: no captures in $data"
	exit 0
fi
test_same_every_time
test_formats
test_cut
test_local 200.57.7.204
test_tshark
test_tshark_web --root "$data"
