#!/bin/bash
# The vm shard: boots the kernels of kernel-compat/matrix, measures known delays in each with every kind of probe, and
# judges what comes back. Needs root and a network the first time, no KVM.
#
#   SIGPATH_VM=5.10,6.12    rows to test; all (default): every row
#   SIGPATH_VM_SHARD=1/3    every third of them, beginning with the first
#   SIGPATH_VM_KEEP=DIR     keep what each kernel brought back in DIR/NAME (build/tests/vm)
#   SIGPATH_VM_JOBS=N       guests side by side (one for each processor of the host, at most 2)
#
# Leaves build/tests/vm/results.json, from which table.py makes the table of the README.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

vm=kernel-compat/vm
keep=${SIGPATH_VM_KEEP:-build/tests/vm}
selected=${SIGPATH_VM:-all}
shard=${SIGPATH_VM_SHARD:-1/1}
jobs=${SIGPATH_VM_JOBS:-$(($(nproc) < 2 ? 1 : 2))}
# Guests that run side by side have one processor each: no host processor is shared between two. What only happens between
# processors this row shows, which has the host to itself.
wide=(6.12)
binaries=(build/sigpathd build/sigpath build/tests/tool/respond build/tests/tool/load build/tests/bpf/test_load)
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
	for tool in qemu-system-x86_64 busybox cpio xz zstd python3 dpkg-deb apt-get tcpdump tshark; do
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

# rows FILE KERNEL: the rows of a table whose second column names the kernel.
rows() {
	[[ -e $1 ]] || return 0
	awk -v kernel="$2" '
		function is_in(list) { return index("," list ",", "," kernel ",") > 0 }
		NF && !/^#/ && ($2 == "*" || (sub(/^!/, "", $2) ? !is_in($2) : is_in($2)))' "$1"
}

# The forced cases for one kernel, as guest.sh wants them.
cases() {
	rows tests/vm/forces "$1" | awk '{ print $1 "=" $3 ":" $4 ":" $5 }'
}

# adds: what goes into every guest, as options of boot.
adds() {
	local item
	for item in "${binaries[@]}" tests/vm/guest.sh tests/lib/netns.sh "$(command -v tcpdump)"; do
		echo --add
		echo "$item"
	done
	[[ ! -x tests/vm/modes.sh ]] || printf -- '--add\ntests/vm/modes.sh\n'
	[[ ! -e tests/vm/modes.add ]] || sed '/^#/d; /^$/d; s/^/--add\n/' tests/vm/modes.add
}

# add_btf NAME: minimised types of this kernel for the mode that has no others, where sigpath looks for what was shipped.
add_btf() {
	rows tests/vm/modes "$1" | grep -q '^btf_shipped ' || return 0
	kernel-compat/btf/minimise build/sigpath.bpf.o "$work/btf/$1" "$("$vm/kernel" "$1")/vmlinuz" >/dev/null
	printf -- '--add\n%s\n' "$work/btf/$1:/share/sigpath/btf"
}

# boot_guest NAME DIR LIMIT [option of boot]... -- COMMAND...: everything the guest prints is its own.
boot_guest() {
	local name=$1 dir=$2 limit=$3 options=() cpus=1
	shift 3
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	if is_wide "$name"; then
		cpus=2
	fi
	mapfile -t -O "${#options[@]}" options < <(adds && add_btf "$name")
	"$vm/boot" --smp "$cpus" "${options[@]}" --out /run/out:"$dir" --log "$dir/kernel.log" --timeout "$limit" "$name" "$@"
}

is_wide() {
	((jobs < 2)) || [[ " ${wide[*]} " == *" $1 "* ]]
}

# Degraded modes: what modes.sh left in a guest, judged by modes.py (tests/vm/README.md).
judge_mode() {
	tests/vm/modes.py "$1" "$2" "$3" || echo "not ok vm/$1 mode $3: modes.py could not read what the guest brought back"
}

modes_here() {
	rows tests/vm/modes "$1" | awk '$3 == "-" { print $1 }'
}

# Those that need a boot of their own.
check_modes() {
	local name=$1 mode append dir status
	while read -r mode append; do
		dir=$keep/$name/mode.$mode status=0
		mkdir -p "$dir"
		boot_guest "$name" "$dir" 120 --append "${append//,/ }" -- modes.sh /run/out "$mode" \
			>"$dir/output.txt" || status=$?
		((status < 124)) || echo "not ok vm/$name mode $mode: the guest ended with status $status"
		judge_mode "$name" "$dir" "$mode"
	done < <(rows tests/vm/modes "$name" | awk '$3 != "-" { print $1, $3 }')
}

