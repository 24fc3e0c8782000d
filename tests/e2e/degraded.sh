#!/bin/bash
# What is left when a capability, a system call, BTF or cgroup2 is missing? In each mode of the table `modes`: doctor tells
# it apart, the daemon runs or says what is missing, and a known delay comes back in the stage that contains it.
. "$(dirname "$0")/e2e.sh"
. tests/lib/mode.sh
begin setpriv unshare prlimit

# Whoever runs them must reach binaries and folders: a checkout may be private.
chmod 0755 "$WORK"
mkdir "$WORK/bin"
install -m 0755 "$SIGPATH_BIN/sigpath" "$SIGPATH_BIN/sigpathd" "$WORK/bin"
SIGPATH_BIN=$WORK/bin

# caps CAP...: the mode that was just entered gives exactly these.
caps() {
	mode__has "$@" 2>"$WORK/caps.err" || not_ok degraded_caps "$(<"$WORK/caps.err")"
}

# try MODE FLAGS...
try() {
	local mode=$1
	shift
	mode__run "$WORK/$mode" "$@"
	check degraded --modes "$E2E_DIR/modes" --mode "$mode" --folder "$WORK/$mode" --baseline "$WORK/as_is/doctor.json"
}

mode__free
try as_is

mode__root_with bpf perfmon net_raw
caps bpf perfmon net_raw
try no_net_admin
mode__user_with bpf perfmon net_admin sys_ptrace
caps bpf perfmon net_admin sys_ptrace
try ambient
mode__user_with
caps
try user_bare
mode__limited memlock=16384
try memlock

# shellcheck disable=SC2016  # expanded in there
mode__mounted 'umount -l "$(findmnt -nft cgroup2 -o TARGET)"'
try no_cgroup2
