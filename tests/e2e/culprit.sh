#!/bin/bash
# From "P99 is up" to the culprit in three keys: one delay in the application, one in a run queue, one in a socket queue, and each
# is to be read from the screen of `sigpath top` at 80x24. SIGPATH_UPDATE=1 keeps those screens as tests/tui/culprit_*.png.
. "$(dirname "$0")/e2e.sh"
begin tmux taskset chrt

max_keys=3
cpu=$(($(nproc) > 1 ? 1 : 0))
load_job=
load_seconds=40 # a scenario is over long before

tm() {
	LC_ALL=C.UTF-8 tmux -S "$WORK/tmux" -f /dev/null "$@"
}
at_exit "tm kill-server 2>/dev/null"

screen() {
	tm capture-pane -p -t top
}

# shows PATTERN
shows() {
	screen | grep -qE -- "$1"
}

# --- what a user does ---

start_top() {
	keys=()
	tm kill-session -t top 2>/dev/null
	tm new-session -d -s top -x 80 -y 24 "env -u NO_COLOR LANG=C.UTF-8 '$SIGPATH_BIN/sigpath' top --socket '$DAEMON_SOCKET'"
}

press() {
	keys+=("$1")
	tm send-keys -t top "$1"
}

# first_screen_names STAGE: the pane under the rows divides the slowest 1 % and gives most of it to the stage: "b backlog 20ms 93% |"
first_screen_names() {
	screen | awk -v stage="$1" '/slowest 1%/ {tail = 1} tail && $2 == stage && $4 + 0 > 50 {found = 1} END {exit !found}'
}

# stages_name STAGE: its share of the slowest 1 %, the column %P99, is more than half.
stages_name() {
	screen | awk -v stage="$1" '
		$1 == "STAGE" {for (i = 1; i <= NF; i++) if ($i == "%P99") from_end = NF - i}
		from_end && $2 == stage && $(NF - from_end) + 0 > 50 {found = 1}
		END {exit !found}'
}

# why_says STAGE WHAT: the list of causes blames the stage, and names that
why_says() {
	screen | awk -v stage="$1" -v what="$2" '$1 == "why" {why = 1} $1 ~ /^>?slow$/ {why = 0}
		why && $0 ~ "(^| )" stage " +[0-9]" && $0 ~ what {found = 1} END {exit !found}'
}

# slowest_say STAGE WHO: most of the three slowest requests lost their time there, and in this process. Not each: a thread that
# takes the CPU also takes it from a request that is being worked on.
slowest_say() {
	screen | awk -v stage="$1" -v who="$2" '/^>?slow / {list = 1}
		list && $0 ~ "[0-9.]+m?s +" stage " .* " who " " {cnt++} END {exit cnt < 2}'
}

keep_picture() {
	[ -n "${SIGPATH_UPDATE:-}" ] || return 0
	tm capture-pane -e -p -t top | "$PYTHON" tests/tui/png.py "tests/tui/culprit_$1.png" ||
		skip "culprit_$1_picture" "python3-pil or fonts-dejavu-core is not installed"
}

fails() {
	not_ok "$1" "$2"
	screen | sed 's/^/#   |/'
	return 1
}

# The client is on this host, too, and its row says `driver+peer`: the other side. That is the next row.
choose_server() {
	wait_until 12 shows '^>.* (cli|srv) ' || return
	if shows '^>.* cli '; then
		press j
	fi
	wait_until 5 shows '^>.* srv '
}

# find NAME STAGE WHY: from the first screen, by at most three keys
find() {
	local name=$1 stage=$2 why=$3
	start_top
	choose_server || fails "culprit_${name}_row" "no row of the server" || return
	wait_until 12 first_screen_names "$stage" || fails "culprit_${name}_first_screen" "$stage is not the largest stage" || return
	ok "culprit_${name}_first_screen"
	press Enter
	wait_until 6 stages_name "$stage" || fails "culprit_${name}_stages" "$stage is not the largest stage of P99" || return
	ok "culprit_${name}_stages"
	wait_until 4 slowest_say "$stage" respond || fails "culprit_${name}_slowest" "the slowest requests say something else" || return
	ok "culprit_${name}_slowest"
	if wait_until 2 why_says "$stage" "$why"; then
		ok "culprit_${name}_why"
	else
		fails "culprit_${name}_why" "it does not say '$why' of $stage"
	fi
	keep_picture "$name"
	if [ ${#keys[@]} -le "$max_keys" ]; then
		ok "culprit_${name}_keys"
	else
		not_ok "culprit_${name}_keys" "${#keys[@]} keys: ${keys[*]}"
	fi
	press q
}

# --- what happens to the requests ---

# begin_scenario NAME RATE RESPOND-FLAGS...: one responder on its CPU, a daemon, a load
begin_scenario() {
	local name=$1 rate=$2 pid
	shift 2
	start_respond "$name" --bind "$IP_B:5060" "$@"
	for pid in "$RESPOND" $(pgrep -P "$RESPOND"); do
		taskset -a -c -p "$cpu" "$pid" >/dev/null
		chrt -a -r -p 10 "$pid" # others use this machine: theirs would be further delays
	done
	start_daemon ""
	job__start "$name.load" "$NS_A" chrt -r 10 taskset -c 0 "$TOOLS/load" --local "$IP_A:0" --sip "$IP_B:5060" --rate "$rate" \
		--duration "$load_seconds"
	load_job=$JOB
}

end_scenario() {
	job__stop "$load_job"
	stop_daemon
	stop_respond
}

begin_scenario app 60 --workers 4 --delay-us 20000
find app app respond
end_scenario

begin_scenario runq 130 --workers 1
job__start hogger - "$TOOLS/hog" --cpu "$cpu" --seconds "$load_seconds"
hogger=$JOB
if wait_until 3 grep -qs ready "$WORK/hogger.log"; then
	find runq runq "CPU $cpu respond"
else
	skip culprit_runq "a real-time thread: $(tail -n 1 "$WORK/hogger.log")"
fi
job__stop "$hogger"
end_scenario

# The reader rests for 40 ms again and again while requests queue.
begin_scenario sockq 200 --workers 1
# shellcheck disable=SC2016 # $1 is its own
job__start rester - chrt -r 10 bash -c 'while kill -USR1 "$1" && sleep 0.04 && kill -USR1 "$1"; do sleep 0.12; done' rester "$RESPOND"
rester=$JOB
find sockq backlog respond
job__stop "$rester"
end_scenario
