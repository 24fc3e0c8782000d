#!/bin/bash
# In the virtual machine of unit.sh: systemd starts the unit in a process namespace of its own. Prints "name=value" lines.
set -u

UNITS=/sd/units
log=/tmp/systemd.log
exec {nap}<> <(:) # nobody writes to it: reading it for a while is a sleep

start_systemd() {
	mkdir -p /etc/systemd/system /etc/sigpath /var/log
	cp "$UNITS"/* /etc/systemd/system/
	cp /sd/sigpathd.conf /etc/sigpath/
	echo 'sigpath:x:900:' >>/etc/group
	echo 0123456789abcdef0123456789abcdef >/etc/machine-id
	export container=lxc
	unshare --fork --pid --mount /bin/sh -c 'mount -t proc proc /proc
		exec /lib/systemd/systemd --system --unit=test.target --log-target=console --show-status=no' >"$log" 2>&1 &
}

# in_systemd CMD...: beside PID 1 of the namespace.
in_systemd() {
	nsenter -t "$(pidof systemd)" -p -m -- "$@"
}

# until_ok CMD...: for at most 20 s.
until_ok() {
	local deadline=$((SECONDS + 20))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || return 1
		read -rt 0.2 -u "$nap"
	done
	return 0
}

mkdir -p /run/out
start_systemd
until_ok sigpath health --ready
echo "health=$?"
pid=$(pidof sigpathd)
sed -nE 's/^(CapPrm|CapBnd|NoNewPrivs|Seccomp):\s*/\1=/p' "/proc/$pid/status"
echo "cgroup=$(sed 's/^0:://' "/proc/$pid/cgroup")"
echo "socket=$(stat -c '%a %G' /run/sigpath/sigpath.sock)"
sigpath doctor --json >/run/out/root.json
sigpath top --once --json >/run/out/unit.json
in_systemd systemctl reload sigpathd
echo "reload=$?"
until_ok sigpath health --ready
echo "health_after=$?"
echo "memory_peak=$(cat "/sys/fs/cgroup/system.slice/sigpathd.service/memory.peak")"
in_systemd systemctl stop sigpathd
in_systemd systemctl show sigpathd --property=Result,ExecMainStatus,ActiveState
echo "left=$(find /run/sigpath -mindepth 1 -printf '%f ' 2>/dev/null)"
cp "$log" /run/out/systemd.log
