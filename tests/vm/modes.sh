#!/bin/bash
# Runs in the guest: enters one degraded mode, keeps what doctor and daemon do in it. It judges nothing; modes.py does that
# on the host.
#
#   modes.sh OUTDIR NAME   NAME: a row of the table `modes`
set -uo pipefail

here=${BASH_SOURCE[0]%/*}
SIGPATH_BIN=$here
TOOLS=$here
DAEMON_READY_S=90
MODE_REQUESTS=200 # at 100 a second: two emulated processors are busy with a fifth of that
MODE_RATE=100
MODE_DELAY_US=20000
# shellcheck source=tests/lib/netns.sh
. "$here/netns.sh"
# shellcheck source=tests/lib/daemon.sh
. "$here/daemon.sh"
# shellcheck source=tests/lib/mode.sh
. "$here/mode.sh"

out=${1:?usage: modes.sh OUTDIR NAME}
name=${2:?usage: modes.sh OUTDIR NAME}
lockdown=/sys/kernel/security/lockdown
hide_btf='mount -t tmpfs none /sys/kernel/btf && mkdir -p /share && mount -t tmpfs none /share'

# Only ever upwards, and until the guest ends.
lock_down() {
	grep -q "\[$1\]" "$lockdown" || echo "$1" >"$lockdown"
	mode__free
}

# shellcheck disable=SC2119  # not the script's own arguments
enter() {
	case $name in
	unprivileged) mode__user_with ;;
	memlock) mode__limited memlock=65536 ;;
	no_btf) mode__mounted "$hide_btf" ;;
	no_btf_tracefs) mode__mounted "$hide_btf && mount -t tmpfs none /sys/kernel/tracing" ;;
	btf_shipped) mode__mounted 'mount -t tmpfs none /sys/kernel/btf' ;;
	lockdown_*) lock_down "${name#lockdown_}" ;;
	*)
		echo "modes.sh: no mode '$name'" >&2
		exit 2
		;;
	esac
}

netns__start || exit 1
chmod 0755 / # for those who are not root
enter
mode__run "$out"
