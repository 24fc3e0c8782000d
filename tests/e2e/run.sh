#!/bin/bash
# Every end-to-end test, or those named: run.sh [partition truth oracle ...].
set -uo pipefail
cd "$(dirname "$0")" || exit 1

known=(partition truth oracle taps record refused input operator degraded kill replan change manifests image unit demo calls_sip calls_ice calls_web scale hostile)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

if [ "$(id -u)" -ne 0 ]; then
	echo "skip e2e: root is needed for namespaces and BPF"
	echo "# 0 passed, 0 failed, 1 skipped"
	exit 0
fi

run_script() {
	local name=$1 status lines
	timeout --foreground --kill-after=20 "${SIGPATH_E2E_SECONDS:-240}" "./$name.sh" 2>&1 | tee "$log.one"
	status=${PIPESTATUS[0]}
	lines=$(grep -cE '^(ok|not ok|skip) ' "$log.one")
	if [ "$status" -ne 0 ] && ! grep -q '^not ok ' "$log.one"; then
		echo "not ok $name: the script ended with status $status (124 = out of time)" | tee -a "$log.one"
	elif [ "$lines" -eq 0 ]; then
		echo "not ok $name: it reported nothing" | tee -a "$log.one"
	fi
	cat "$log.one" >>"$log"
	rm -f "$log.one"
}

for name in "${@:-${known[@]}}"; do
	if [[ " ${known[*]} " != *" $name "* ]]; then
		echo "not ok $name: there is no such test (known: ${known[*]})" | tee -a "$log"
		continue
	fi
	run_script "$name"
done
failed=$(grep -c '^not ok ' "$log")
echo "# $(grep -c '^ok ' "$log") passed, $failed failed, $(grep -c '^skip ' "$log") skipped"
[ "$failed" -eq 0 ]
