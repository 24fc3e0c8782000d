# Sourced after netns.sh: containers by podman and runc, in a storage of their own under $WORK that goes with it.
#
# container__can            0 when a container can be started here; else says what is missing
# container__podman ARGS    podman on that storage
# container__build NAME DIR an image of just these files
# container__run NAME ARGS  in the background; ended by the script's end
# container__manifest FILE  $MANIFEST_ARGS: arguments that give a container what the DaemonSet in FILE gives
# container__wire           the two namespaces joined by a bridge in this one, as pods on a node are
#
# shellcheck shell=bash

CONTAINERS=()
MANIFEST_ARGS=()
NODE_BRIDGE=spn$$

# Other than podman's defaults: limits that need no CAP_SYS_RESOURCE, and runc, which copes with mixed cgroup versions.
container__podman() {
	podman --root "$WORK/storage" --runroot "$WORK/runroot" --tmpdir "$WORK/podman" --runtime runc \
		--cgroup-manager cgroupfs --events-backend none "$@"
}

container__build() {
	printf 'FROM scratch\nCOPY . /\n' >"$WORK/Containerfile.$1"
	container__podman build --quiet --layers=false --tag "localhost/$1" --file "$WORK/Containerfile.$1" "$2" >/dev/null
}

container__run() {
	local name=$1
	shift
	if [ ${#CONTAINERS[@]} -eq 0 ]; then
		at_exit container__cleanup
	fi
	CONTAINERS+=("$name")
	container__podman run --detach --name "$name" --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$@" >/dev/null
}

container__is_running() {
	[ "$(container__podman inspect --format '{{.State.Running}}' "$1" 2>/dev/null)" = true ]
}

container__stop() {
	container__podman stop --ignore "$1" >/dev/null 2>&1
	container__podman rm --force --ignore "$1" >/dev/null 2>&1
}

container__cleanup() {
	local name
	for name in "${CONTAINERS[@]}"; do
		container__stop "$name"
	done
	container__podman rmi --all --force >/dev/null 2>&1
	umount "$WORK/storage/overlay" 2>/dev/null
}

# The smallest container there is: can it be built, does it run?
container__can() {
	local cmd
	for cmd in podman runc; do
		if ! command -v "$cmd" >/dev/null && ! [ -x "/usr/sbin/$cmd" ]; then
			echo "$cmd is not installed"
			return 1
		fi
	done
	mkdir -p "$WORK/nothing"
	cp "$(command -v busybox)" "$WORK/nothing/busybox" || return 1
	if ! container__build sp-nothing "$WORK/nothing" 2>"$WORK/podman.err" ||
		! container__podman run --rm --network=host --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
			localhost/sp-nothing /busybox true 2>"$WORK/podman.err"; then
		echo "podman cannot run a container here: $(tail -n 1 "$WORK/podman.err")"
		return 1
	fi
}

container__manifest() {
	local args
	args=$("$PYTHON" tests/lib/podman_args.py run "$1" "$WORK/volumes" "$PWD/deploy/kustomize/overlays/seccomp-localhost") || return 1
	# shellcheck disable=SC2034
	mapfile -t MANIFEST_ARGS <<<"$args"
}

container__wire() {
	local end
	ip -n "$NS_A" link del "$IF_A" || return 1
	ip link add "$NODE_BRIDGE" type bridge || return 1
	at_exit "ip link del $NODE_BRIDGE 2>/dev/null"
	for end in A B; do
		local ns=NS_$end if=IF_$end ip=IP_$end ip6=IP6_$end
		ip link add "n${!if}" type veth peer name "${!if}" netns "${!ns}" || return 1
		at_exit "ip link del n${!if} 2>/dev/null"
		ip link set "n${!if}" master "$NODE_BRIDGE" up
		ip -n "${!ns}" addr add "${!ip}/24" dev "${!if}"
		ip -n "${!ns}" addr add "${!ip6}/64" dev "${!if}" nodad
		ip -n "${!ns}" link set "${!if}" up
	done
	ip link set "$NODE_BRIDGE" up
	wait_until 5 netns__is_linked
}
