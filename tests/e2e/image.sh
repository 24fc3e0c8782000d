#!/bin/bash
# The image under exactly the rights, mounts, limits and profiles of the rendered manifest (podman and runc): does it
# observe a server in another container, answer its probes, draw its screen, and say what a stricter setting costs?
. "$(dirname "$0")/e2e.sh"
. tests/lib/container.sh

KUSTOMIZE_DIR=deploy/kustomize
VERSION=$(sed -n 's/^VERSION *:= *//p' Makefile)
IMAGE=localhost/sigpath:$VERSION
ABSENT= # a stage that must not be there
COUNT=800 # requests of one run, half of them STUN

# A responder of its own image, in the server namespace: the pod that is watched. Its log is $WORK/NAME.tsv.
start_pod() {
	local name=$1 port=$2
	shift 2
	: >"$WORK/$name.tsv"
	container__run "sp-$name-$$" --network="ns:/run/netns/$NS_B" --volume="$WORK:/out" --entrypoint /respond \
		localhost/sp-respond --bind "$IP_B:$port" --log "/out/$name.tsv" "$@" 2>"$WORK/run.err" &&
		wait_until 10 is_ready_pod "$name"
}

# The responder writes its log when it ends.
stop_pod() {
	container__stop "sp-$1-$$"
}

is_ready_pod() {
	container__podman logs "sp-$1-$$" 2>&1 | grep -q ready
}

# in_daemon CMD...: what kubectl exec does.
in_daemon() {
	container__podman exec "$DAEMON_NAME" "$@"
}

# probe NAME: the health check of the manifest, once.
probe() {
	local cmd
	mapfile -t cmd < <("$PYTHON" tests/lib/podman_args.py probe "$MANIFEST" "$1")
	in_daemon "${cmd[@]}" >"$WORK/probe.out" 2>&1
}

is_started() {
	probe startupProbe || ! container__is_running "$DAEMON_NAME"
}

# start_node NAME MANIFEST ARGS...: the daemon as the manifest wants it.
start_node() {
	DAEMON_NAME=sp-$1-$$
	MANIFEST=$2
	shift 2
	container__manifest "$MANIFEST" || return 1
	container__run "$DAEMON_NAME" "${MANIFEST_ARGS[@]}" "$@" "$IMAGE" 2>"$WORK/run.err" || return 1
	wait_until 20 is_started && container__is_running "$DAEMON_NAME"
}

node_log() {
	container__podman logs "$DAEMON_NAME" 2>&1
}

# stop_node NAME: with the manifest's patience; a daemon that had to be killed says 137.
stop_node() {
	local status
	container__podman stop "$DAEMON_NAME" >/dev/null 2>&1
	status=$(container__podman inspect --format '{{.State.ExitCode}}' "$DAEMON_NAME")
	if [ "$status" = 0 ]; then
		ok "$1"
	else
		not_ok "$1" "exit status $status: $(node_log | tail -n 2 | tr '\n' ' ')"
	fi
	container__stop "$DAEMON_NAME"
}

# has_seen N: the service row has that many.
has_seen() {
	in_daemon sigpath top --once --json >"$WORK/top.json" 2>/dev/null &&
		"$PYTHON" -c 'import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
sys.exit(not all(any(r["side"] == "server" and r["service"] == s and r["n"] >= int(sys.argv[2]) for r in rows) for s in sys.argv[3:]))' \
			"$WORK/top.json" "$1" "sip $IP_B:5060" "stun $IP_B:3478"
}

