#!/bin/bash
# Are the manifests in deploy/kustomize what Kubernetes takes, and do they ask for no more than they have to? Every
# overlay is rendered, checked against the schemas with unknown fields refused, and against a table of rules.
. "$(dirname "$0")/e2e.sh"

KUSTOMIZE_DIR=deploy/kustomize
SCHEMA_DIR=${SIGPATH_CACHE:-/var/cache/sigpath}/kube
VERSION=$(sed -n 's/^VERSION *:= *//p' Makefile)

# overlay, capabilities, seccomp profile
OVERLAYS="
base BPF,PERFMON,NET_ADMIN,NET_RAW Unconfined
overlays/seccomp-localhost BPF,PERFMON,NET_ADMIN,NET_RAW Localhost
overlays/kernel-5.10 BPF,PERFMON,NET_ADMIN,NET_RAW,SYS_RESOURCE Unconfined
overlays/unprivileged-taps NET_RAW RuntimeDefault
"

# The schemas as npm packages, outside of the tree; once.
install_schemas() {
	mkdir -p "$SCHEMA_DIR" || return 1
	cp tests/lib/kube/package.json tests/lib/kube/schema.mjs "$SCHEMA_DIR/"
	if cmp -s "$SCHEMA_DIR/package.json" "$SCHEMA_DIR/installed.json"; then
		return 0
	fi
	(cd "$SCHEMA_DIR" && timeout 180 npm install --ignore-scripts --no-audit --no-fund --no-package-lock) \
		>"$WORK/npm.log" 2>&1 && cp "$SCHEMA_DIR/package.json" "$SCHEMA_DIR/installed.json"
}

schema_problems() {
	timeout 60 node "$SCHEMA_DIR/schema.mjs" "$1" 2>&1
}

check_schema() {
	local problems
	if problems=$(schema_problems "$WORK/$1.yaml"); then
		ok "manifests_schema_$1"
	else
		not_ok "manifests_schema_$1" "$(head -n 3 <<<"$problems" | tr '\n' ';')"
	fi
}

# refuses NAME SED-SCRIPT WORD: a mistake that somebody could make is found, and named.
refuses() {
	local problems
	sed "$2" "$WORK/base.yaml" >"$WORK/planted.yaml"
	if cmp -s "$WORK/base.yaml" "$WORK/planted.yaml"; then
		not_ok "manifests_refuses_$1" "the mistake could not be planted: '$2' changes nothing"
	elif problems=$(schema_problems "$WORK/planted.yaml"); then
		not_ok "manifests_refuses_$1" "the schemas accept it"
	elif ! grep -q "$3" <<<"$problems"; then
		not_ok "manifests_refuses_$1" "refused without naming $3: $(head -n 1 <<<"$problems")"
	else
		ok "manifests_refuses_$1"
	fi
}

render_all() {
	local overlay caps seccomp
	while read -r overlay caps seccomp; do
		[ -n "$overlay" ] || continue
		if kubectl kustomize "$KUSTOMIZE_DIR/$overlay" >"$WORK/$(basename "$overlay").yaml" 2>"$WORK/kubectl.err"; then
			ok "manifests_render_$(basename "$overlay")"
			check manifests --name "manifests_rules_$(basename "$overlay")" --manifest "$WORK/$(basename "$overlay").yaml" \
				--version "$VERSION" --caps "$caps" --seccomp "$seccomp"
		else
			not_ok "manifests_render_$(basename "$overlay")" "$(head -n 1 "$WORK/kubectl.err")"
		fi
	done <<<"$OVERLAYS"
	for overlay in "$KUSTOMIZE_DIR"/overlays/*/; do
		if ! grep -q "^overlays/$(basename "$overlay") " <<<"$OVERLAYS"; then
			not_ok manifests_overlays "$overlay is not in the table of this test"
		fi
	done
}

check_schemas() {
	local file
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		skip manifests_schema "nodejs and npm are not installed"
		return
	fi
	if ! install_schemas; then
		skip manifests_schema "no npm registry: $(grep -m 1 -i 'npm err' "$WORK/npm.log" || tail -n 1 "$WORK/npm.log")"
		return
	fi
	for file in base seccomp-localhost kernel-5.10 unprivileged-taps; do
		check_schema "$file"
	done
	refuses unknown_field 's/hostPID:/hostPid:/' hostPid
	refuses unknown_nested 's/readOnlyRootFilesystem:/readonlyRootFilesystem:/' readonlyRootFilesystem
	refuses wrong_type 's/\(terminationGracePeriodSeconds:\) 5/\1 "5"/' terminationGracePeriodSeconds
	refuses unknown_kind 's/kind: DaemonSet/kind: DeamonSet/' DeamonSet
}

check_unit() {
	local unit=$WORK/sigpathd.service
	if ! command -v systemd-analyze >/dev/null; then
		skip manifests_unit "systemd-analyze is not installed"
		return
	fi
	sed "s#^ExecStart=.*#ExecStart=$SIGPATH_BIN/sigpathd#" deploy/sigpathd.service >"$unit"
	systemd-analyze verify "$unit" 2>&1 | grep sigpathd.service >"$WORK/verify.err"
	check unit --name manifests_unit_rights --unit "$unit" --manifest "$WORK/base.yaml" \
		--profile "$KUSTOMIZE_DIR/overlays/seccomp-localhost/sigpath.json"
	sed 's/^ProtectSystem=/ProtectSytem=/' -i "$unit"
	if [ -s "$WORK/verify.err" ]; then
		not_ok manifests_unit "$(head -n 3 "$WORK/verify.err" | tr '\n' ';')"
	elif ! systemd-analyze verify "$unit" 2>&1 | grep -q ProtectSytem; then
		not_ok manifests_unit "systemd-analyze verify does not see a misspelt setting"
	else
		ok "manifests_unit ($(systemd-analyze security --offline=true deploy/sigpathd.service |
			sed -n 's/.*\(exposure level\) for [^:]*: \([0-9.]*\).*/\1 \2/p'))"
	fi
}

need kubectl
if ! "$PYTHON" -c 'import yaml' 2>/dev/null; then
	skip manifests "python3-yaml is not installed"
	exit 0
fi
WORK=$(mktemp -d "${TMPDIR:-/tmp}/sigpath.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM
if ! kubectl kustomize "$KUSTOMIZE_DIR/base" >/dev/null 2>"$WORK/kubectl.err" &&
	kubectl version --client 2>/dev/null | grep -qE 'Minor:"?(1[0-9]|20|21)[^0-9]'; then
	skip manifests "this kubectl is older than 1.22 and does not know these kustomizations"
	exit 0
fi
render_all
check_schemas
check_unit
