# Sourced by bench.sh: what the live screen costs with many sessions, beside procps' top in the same run.
# SIGPATH_BENCH_SESSIONS (10000)
#
# shellcheck shell=bash

# on_terminal NAME MARK KEYS CMD...: its figures into $WORK/NAME.terminal
on_terminal() {
	local name=$1
	shift
	"$PYTHON" tests/bench/terminal.py "$seconds" "$@" >"$WORK/$name.terminal" || return
	printf '  %-16s %s\n' "$name" "$(cat "$WORK/$name.terminal")"
}

first_pictures() {
	local times=()
	for _ in 1 2 3 4 5; do
		times+=("$("$PYTHON" tests/bench/terminal.py 0 LIVE - "$SIGPATH_BIN/sigpath" top --socket "$DAEMON_SOCKET" |
			sed 's/first_ms=\([0-9]*\) .*/\1/')")
	done
	echo "  from exec to the first picture: ${times[*]} ms  (target <= 200)"
}

bench_top() {
	local sessions=${SIGPATH_BENCH_SESSIONS:-10000} load screen
	title "sigpath top at 1 Hz with $sessions sessions, $seconds s a screen, 80x24  (targets: 2 % of a core, 2048 bytes a refresh)"
	if ! ulimit -n "$(ulimit -Hn)" || [ "$(ulimit -n)" -lt $((sessions + 64)) ]; then
		echo "  not measured: only $(ulimit -Hn) open files are allowed"
		return
	fi
	start_daemon "" --max-streams $((sessions * 2 + 1024))
	job__start exchange "$NS_B" "$TOOLS/exchange" --serve "$IP_B:8080" --sessions "$sessions"
	local server=$JOB
	wait_until 5 grep -qs ready "$WORK/exchange.log"
	job__start web "$NS_A" "$TOOLS/exchange" --connect "$IP_B:8080" --sessions "$sessions" --rate 1000 \
		--seconds $((seconds * 4 + 60))
	load=$JOB
	wait_until 30 grep -qs connected "$WORK/web.log"
	nap $((sessions / 1000 + 2)) # each has had its offer
	echo "  $("$SIGPATH_BIN/sigpath" sessions --limit 1 --socket "$DAEMON_SOCKET" | tail -n 1)"
	first_pictures
	on_terminal overview LIVE 1 "$SIGPATH_BIN/sigpath" top --socket "$DAEMON_SOCKET"
	on_terminal sessions LIVE 4 "$SIGPATH_BIN/sigpath" top --socket "$DAEMON_SOCKET"
	on_terminal procps PID - top -d 1
	for screen in overview sessions; do
		awk -v screen="$screen" -v ours="$(count_field "$WORK/$screen.terminal" cpu_percent)" \
			-v theirs="$(count_field "$WORK/procps.terminal" cpu_percent)" \
			'BEGIN {printf "  %s: %.2f %% of a core, %.2f of what top -d 1 takes\n", screen, ours, (theirs > 0 ? ours / theirs : 0)}'
	done
	job__stop "$load"
	job__stop "$server"
	stop_daemon
}