# observe NAME COMM STAGE...: traffic from a third place; what the daemon says of it.
observe() {
	local name=$1 comm=$2 proto port
	shift 2
	if ! start_pod sip 5060 --delay-us 2000 || ! start_pod stun 3478; then
		not_ok "$name" "the server's container does not run: $(tail -n 1 "$WORK/run.err")"
		return
	fi
	load --sip "$IP_B:5060" --stun "$IP_B:3478" --rate 400 --count $COUNT --log "$WORK/load" >"$WORK/load.out" ||
		not_ok "$name" "the load failed: $(cat "$WORK/load.out")"
	wait_until 5 has_seen $((COUNT / 2))
	stop_pod sip
	stop_pod stun
	for proto in "sip 5060" "stun 3478"; do
		port=${proto#* }
		proto=${proto% *}
		grep -P "\t$proto\t" "$WORK/load" >"$WORK/load.$proto"
		check image --name "${name}_$proto" --top "$WORK/top.json" --load "$WORK/load.$proto" \
			--respond "$WORK/$proto.tsv" --service "$proto $IP_B:$port" --comm "$comm" --absent "$ABSENT" --stages "$@"
	done
}

check_files() {
	local extra size
	extra=$(cd "$WORK/rootfs" && find . -type f -perm /111 | grep -vE '^\./(usr/bin/sigpath|usr/sbin/sigpathd|lib[^/]*/.*ld-linux.*)$')
	size=$(container__podman image inspect --format '{{.Size}}' "$IMAGE")
	if [ -n "$extra" ]; then
		not_ok image_files "programs that do not belong there: $(tr '\n' ' ' <<<"$extra")"
	elif [ "$size" -gt $((12 << 20)) ]; then
		not_ok image_files "$size bytes, more than 12 MiB"
	else
		ok "image_files ($size bytes)"
	fi
}

check_labels() {
	local label id
	label=$(container__podman image inspect --format '{{index .Labels "org.opencontainers.image.version"}}' "$IMAGE")
	id=$(container__podman image inspect --format '{{.Id}}' "$IMAGE")
	if [ "$label" != "$VERSION" ] || ! grep -q "image: .*:$VERSION\$" "$WORK/base.yaml"; then
		not_ok image_version "label '$label', Makefile '$VERSION', manifest $(grep -m 1 image: "$WORK/base.yaml")"
	else
		ok image_version
	fi
	if build_image && [ "$id" = "$(container__podman image inspect --format '{{.Id}}' "$IMAGE")" ]; then
		ok image_reproducible
	else
		not_ok image_reproducible "built twice from the same sources, the ids differ"
	fi
}

build_image() {
	# The same files as build/rootfs, elsewhere: the tree is not the test's to write to.
	SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1} deploy/stage "$SIGPATH_BIN" "$WORK/rootfs" &&
		container__podman build --quiet --layers=false --timestamp 1 --build-arg "VERSION=$VERSION" --build-arg REVISION=test \
			--tag "$IMAGE" --file deploy/Containerfile "$WORK/rootfs" >/dev/null
}

build_pod() {
	local root=$WORK/pod/rootfs file
	mkdir -p "$root"
	cp "$TOOLS/respond" "$root/"
	while read -r file; do
		install -D "$file" "$root$file"
	done < <(ldd "$TOOLS/respond" | sed -nE 's/.*(\s|=> )(\/\S+) \(0x.*/\2/p')
	container__build sp-respond "$root"
}

check_probes() {
	local name
	for name in startupProbe livenessProbe readinessProbe; do
		if probe "$name"; then
			ok "image_$name"
		else
			not_ok "image_$name" "$(tail -n 2 "$WORK/probe.out" | tr '\n' ' ')"
		fi
	done
}

# check_memory: what the container's memory cgroup is charged, BPF maps included, well below the limit.
check_memory() {
	local id limit used
	id=$(container__podman inspect --format '{{.Id}}' "$DAEMON_NAME")
	limit=$("$PYTHON" tests/lib/podman_args.py memory "$MANIFEST")
	used=$(container__podman stats --no-stream --format '{{.MemUsageBytes}}' "$DAEMON_NAME" 2>/dev/null)
	used=$(find /sys/fs/cgroup -path "*$id*" \( -name memory.max_usage_in_bytes -o -name memory.peak \) \
		-not -path '*conmon*' -exec cat {} + 2>/dev/null | sort -n | tail -n 1)
	if [ -z "$used" ]; then
		skip image_memory "this host has no memory cgroup for containers"
	elif [ "$used" -gt $((limit / 2)) ]; then
		not_ok image_memory "peak $used bytes, more than half of the limit $limit"
	else
		ok "image_memory (peak $((used >> 10)) KiB of $((limit >> 10)) KiB)"
	fi
}

# --- the screen ---

tm() {
	LC_ALL=C.UTF-8 tmux -S "$WORK/tmux" -f /dev/null "$@"
}

screen() {
	tm capture-pane -p -t top
}

has_screen() {
	screen | grep -qE -- "$1"
}