check_kernel() {
	local name=$1 dir=$keep/$1 forced modes mode status=0
	mapfile -t forced < <(cases "$name")
	mapfile -t modes < <(modes_here "$name")
	rm -rf "$dir"
	mkdir -p "$dir"
	boot_guest "$name" "$dir" 300 -- guest.sh /run/out "${forced[@]}" -- "${modes[@]}" || status=$?
	if ((status != 0)); then
		echo "not ok vm/$name guest: guest.sh ended with status $status"
	fi
	tests/vm/check.py "$name" "$dir" "$("$vm/kernel" --plan "$name")" tests/bpf/budget "${forced[@]}" ||
		echo "not ok vm/$name check.py: it could not read what the guest brought back"
	for mode in "${modes[@]}"; do
		judge_mode "$name" "$dir/mode.$mode" "$mode"
	done
	check_modes "$name"
}

# test_kernel NAME: the lines of a kernel come together, when it is done. An emulated kernel measures time on a machine that
# others use, too: what fails is tried once more from the boot on, and both are shown.
test_kernel() {
	check_kernel "$1" >"$work/$1.lines" 2>&1
	if grep -q '^not ok ' "$work/$1.lines"; then
		sed -n 's/^not ok /# first try: /p' "$work/$1.lines" | report
		check_kernel "$1" >"$work/$1.lines" 2>&1
	fi
	report <"$work/$1.lines"
}

# Kernels that the cache lacks, three at a time. One that cannot be had is a skip that says why.
fetch_all() {
	local name
	printf '%s\n' "${names[@]}" | xargs -P 3 -I{} sh -c "\"\$1\" {} >\"\$2/{}.where\" 2>\"\$2/{}.why\" || touch \"\$2/{}.missing\"" \
		_ "$vm/kernel" "$work"
	for name in "${names[@]}"; do
		if [[ -e $work/$name.missing ]]; then
			echo "skip vm/$name: $(tail -n 1 "$work/$name.why")" | report
		else
			fetched+=("$name")
		fi
	done
}

select_names() {
	local all of name i
	[[ $selected != all ]] || selected=$("$vm/kernel" --list | paste -sd,)
	mapfile -t all < <(tr , '\n' <<<"$selected")
	of=${shard#*/}
	for name in "${all[@]}"; do
		"$vm/kernel" --list | grep -qxF -- "$name" || { echo "not ok vm/$name: no such row in kernel-compat/matrix" | report; finish; }
	done
	for ((i = ${shard%/*} - 1; i < ${#all[@]}; i += of)); do
		names+=("${all[i]}")
	done
}

# Those that take longest, by their modes, first.
by_length() {
	local name
	for name in "$@"; do
		echo "$(rows tests/vm/modes "$name" | wc -l) $name"
	done | sort -s -k1,1nr | cut -d' ' -f2
}

run_kernels() {
	local name
	# shellcheck disable=SC2046  # names of rows are words
	set -- $(by_length "$@")
	for name in "$@"; do
		if is_wide "$name"; then
			test_kernel "$name"
		fi
	done
	for name in "$@"; do
		if is_wide "$name"; then
			continue
		fi
		if (($(jobs -pr | wc -l) >= jobs)); then
			wait -n
		fi
		test_kernel "$name" &
	done
	wait
}

reasons=$(missing)
for binary in "${binaries[@]}"; do
	[[ -x $binary ]] || reasons+="$binary is not built (make all tool-bins bpf-bins) "
done
if [[ -n $reasons ]]; then
	echo "skip vm: $(tr '\n' ' ' <<<"$reasons")" | report
	finish
fi
names=()
fetched=()
select_names
mkdir -p "$keep"
rm -f "$keep"/results.json
object=$(sha256sum <build/sigpath.bpf.o | cut -d' ' -f1)
echo "# build/sigpath.bpf.o $object: the same bytes in each guest"
fetch_all
if ((${#fetched[@]})); then
	{ check_harness "${fetched[0]}" && check_hang "${fetched[0]}"; } 2>&1 | report
	begin=$SECONDS
	run_kernels "${fetched[@]}"
	echo "# ${#fetched[@]} kernels in $((SECONDS - begin)) s"
	tests/vm/results.py "$keep" "$object" "${names[@]}" 2>&1 | report
	tests/vm/table.py --check README.md 2>&1 | report
fi
finish
