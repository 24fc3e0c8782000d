#!/bin/bash
# BPF programs against this kernel: verifier and its budget, packet in and record out, taps on a live veth pair (root).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/netns.sh
. tests/lib/netns.sh

bin=build/tests/bpf
log=$(mktemp)

finish() {
	local passed failed skipped
	passed=$(grep -c '^ok ' "$log")
	failed=$(grep -c '^not ok ' "$log")
	skipped=$(grep -c '^skip ' "$log")
	rm -f "$log"
	echo "# $passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
	exit
}

say() {
	echo "$*" | tee -a "$log"
}

# run NAME PROGRAM ARGS...: a program that dies without blaming a test is a failure of its own.
run() {
	local name=$1 status before
	shift
	before=$(grep -c '^not ok ' "$log")
	timeout --foreground --kill-after=10 300 "$@" | tee -a "$log"
	status=${PIPESTATUS[0]}
	if [ "$status" -ne 0 ] && [ "$(grep -c '^not ok ' "$log")" -eq "$before" ]; then
		say "not ok $name: exit status $status (124 = over 300 s)"
	fi
}

if [ "$(id -u)" -ne 0 ]; then
	say "skip bpf: needs root"
	finish
fi
if ! make -s --no-print-directory bpf-bins; then
	say "not ok bpf_build: see the compiler's message above"
	finish
fi
run load "$bin/test_load" tests/bpf/budget
run parity "$bin/test_parity"
run drop "$bin/test_drop"
run stream "$bin/test_stream"
own=/sys/kernel/btf/vmlinux
min=$(mktemp -d)
if [ ! -r "$own" ]; then
	say "skip types: this kernel has no BTF"
elif ! kernel-compat/btf/minimise build/sigpath.bpf.o "$min" "$own" >/dev/null; then
	say "not ok types: kernel-compat/btf/minimise failed"
else
	run types "$bin/test_types" "$own" "$min/$(uname -r).btf"
fi
rm -rf "$min"
# In a subshell: the namespaces go away when it ends, and the summary comes last.
(
	if netns__start; then
		run live "$bin/test_live" "/run/netns/$NS_A" "$IF_A" "/run/netns/$NS_B" "$IF_B"
	else
		say "skip live: no network namespaces or veth here"
	fi
)
finish