# The screen as `kubectl exec -it` draws it: TERM=xterm, no LANG, no locale of the host.
check_screen() {
	local capture=build/tests/log/image_80x24.screen problem=
	cat >"$WORK/screen.sh" <<-EOF
		cd $PWD
		$(declare -f container__podman)
		WORK=$WORK
		container__podman exec -it -e TERM=xterm $DAEMON_NAME sigpath top
		echo "ended, status \$?"
		exec sleep 1000
	EOF
	tm new-session -d -s top -x 80 -y 24 "bash $WORK/screen.sh"
	at_exit "LC_ALL=C.UTF-8 tmux -S $WORK/tmux kill-server 2>/dev/null"
	wait_until 10 has_screen "sip $IP_B:5060 .*OPTIONS" || problem="no row of the server"
	mkdir -p "$(dirname "$capture")"
	screen >"$capture"
	if ! grep -qE '^─{80}$' "$capture"; then
		problem="${problem:-no line of 80 box characters}"
	elif sed 's/F1 ?:Help//' "$capture" | grep -qP '[?\x{FFFD}]|â|\\u'; then
		problem="${problem:-characters that were not drawn}"
	elif [ "$(wc -l <"$capture")" -ne 24 ] || grep -qE '.{81}' "$capture"; then
		problem="${problem:-not 80x24}"
	fi
	tm send-keys -t top q
	wait_until 5 has_screen 'ended, status 0' || problem="${problem:-the key q does not end it with status 0}"
	if [ -n "$problem" ]; then
		not_ok image_screen "$problem, see $capture: $(head -n 6 "$capture" | tr '\n' '|')"
	else
		ok "image_screen (80x24, TERM=xterm, no LANG: $capture)"
	fi
}

# --- what the doctor says in there ---

# check_doctor NAME: the same probe for each instant as root gets outside.
check_doctor() {
	"$SIGPATH_BIN/sigpath" doctor --json >"$WORK/doctor.host"
	in_daemon sigpath doctor --json >"$WORK/doctor.node"
	"$PYTHON" - "$WORK/doctor.host" "$WORK/doctor.node" <<-'EOF' >"$WORK/doctor.diff"
		import json, sys
		host, node = (json.load(open(path)) for path in sys.argv[1:])
		for a, b in zip(host["plan"], node["plan"]):
		    if (a["instant"], a["candidate"], a["state"]) != (b["instant"], b["candidate"], b["state"]):
		        print("%s by %s, root outside has %s" % (a["instant"], b["candidate"], a["candidate"]))
		known = {r["id"] for r in host["remedies"]}
		for remedy in node["remedies"]:
		    if remedy["id"] not in known:
		        print("only in the container: %s" % remedy["text"])
	EOF
	if [ -s "$WORK/doctor.diff" ] || [ ! -s "$WORK/doctor.node" ]; then
		not_ok "$1" "$(head -n 4 "$WORK/doctor.diff" | tr '\n' ';')"
	else
		ok "$1 (the same probes as root outside of the container)"
	fi
}

# --- the run ---

not_started() {
	not_ok "$1" "$(tail -n 1 "$WORK/run.err") $(node_log | tail -n 3 | tr '\n' ' ') $(tail -n 1 "$WORK/probe.out")"
	container__stop "$DAEMON_NAME"
}

base_run() {
	if ! start_node base "$WORK/base.yaml"; then
		not_started image_starts
		return
	fi
	ok image_starts
	check_doctor image_doctor
	observe image respond driver stack app
	check_probes
	check_screen
	check_memory
	stop_node image_stops
}

seccomp_run() {
	if start_node strict "$WORK/seccomp-localhost.yaml"; then
		check_doctor image_seccomp_localhost_doctor
		observe image_seccomp_localhost respond stack app
		stop_node image_seccomp_localhost_stops
	else
		not_started image_seccomp_localhost
	fi
}

# says_so PATTERN: the daemon's log and the doctor name it.
says_so() {
	in_daemon sigpath doctor >"$WORK/doctor.out" 2>&1
	in_daemon sigpath top --once >"$WORK/once.out" 2>&1
	grep -qi "$1" "$WORK/doctor.out"
}

# totals_run NAME MANIFEST WORD: no BPF; totals by packet socket, and a banner; the doctor names WORD.
totals_run() {
	if ! start_node "$1" "$2"; then
		not_started "image_$1"
		return
	fi
	observe "image_$1" "" "driver+stack+sockq+app+tx+qdisc"
	if ! says_so "$3"; then
		not_ok "image_$1_doctor" "no word of '$3': $(grep -A 9 remedies "$WORK/doctor.out" | tr '\n' ' ')"
	elif ! grep -qi 'totals only' "$WORK/once.out"; then
		not_ok "image_$1_banner" "the picture does not say 'totals only': $(head -n 4 "$WORK/once.out" | tr '\n' '|')"
	else
		ok "image_$1_says_so"
	fi
	stop_node "image_$1_stops"
}

# doctor_with FILE ARGS...: what it says in a container with these arguments, all at once over.
doctor_with() {
	local file=$1
	shift
	container__podman run --rm --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$@" --entrypoint sigpath "$IMAGE" \
		doctor --json >"$file" 2>"$WORK/run.err"
}

