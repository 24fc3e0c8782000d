#!/bin/bash
# Builds, runs the named shards (unit bpf export tui e2e vm; fuzz by name only) and ends with "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

known_shards=(unit bpf export tui e2e vm)
log_dir=build/tests/log
fuzz_data=${SIGPATH_DATA:-../shared/data}
fuzz_sources=(tests/fuzz/fuzz_*.c)
# Two run at a time: a minute each, less where all together would pass two minutes.
fuzz_default=$((240 / ${#fuzz_sources[@]}))
fuzz_seconds=${SIGPATH_FUZZ_SECONDS:-$((fuzz_default > 60 ? 60 : fuzz_default))}
passed=0
failed=0
skipped=0

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
	exit
}

# fail_shard NAME WHY: a failure that no test reported itself.
fail_shard() {
	echo "not ok $1: $2"
	failed=$((failed + 1))
}

count_lines() {
	grep -c "^$1 " "$2"
}

# --- unit: every unit test, then every fuzzer ---

# run_program NAME LIMIT COMMAND...: passes its lines on; a death that reported nothing becomes "not ok".
run_program() {
	local name=$1 limit=$2 status out
	shift 2
	out=$(mktemp)
	timeout --kill-after=10 "$limit" "$@" >"$out" 2>&1
	status=$?
	cat "$out"
	if [ "$status" -ne 0 ] && ! grep -q '^not ok ' "$out"; then
		echo "not ok $name: exit status $status (124 = over $limit s)"
	elif [ "$status" -eq 0 ] && ! grep -qE '^(ok|not ok|skip) ' "$out"; then
		echo "not ok $name: it reported no test"
	fi
	rm -f "$out"
}

# Seed folders for a fuzzer, by the protocol in its name.
list_seeds() {
	local dirs=() dir
	case $1 in
	*dtls*) dirs=(fuzz/openssl/dtlsclient fuzz/openssl/dtlsserver) ;;
	*stun*) dirs=(fuzz/pion-stun fuzz/aioice fuzz/mediasoup/corpora/stun-corpus rfc5769) ;;
	*stream* | *framer* | *http* | *segments*) dirs=(rfc4475 fuzz/pion-stun) ;;
	*redact*) dirs=(rfc4475 fuzz/mediasoup/corpora/sdp-corpus) ;;
	*filter* | *tie*) ;;
	*offer*) dirs=(fuzz/mediasoup/corpora/sdp-corpus rfc4475) ;;
	*pcap*) dirs=(pcap/ndpi pcap/sngrep pcap/suricata pcap/heplify) ;;
	*sdp*) dirs=(fuzz/mediasoup/corpora/sdp-corpus rfc4475) ;;
	*sip*) dirs=(rfc4475 fuzz/pjproject) ;;
	*) dirs=(rfc4475 fuzz/pion-stun fuzz/aioice) ;;
	esac
	for dir in "${dirs[@]}"; do
		if [ -d "$fuzz_data/$dir" ]; then
			echo "$fuzz_data/$dir"
		fi
	done
	if [ -d "tests/data/$1" ]; then
		echo "tests/data/$1"
	fi
}

run_fuzzer() {
	local name corpus out seeds
	name=$(basename "$1")
	corpus=build/tests/corpus/$name
	out=build/tests/log/$name.log
	mkdir -p "$corpus"
	mapfile -t seeds < <(list_seeds "$name")
	if timeout --kill-after=10 $((fuzz_seconds + 120)) "$1" -max_total_time="$fuzz_seconds" -timeout=10 \
		-rss_limit_mb=2048 -max_len=4096 -verbosity=1 -artifact_prefix="$log_dir/$name-" \
		"$corpus" "${seeds[@]}" >"$out" 2>&1; then
		echo "ok $name ($(sed -n 's/^Done \([0-9]* runs\).*/\1/p' "$out"), ${#seeds[@]} seed folders)"
	else
		tail -n 40 "$out"
		echo "not ok $name: input that breaks it is kept in $log_dir"
	fi
}

