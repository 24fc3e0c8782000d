#!/bin/bash
# The vm shard: boots each selected kernel of kernel-compat/matrix, measures known delays in it with every kind of
# probe, and judges what comes back. Needs root and a network the first time, no KVM.
#
#   SIGPATH_VM=5.10,6.12   rows to test (6.1); all: every row
#   SIGPATH_VM_KEEP=DIR    keep what each kernel brought back in DIR/NAME
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

vm=kernel-compat/vm
selected=${SIGPATH_VM:-6.1}
binaries=(build/sigpathd build/sigpath build/tests/tool/respond build/tests/tool/load)
case_s=150 # a case takes 30 s on two emulated processors, 80 s with the verifier of 5.10
lines=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$lines" "$work"' EXIT

report() {
	tee -a "$lines"
}

finish() {
	local passed failed skipped
	passed=$(grep -c '^ok ' "$lines" || true)
	failed=$(grep -c '^not ok ' "$lines" || true)
	skipped=$(grep -c '^skip ' "$lines" || true)
	echo "# $passed passed, $failed failed, $skipped skipped"
	((failed == 0))
	exit
}

# Prints what the host lacks, nothing when it can boot guests.
missing() {
	local tool
	for tool in qemu-system-x86_64 busybox cpio xz zstd python3 dpkg-deb apt-get; do
		command -v "$tool" >/dev/null || echo "$tool is not installed"
	done
	[[ $(uname -m) == x86_64 ]] || echo "the guests are x86_64"
	((EUID == 0)) || echo "root is needed"
}

# The harness itself: output apart from the kernel's, exit status, files in and out.
check_harness() {
	local name=$1 output status=0
	echo payload >"$work/payload"
	output=$("$vm/boot" --add "$work/payload" --out /run/out:"$work/out" "$name" -- \
		bash -c 'mkdir /run/out && cp payload /run/out && printf "one\ntwo\n" && exit 7') || status=$?
	if [[ $status == 7 && $output == $'one\ntwo' ]] && cmp -s "$work/payload" "$work/out/payload"; then
		echo "ok vm/$name harness: status, output and files come back"
	else
		echo "not ok vm/$name harness: status $status, output '$output'"
	fi
}

check_hang() {
	local name=$1 status=0
	"$vm/boot" --timeout 10 --log "$work/hang.log" "$name" -- sleep 600 2>"$work/hang.txt" || status=$?
	if [[ $status == 124 ]] && grep -q 'killed after 10 s' "$work/hang.txt"; then
		echo "ok vm/$name harness: a hang is ended"
	else
		echo "not ok vm/$name harness: a hang ended with status $status"
	fi
}

# The forced cases for one kernel, as NAME=FORCE.
cases() {
	awk -v kernel="$1" 'NF && !/^#/ && ($2 == "*" || index("," $2 ",", "," kernel ",")) { print $1 "=" $3 }' \
		tests/vm/forces
}

# run_guest NAME DIR [NAME=FORCE]...: everything the guest prints is its own; the verdict is check.py's.
run_guest() {
	local name=$1 dir=$2 binary adds=()
	shift 2
	for binary in "${binaries[@]}" tests/vm/guest.sh tests/lib/netns.sh; do
		adds+=(--add "$binary")
	done
	"$vm/boot" "${adds[@]}" --out /run/out:"$dir" --log "$dir/kernel.log" \
		--timeout $((60 + case_s * ($# + 1))) "$name" -- guest.sh /run/out "$@"
}

check_kernel() {
	local name=$1 dir=${SIGPATH_VM_KEEP:-$work}/$1 forced status=0
	mapfile -t forced < <(cases "$name")
	rm -rf "$dir"
	mkdir -p "$dir"
	run_guest "$name" "$dir" "${forced[@]}" || status=$?
	if ((status != 0)); then
		echo "not ok vm/$name guest: guest.sh ended with status $status"
	fi
	tests/vm/check.py "$name" "$dir" "$("$vm/kernel" --plan "$name")" "${forced[@]}" ||
		echo "not ok vm/$name check.py: it could not read what the guest brought back"
}

is_built() {
	local binary
	for binary in "${binaries[@]}"; do
		[[ -x $binary ]] || return 1
	done
}

test_kernel() {
	local name=$1
	if ! "$vm/kernel" "$name" >"$work/where" 2>"$work/why"; then
		echo "skip vm/$name: $(tail -n 1 "$work/why")"
		return
	fi
	check_harness "$name"
	[[ $name != "${selected%%,*}" ]] || check_hang "$name"
	if is_built; then
		check_kernel "$name"
	else
		echo "not ok vm/$name guest: not built: make all tool-bins"
	fi
}

reasons=$(missing)
if [[ -n $reasons ]]; then
	echo "skip vm: $(tr '\n' ' ' <<<"$reasons")" | report
	finish
fi
[[ $selected != all ]] || selected=$("$vm/kernel" --list | paste -sd,)
for name in ${selected//,/ }; do
	test_kernel "$name" 2>&1 | report
done
finish
