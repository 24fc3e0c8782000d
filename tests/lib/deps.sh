#!/bin/bash
# Installs the Debian packages that building and testing need; says nothing and is quick when none is missing.
set -euo pipefail

build_packages=(gcc make libc6-dev pkg-config clang-14 llvm-14 libclang-rt-14-dev bpftool
	libbpf-dev libelf-dev zlib1g-dev libjansson-dev libncurses-dev)
test_packages=(libdevel-nytprof-perl iproute2 procps util-linux python3 tmux tcpdump tshark sngrep sip-tester kamailio coturn
	busybox-static cpio xz-utils zstd kmod)
# Tests that need one of these say so and are skipped without it.
optional_packages=(qemu-system-x86 linux-perf clang-format-14 python3-yaml python3-aiortc python3-pil fonts-dejavu-core)
# The same, needed only where their command is not there yet, whoever installed it: "command package".
optional_commands=("podman podman" "runc runc" "node nodejs" "npm npm" "systemd-analyze systemd" "chromium chromium")
# Packages that would start and enable a daemon on the host; the tests run their own in a namespace.
service_units=(kamailio coturn)

policy=/usr/sbin/policy-rc.d
policy_saved=$policy.before-sigpath
policy_mark='# sigpath deps: no service starts while packages are installed'

# Prints those of "$@" that are not installed.
list_missing() {
	local installed
	installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null |
		sed -n 's/^ii //p') || true
	comm -13 <(sort -u <<<"$installed") <(printf '%s\n' "$@" | sort -u)
}

# Prints the packages of optional_commands whose command is missing.
list_missing_commands() {
	local row
	for row in "${optional_commands[@]}"; do
		if ! command -v "${row% *}" >/dev/null && ! [ -x "/usr/sbin/${row% *}" ]; then
			echo "${row#* }"
		fi
	done
}

restore_policy() {
	if grep -qsF "$policy_mark" "$policy"; then
		rm -f "$policy"
	fi
	if [ -e "$policy_saved" ]; then
		mv -f "$policy_saved" "$policy"
	fi
}

# A killed earlier run may have left the marked policy behind: restore first.
forbid_services() {
	restore_policy
	trap restore_policy EXIT
	trap 'exit 130' INT TERM HUP
	if [ -e "$policy" ]; then
		mv "$policy" "$policy_saved"
	fi
	printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
	chmod 0755 "$policy"
}

install_packages() {
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

main() {
	local required optional unit
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		echo "deps: this is not Debian: install by hand: ${build_packages[*]} ${test_packages[*]}" >&2
		return 1
	fi
	mapfile -t required < <(list_missing "${build_packages[@]}" "${test_packages[@]}")
	mapfile -t optional < <(list_missing "${optional_packages[@]}"; list_missing_commands)
	if [ ${#required[@]} -eq 0 ] && { [ ${#optional[@]} -eq 0 ] || [ "$(id -u)" -ne 0 ]; }; then
		return 0
	fi
	if [ "$(id -u)" -ne 0 ]; then
		echo "deps: missing packages: ${required[*]}" >&2
		echo "deps: installing them needs root: run 'sudo make deps'" >&2
		return 1
	fi

	exec 9>/run/lock/sigpath-deps.lock
	flock 9
	forbid_services
	echo "deps: installing ${required[*]} ${optional[*]}"
	apt-get update -qq -o Acquire::Retries=3 || echo "deps: package lists could not be refreshed, using the old ones" >&2
	if [ ${#required[@]} -gt 0 ] && ! install_packages "${required[@]}"; then
		echo "deps: apt-get could not install: ${required[*]}" >&2
		return 1
	fi
	for unit in "${optional[@]}"; do
		install_packages "$unit" || echo "deps: $unit is not available, what needs it is skipped" >&2
	done
	for unit in "${service_units[@]}"; do
		if [[ " ${required[*]} " == *" $unit "* ]] && command -v systemctl >/dev/null; then
			systemctl disable --quiet "$unit" 2>/dev/null || true
		fi
	done
}

main