# In pairs, and each reports when both are done: lines stay whole.
shard_fuzz() {
	local i name pids
	for ((i = 0; i < ${#fuzz_sources[@]}; i += 2)); do
		pids=()
		for name in "${fuzz_sources[@]:i:2}"; do
			name=$(basename "$name" .c)
			run_fuzzer "build/tests/fuzz/$name" >"$log_dir/$name.verdict" 2>&1 &
			pids+=($!)
		done
		wait "${pids[@]}"
		for name in "${fuzz_sources[@]:i:2}"; do
			cat "$log_dir/$(basename "$name" .c).verdict"
		done
	done
}

# As many at a time as there are processors; the lines of a program stay together.
shard_unit() {
	local bin source pids=() cpus
	cpus=$(nproc)
	for source in tests/unit/test_*.c; do
		[ -e "$source" ] || continue
		if [ "${#pids[@]}" -ge "$cpus" ]; then
			wait "${pids[${#pids[@]} - cpus]}"
		fi
		bin=build/tests/unit/$(basename "$source" .c)
		run_program "$(basename "$bin")" 300 "$bin" >"$log_dir/$(basename "$bin").log" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}" # these only: a bare wait would wait for tee, which waits for us
	for source in tests/unit/test_*.c; do
		[ -e "$source" ] || continue
		cat "$log_dir/$(basename "$source" .c).log"
	done
	shard_fuzz
}

# --- the other shards are scripts ---

shard_script() {
	local script=tests/$1/run.sh limit=$2
	if [ ! -x "$script" ]; then
		echo "not ok $1: $script is missing or not executable"
		return 1
	fi
	timeout --foreground --kill-after=30 "$limit" "$script"
}

run_shard() {
	local shard=$1 log=$log_dir/$1.log status ok bad skip claimed
	echo "# $shard"
	case $shard in
	unit) shard_unit ;;
	fuzz) shard_fuzz ;;
	vm) shard_script vm "${SIGPATH_VM_SECONDS:-1800}" ;;
	*) shard_script "$shard" "${SIGPATH_SHARD_SECONDS:-1200}" ;;
	esac > >(tee "$log") 2>&1
	status=$?
	wait $! # tee has written everything

	ok=$(count_lines ok "$log")
	bad=$(count_lines 'not ok' "$log")
	skip=$(count_lines skip "$log")
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
		fail_shard "$shard" "the shard ended with status $status and blamed no test (124 = out of time)"
	elif [ $((ok + bad + skip)) -eq 0 ]; then
		fail_shard "$shard" "the shard reported no test"
	fi
	if [ "$shard" = unit ]; then # each of its programs has a summary of its own
		return
	fi
	claimed=$(sed -n 's/^# \([0-9]* passed, [0-9]* failed, [0-9]* skipped\)$/\1/p' "$log" | tail -n 1)
	if [ -n "$claimed" ] && [ "$claimed" != "$ok passed, $bad failed, $skip skipped" ]; then
		fail_shard "$shard" "its summary ($claimed) differs from its lines ($ok, $bad, $skip)"
	fi
}

build() {
	local targets=(all) shard
	for shard in "$@"; do
		case $shard in
		unit) targets+=(unit-bins fuzz-bins) ;;
		fuzz) targets+=(fuzz-bins) ;;
		vm) targets+=(tool-bins bpf-bins) ;;
		tui) targets+=(tool-bins san-bin) ;;
		*) targets+=(tool-bins) ;;
		esac
	done
	make --no-print-directory -j2 "${targets[@]}"
}

main() {
	local shard
	if [ $# -eq 0 ]; then
		set -- "${known_shards[@]}"
	fi
	for shard in "$@"; do
		if [[ " ${known_shards[*]} fuzz " != *" $shard "* ]]; then
			echo "run.sh: unknown shard '$shard' (known: ${known_shards[*]} fuzz)" >&2
			exit 2
		fi
	done
	trap 'fail_shard run "interrupted"; finish' INT TERM
	mkdir -p "$log_dir"
	if ! tests/lib/deps.sh; then
		fail_shard deps "packages are missing, see above"
		finish
	fi
	if ! build "$@"; then
		fail_shard build "see the compiler's message above"
		finish
	fi
	for shard in "$@"; do
		run_shard "$shard"
	done
	finish
}

main "$@"
