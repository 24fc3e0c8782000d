#!/bin/bash
# What is left when a capability, a system call, BTF or cgroup2 is missing? In each mode of the table `modes`: doctor tells
# it apart, the daemon runs or says what is missing, and a known delay comes back in the stage that contains it.
#
#   degraded.sh [MODE...]   these alone, and the first row, which the others are compared with
. "$(dirname "$0")/e2e.sh"
. tests/lib/mode.sh
begin setpriv unshare prlimit findmnt clang-14 llvm-objcopy-14

# Whoever runs them must reach binaries and folders: a checkout may be private.
chmod 0755 "$WORK"
mkdir "$WORK/bin"
install -m 0755 "$SIGPATH_BIN/sigpath" "$SIGPATH_BIN/sigpathd" "$WORK/bin"
object=$SIGPATH_BIN/sigpath.bpf.o
SIGPATH_BIN=$WORK/bin

# caps CAP...: the mode that was just entered gives exactly these.
caps() {
	mode__has "$@" 2>"$WORK/caps.err" || not_ok degraded_caps "$(<"$WORK/caps.err")"
}

selected=" $* "
is_selected() {
	[[ $selected == "  " || $selected == *" $1 "* || $1 == as_is ]]
}

# try MODE FLAGS...
try() {
	local mode=$1
	shift
	is_selected "$mode" || return 0
	mode__run "$WORK/$mode" "$@"
	check degraded --modes "$E2E_DIR/modes" --mode "$mode" --folder "$WORK/$mode" --baseline "$WORK/as_is/doctor.json"
}

# refuses NAME WORDS FLAGS...: doctor and daemon end by themselves, not with 0, and say WORDS.
refuses() {
	local name=$1 words=$2 program status problems=
	shift 2
	is_selected "$name" || return 0
	for program in "sigpath doctor" "sigpathd --duration 5s --socket $WORK/no.sock --lock $WORK/no.lock"; do
		status=0
		# shellcheck disable=SC2086  # the program's own words
		netns__run "$NS_B" "${DAEMON_VIA[@]}" timeout --kill-after=2 20 "$SIGPATH_BIN/"$program "$@" \
			>"$WORK/refuses.out" 2>"$WORK/refuses.err" </dev/null || status=$?
		if [ "$status" -ne 1 ] && [ "$status" -ne 2 ]; then
			problems+="${program%% *}: exit status $status; "
		elif ! grep -qE "$words" "$WORK/refuses.err"; then
			problems+="${program%% *}: no word of '$words' in: $(tail -n 2 "$WORK/refuses.err" | tr '\n' ' '); "
		fi
	done
	if [ -n "$problems" ]; then
		not_ok "degraded_$name" "$problems"
	else
		ok "degraded_$name"
	fi
}

# --- capabilities ---

without_capabilities() {
	mode__root_with bpf perfmon net_raw
	caps bpf perfmon net_raw
	try no_net_admin
	mode__root_with bpf net_admin net_raw
	caps bpf net_admin net_raw
	try no_perfmon
	mode__root_with bpf net_admin
	caps bpf net_admin
	try no_perfmon_net_raw
	mode__root_with bpf net_raw
	caps bpf net_raw
	try bpf_net_raw
	mode__root_with net_raw
	caps net_raw
	try only_net_raw
	mode__user_with bpf perfmon net_admin sys_ptrace
	caps bpf perfmon net_admin sys_ptrace
	try ambient
	mode__user_with
	caps
	try user_bare
	mode__namespaced
	try user_namespace
	mode__limited memlock=16384
	try memlock
}

# --- system calls ---

without_calls() {
	mode__refused bpf EPERM
	try bpf_eperm
	mode__refused bpf ENOSYS
	try bpf_enosys
	mode__refused bpf KILL
	try bpf_kill
	mode__refused perf_event_open EPERM
	try perf_eperm
}

# --- mounts ---

# A process sees only a part of the hierarchy, as in a container: SCRIPT's folder takes the root's place.
without_mounts() {
	local cgroup2
	cgroup2=$(findmnt -nft cgroup2 -o TARGET)
	mode__mounted 'mount -o remount,ro,bind /sys; umount -qlA tracefs debugfs 2>/dev/null; true'
	try sys_read_only
	if [ -z "$cgroup2" ]; then
		skip degraded_no_cgroup2 "no cgroup2 is mounted here"
		return
	fi
	mode__mounted "umount -l '$cgroup2'"
	try no_cgroup2
	at_exit rmdir "$cgroup2/sigpath.$$"
	mkdir "$cgroup2/sigpath.$$"
	mode__mounted "mount --bind '$cgroup2/sigpath.$$' '$cgroup2'"
	try part_cgroup2
}

# --- the kernel's types ---

# alien FILE: types of a kernel that is not this one.
alien() {
	echo 'struct sk_buff { char other[77]; } skb;' >"$WORK/alien.c"
	clang-14 -g -target bpf -c "$WORK/alien.c" -o "$WORK/alien.o" && llvm-objcopy-14 --dump-section ".BTF=$1" "$WORK/alien.o"
}

without_btf() {
	local own=/sys/kernel/btf/vmlinux release
	release=$(uname -r)
	if [ ! -r "$own" ]; then
		skip degraded_btf "this kernel has no BTF to hide"
		return
	fi
	mkdir "$WORK/btf"
	cat "$own" >"$WORK/btf/$release.btf"
	head -c 100000 "$own" >"$WORK/btf/truncated"
	head -c 100000 /dev/urandom >"$WORK/btf/garbage"
	: >"$WORK/btf/empty"
	alien "$WORK/btf/alien"
	mode__free
	refuses btf_missing 'btf/nothere.*No such file' --btf "$WORK/btf/nothere"
	refuses btf_garbage 'btf/garbage.*not BTF' --btf "$WORK/btf/garbage"
	refuses btf_truncated 'btf/truncated.*not BTF' --btf "$WORK/btf/truncated"
	refuses btf_empty 'btf/empty.*not BTF' --btf "$WORK/btf/empty"
	refuses btf_alien 'btf/alien.*not of this kernel' --btf "$WORK/btf/alien"
	mode__mounted 'mount -t tmpfs none /sys/kernel/btf && mount -t tracefs none /sys/kernel/tracing'
	try no_btf
	try btf_directory --btf "$WORK/btf"
	refuses btf_alien_alone 'btf/alien.*not of this kernel' --btf "$WORK/btf/alien"
	mode__mounted "mount --bind /dev/null '$own'"
	try btf_file --btf "$WORK/btf/$release.btf"
	if ! kernel-compat/btf/minimise "$object" "$WORK/share/sigpath/btf" "$WORK/btf/$release.btf" >"$WORK/btf/log" 2>&1; then
		not_ok degraded_btf_shipped "minimise: $(tail -n 1 "$WORK/btf/log")"
		return
	fi
	try btf_shipped
}

mode__free
try as_is
without_capabilities
without_calls
without_mounts
without_btf