# without ARGUMENT LOST LESSER: what the table of rights in deploy/README.md says of it.
without() {
	local arg less=()
	for arg in "${MANIFEST_ARGS[@]}"; do
		case $arg in
		"--$1"*) ;;
		*) less+=("$arg") ;;
		esac
	done
	if [ ${#less[@]} -eq ${#MANIFEST_ARGS[@]} ]; then
		not_ok "image_without_$1" "the manifest does not give it"
		return
	fi
	doctor_with "$WORK/doctor.less" "${less[@]}"
	check rights --name "image_without_$1" --full "$WORK/doctor.full" --less "$WORK/doctor.less" --lost "$2" --lesser "$3"
}

rights_run() {
	local all=t_nic,t_stack,t_sock,t_wake,t_run,t_read,t_send,t_queue,t_xmit,drop,t_seg_in,t_seg_out,t_write,t_take
	container__manifest "$WORK/base.yaml" && doctor_with "$WORK/doctor.full" "${MANIFEST_ARGS[@]}"
	without cap-add=BPF "$all" ""
	without cap-add=PERFMON "$all" ""
	without cap-add=NET_ADMIN t_nic,t_seg_in,t_seg_out,t_write,t_take t_sock,t_send
	without cap-add=NET_RAW "" ""
	without pid=host "" ""
	without volume=/sys/fs/cgroup t_seg_in,t_seg_out,t_write,t_take t_sock,t_send
}

# Without the host's network only the pod's own interfaces have taps: other pods' messages begin in the stack.
network_run() {
	sed 's/hostNetwork: true/hostNetwork: false/; s/hostPID: true/hostPID: false/' "$WORK/base.yaml" >"$WORK/pod-network.yaml"
	if start_node network "$WORK/pod-network.yaml" --network=none; then
		ABSENT=driver
		observe image_pod_network respond stack app
		ABSENT=
		stop_node image_pod_network_stops
	else
		not_started image_pod_network
	fi
}

# ends NAME WORD ARGUMENT...: without these arguments the daemon ends by itself, not with 0, and says WORD.
ends() {
	local name=$1 word=$2 arg drop less=() status
	shift 2
	for arg in "${MANIFEST_ARGS[@]}"; do
		for drop in "$@"; do
			case $arg in "--$drop"*) continue 2 ;; esac
		done
		less+=("$arg")
	done
	container__podman run --rm --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "${less[@]}" "$IMAGE" --duration 10s \
		>"$WORK/ends.out" 2>&1
	status=$?
	if [ "$status" -eq 0 ] || ! grep -q "error: .*$word" "$WORK/ends.out"; then
		not_ok "image_ends_$name" "status $status, no word of '$word': $(tail -n 2 "$WORK/ends.out" | tr '\n' ' ')"
	else
		ok "image_ends_$name"
	fi
}

ends_run() {
	container__manifest "$WORK/base.yaml"
	ends without_a_place_for_its_socket /run/sigpath tmpfs=/run/sigpath
	ends without_bpf_and_packet_socket CAP_NET_RAW cap-add=BPF cap-add=NET_RAW
}

render() {
	local overlay
	for overlay in base overlays/seccomp-localhost overlays/unprivileged-taps; do
		kubectl kustomize "$KUSTOMIZE_DIR/$overlay" >"$WORK/$(basename "$overlay").yaml" || return 1
	done
	# What a cluster does whose policy does not let the profile be chosen.
	sed 's/type: Unconfined/type: RuntimeDefault/' "$WORK/base.yaml" >"$WORK/default-seccomp.yaml"
	sed '/- PERFMON$/d' "$WORK/base.yaml" >"$WORK/no-perfmon.yaml"
}

need podman runc kubectl tmux busybox
if ! "$PYTHON" -c 'import yaml' 2>/dev/null; then
	skip image "python3-yaml is not installed"
	exit 0
fi
# shellcheck disable=SC2119
begin
if ! why=$(container__can); then
	skip image "$why"
	exit 0
fi
if ! render 2>"$WORK/render.err" || ! build_image 2>"$WORK/build.err" || ! build_pod 2>>"$WORK/build.err"; then
	not_ok image "cannot be built: $(tail -n 2 "$WORK/render.err" "$WORK/build.err" 2>/dev/null | tr '\n' ' ')"
	exit 1
fi
check_files
check_labels
if ! container__wire; then
	not_ok image "the bridge between the namespaces does not work"
	exit 1
fi
base_run
seccomp_run
network_run
rights_run
ends_run
totals_run default_seccomp "$WORK/default-seccomp.yaml" seccomp
totals_run unprivileged "$WORK/unprivileged-taps.yaml" CAP_BPF
totals_run no_perfmon "$WORK/no-perfmon.yaml" CAP_PERFMON
