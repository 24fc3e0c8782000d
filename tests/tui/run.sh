#!/bin/bash
# Screens of `sigpath top` under tmux against a fake daemon, the plain-text output, and the command line.
# SIGPATH_UPDATE=1 writes the golden files instead of comparing with them.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

here=$PWD/tests/tui
sigpath=${SIGPATH_BIN:-$PWD/build/sigpath}
fakedaemon=${SIGPATH_FAKEDAEMON:-$PWD/build/tests/tool/fakedaemon}
work=$(mktemp -d)
passed=0
failed=0
skipped=0
daemon_pid=
deadline_s=10

ok() {
	echo "ok $1"
	passed=$((passed + 1))
}

not_ok() {
	echo "not ok $1"
	failed=$((failed + 1))
}

skip() {
	echo "skip $1: $2"
	skipped=$((skipped + 1))
}

# verdict NAME STATUS
verdict() {
	if [ "$2" -eq 0 ]; then ok "$1"; else not_ok "$1"; fi
}

tm() {
	LC_ALL=C.UTF-8 tmux -S "$work/tmux" -f /dev/null "$@"
}

screen() {
	tm capture-pane -p -t top
}

keys() {
	tm send-keys -t top "$@"
}

# --- waiting: always for something seen, never for a time ---

# wait_for COMMAND...: until it succeeds or the deadline is over.
wait_for() {
	local end=$((SECONDS + deadline_s))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05 # between two looks
	done
}

has() {
	screen | grep -qE -- "$1"
}

has_not() {
	! has "$1"
}

# wait_screen PATTERN: shows the screen when it never comes.
wait_screen() {
	wait_for has "$1" && return
	echo "#   never on the screen: $1"
	screen | sed 's/^/#   |/'
	return 1
}

is_golden() {
	screen | cmp -s - "$here/$1"
}

# wait_golden FILE
wait_golden() {
	if [ -n "${SIGPATH_UPDATE:-}" ]; then
		local before=
		until [ -n "$before" ] && [ "$before" = "$(screen)" ]; do
			before=$(screen)
			sleep 1.2 # rates come with the second reply
		done
		screen >"$here/$1"
		return
	fi
	wait_for is_golden "$1" && return
	echo "#   differs from $1:"
	diff <(screen) "$here/$1" | sed 's/^/#   /'
	return 1
}

# --- the fake daemon and the screen ---

start_daemon() {
	rm -f "$work/daemon.out"
	"$fakedaemon" "$work/sock" "$work/snapshot.json" >"$work/daemon.out" 2>&1 &
	daemon_pid=$!
	wait_for grep -qs ready "$work/daemon.out"
}

stop_daemon() {
	[ -n "$daemon_pid" ] || return 0
	kill "$daemon_pid" 2>/dev/null
	wait "$daemon_pid" 2>/dev/null
	daemon_pid=
}

# serve FILE: from now on; replaced at once.
serve() {
	cp "$here/$1" "$work/next.json"
	mv "$work/next.json" "$work/snapshot.json"
}

# start COLSxLINES ENVIRONMENT [ARGUMENT...]: `sigpath top` in a fresh terminal.
start() {
	local size=$1 env=$2
	shift 2
	tm kill-session -t top 2>/dev/null
	rm -f "$work/rc" "$work/before" "$work/after"
	cat >"$work/start.sh" <<-EOF
		cd "$work"
		stty -g >before
		sh -c 'echo \$\$ >pid; exec env -u LANG -u LC_ALL -u LC_CTYPE -u NO_COLOR $env "$sigpath" top --socket sock $*'
		echo \$? >rc.new
		stty -g >after
		mv rc.new rc
		echo "ended, status \$(cat rc)"
		exec sleep 1000
	EOF
	tm new-session -d -s top -x "${size%x*}" -y "${size#*x}" "bash $work/start.sh"
}

has_ended() {
	[ -e "$work/rc" ]
}

# ended STATUS: it ended so, and left the terminal as it was.
ended() {
	wait_for has_ended || return 1
	if [ "$(cat "$work/rc")" != "$1" ] || ! cmp -s "$work/before" "$work/after"; then
		echo "#   status $(cat "$work/rc"), expected $1; terminal: $(cat "$work/before" "$work/after" | xargs)"
		return 1
	fi
	wait_screen "ended, status $1" && [ "$(tm display-message -p -t top '#{cursor_flag} #{alternate_on}')" = "1 0" ]
}

cleanup() {
	tm kill-server 2>/dev/null
	stop_daemon
	rm -rf "$work"
}

# --- screens ---

test_golden() { # NAME COLSxLINES ENVIRONMENT FILE [ARGUMENT...]
	local name=$1 size=$2 env=$3 file=$4
	shift 4
	start "$size" "$env" "$@"
	wait_golden "$file"
	verdict "$name" $?
}

# serve_views: a reply for each view, until serve_no_views.
views="stages heat sessions probes fastpath beats"
serve_views() {
	local name
	for name in $views; do cp "$here/$name.json" "$work/$name.json"; done
	cp "$here/session.json" "$work/show.json"
}

serve_no_views() {
	local name
	for name in $views show; do rm -f "$work/$name.json"; done
}

# Each view by its digit, in two sizes, with and without UTF-8; the ladder by way of a session.
test_views() {
	local view size utf8 env
	serve_views
	for size in 80x24 120x40; do
		for utf8 in "" _ascii; do
			env=LANG=C.UTF-8
			[ -z "$utf8" ] || env="LC_ALL=C NO_COLOR=1"
			start $size "$env"
			wait_screen LIVE
			for view in 2:stages 3:heatmap 4:sessions 6:probes 7:fastpath 8:nat 9:losses; do
				keys "${view%:*}" && wait_golden "${view#*:}_$size$utf8.screen"
				verdict "view_${view#*:}_$size$utf8" $?
			done
			keys 4 && wait_screen '^>' && keys Enter && wait_golden "ladder_$size$utf8.screen"
			verdict "view_ladder_$size$utf8" $?
		done
	done
	# Three keys: a row, its stages, and back.
	keys 1 && wait_screen '^>' && keys j Enter && wait_screen '\[2\]Stages' && keys Escape && wait_screen '\[1\]Over'
	verdict drill_and_back $?
	keys '?' && wait_screen '\[Help\]' && has 'F6 > +sort' && keys Escape && wait_screen '\[1\]Over' && keys 9 &&
		wait_screen '\[9\]Loss' && keys '?' && wait_screen '\[Help\]' && has_not 'F6 > +sort'
	verdict help_lists_only_valid_keys $?
	keys Escape && wait_screen '\[9\]Loss' && keys Escape && wait_screen '\[1\]Over' && keys Escape && wait_screen '\[1\]Over'
	verdict escape_goes_up_and_never_quits $?
	tm resize-window -t top -x 80 -y 24 && keys '?' && wait_golden help_80x24.screen
	verdict view_help $?
	keys Escape q && ended 0
	verdict views_quit $?
	serve_no_views
}

test_export() {
	start 80x24 LANG=C.UTF-8
	wait_golden top_80x24.screen && keys e && wait_screen 'written to ./sigpath-overview-.*Z.txt'
	verdict export_says_where $?
	[ "$(stat -c %a "$work"/sigpath-overview-*.txt)" = 600 ] &&
		diff <(head -n 23 "$work"/sigpath-overview-*.txt) <(head -n 23 "$here/top_80x24.screen")
	verdict export_is_the_picture $?
	rm -f "$work"/sigpath-overview-*.txt
	keys q && ended 0
	verdict export_quit $?
}

test_resize() {
	start 80x24 LANG=C.UTF-8
	wait_golden top_80x24.screen && tm resize-window -t top -x 120 -y 40 && wait_golden top_120x40.screen
	verdict resize_wider $?
	tm resize-window -t top -x 30 -y 8 && wait_screen 'too small' && tm resize-window -t top -x 40 -y 10 &&
		wait_golden top_40x10.screen
	verdict resize_too_small_and_back $?
	tm resize-window -t top -x 250 -y 80 && wait_screen '^─{250}$' && [ "$(screen | wc -l)" -eq 80 ] &&
		wait_screen 'F1:Help'
	verdict resize_250x80 $?
	keys q && ended 0
	verdict resize_quit $?
}

selected_line() {
	screen | grep -n '^>'
}

test_selection() {
	local before
	start 80x24 LANG=C.UTF-8
	wait_screen '^>.*cli +INVITE' && keys j j && wait_screen '^>.*REGISTER'
	verdict select_by_keys $?
	before=$(selected_line | cut -d: -f1)
	serve later.json
	wait_screen '2219.5 msg/s' && wait_screen '^>.*REGISTER.* 77.0ms' && [ -n "$before" ]
	verdict selection_follows_its_row $?
	keys F6 && wait_screen 'P999v' && wait_screen '^>.*REGISTER'
	verdict sort_cycles $?
	keys End && wait_screen '^>.*(BYE|Allocate)' && keys Home && wait_screen '^>.*cli +INVITE'
	verdict select_home_end $?
	serve snapshot.json
	keys q && ended 0
	verdict selection_quit $?
}

test_filter() {
	start 80x24 LANG=C.UTF-8
	wait_screen '^>' && keys '\' && wait_screen 'Filter: _' && keys q R e g BSpace g && wait_screen 'Filter: qReg_' &&
		wait_screen 'no row contains'
	verdict filter_takes_keys $?
	keys BSpace BSpace BSpace BSpace r e g && wait_screen '^>.*REGISTER' && has_not 'OPTIONS' && keys Enter &&
		wait_screen 'filter: reg'
	verdict filter_keeps $?
	keys Escape && wait_screen 'OPTIONS' && has_not 'filter:'
	verdict filter_clears $?
	keys / && wait_screen 'Search: _' && keys o p t && wait_screen '^>.*OPTIONS' && has 'REGISTER' && keys Enter
	verdict search_moves $?
	keys / s r v Enter n && wait_screen '^>.*srv' && keys n n n n n n n && wait_screen '^>.*srv'
	verdict search_next $?
	keys q && ended 0
	verdict filter_quit $?
}

test_freeze() {
	start 80x24 LANG=C.UTF-8
	wait_screen LIVE && keys Space && wait_screen 'FROZEN 0s old'
	verdict freeze $?
	serve later.json
	wait_screen 'FROZEN [2-9]s old' && has ' 2218.5 msg/s'
	verdict freeze_holds $?
	keys Space && wait_screen 2219.5 && has_not FROZEN
	verdict unfreeze $?
	serve snapshot.json
	keys q && ended 0
	verdict freeze_quit $?
}

test_taps_only() {
	serve taps_only.json
	start 80x24 LANG=C.UTF-8
	wait_golden taps_only_80x24.screen
	verdict taps_only $?
	tm resize-window -t top -x 40 -y 10 && wait_screen '! TAPS ONLY'
	verdict taps_only_compact $?
	keys q && ended 0
	verdict taps_only_quit $?
	"$sigpath" top --once --socket "$work/sock" | grep -qxF -- \
		'! TAPS ONLY: bpf(2) is refused: Operation not permitted; totals only, no stages'
	verdict taps_only_once $?
	serve snapshot.json
}

test_lost_daemon() {
	start 80x24 LANG=C.UTF-8
	wait_screen LIVE && stop_daemon && wait_screen 'no daemon at sock' && wait_screen 'STALE [0-9]+s old'
	verdict daemon_lost_banner $?
	keys j && wait_screen '^>.*srv +INVITE'
	verdict daemon_lost_keys_work $?
	start_daemon && wait_screen LIVE && wait_for has_not 'no daemon'
	verdict daemon_back $?
	: >"$work/snapshot.json" # takes requests, answers none
	wait_screen 'STALE [0-9]+s old' && keys j && wait_screen '^>.*REGISTER'
	verdict daemon_mute_keys_work $?
	wait_screen 'does not answer'
	verdict daemon_mute_banner $?
	serve snapshot.json
	wait_screen LIVE
	verdict daemon_speaks_again $?
	keys q && ended 0
	verdict daemon_quit $?
	stop_daemon
	start 80x24 LANG=C.UTF-8
	wait_screen 'no daemon at sock' && keys '?' && wait_screen '\[Help\]' && keys q && ended 0
	verdict daemon_never_there $?
	start_daemon
}

test_hostile() {
	serve hostile.json
	start 80x24 LANG=C.UTF-8
	tm pipe-pane -t top "cat >$work/raw"
	wait_golden hostile_80x24.screen
	verdict hostile_names $?
	keys C-l 6 && wait_screen '\[6\]Probes' && keys 9 && wait_screen '\[9\]Loss' && keys 1 && wait_screen '^>' && keys C-l
	# No OSC, no reset, no bell, no C1 control reached the terminal.
	wait_for test -s "$work/raw" && ! LC_ALL=C grep -qaP '\x1b\]|\x1bc|\x07|\xc2[\x80-\x9f]|31mowned' "$work/raw"
	verdict hostile_names_send_no_escapes $?
	keys q && ended 0
	verdict hostile_quit $?
	LC_ALL=C "$sigpath" top --once --socket "$work/sock" >"$work/once"
	! LC_ALL=C grep -qP '[^\x20-\x7e]' "$work/once"
	verdict hostile_once_is_ascii $?
	serve snapshot.json
}

# --- terminal ---

test_colors() {
	start 80x24 LANG=C.UTF-8
	wait_screen LIVE && tm capture-pane -pe -t top | grep -qP '\x1b\[(1;)?3[0-7]m'
	verdict colour $?
	start 80x24 "NO_COLOR=1 LANG=C.UTF-8"
	wait_screen LIVE && ! tm capture-pane -pe -t top | grep -qP '\x1b\[[0-9;]*\b3[0-7]m'
	verdict no_color $?
}

test_signals() {
	local sig
	for sig in INT TERM HUP; do
		start 80x24 LANG=C.UTF-8
		wait_screen LIVE && kill "-$sig" "$(cat "$work/pid")" &&
			ended $((128 + $(kill -l $sig)))
		verdict "signal_$sig" $?
	done
	start 80x24 LANG=C.UTF-8
	wait_screen LIVE && keys C-c && ended 130
	verdict ctrl_c $?

	tm kill-session -t top
	rm -f "$work/before" "$work/after"
	tm new-session -d -s top -x 80 -y 24 "env -u NO_COLOR LANG=C.UTF-8 PS1='prompt> ' bash --norc -i"
	wait_screen 'prompt>' && keys "cd $work; stty -g >before; $sigpath top --socket sock" Enter && wait_screen LIVE &&
		keys C-z && wait_screen 'Stopped' && keys 'stty -g >after' Enter && wait_for test -s "$work/after" &&
		cmp -s "$work/before" "$work/after"
	verdict ctrl_z_leaves_terminal_sane $?
	keys fg Enter && wait_screen LIVE && keys q && wait_screen 'prompt>'
	verdict fg_draws_again $?
}

test_terminals() {
	test_golden term_xterm_without_lang 80x24 TERM=xterm top_80x24.screen
	test_golden locale_c 80x24 LC_ALL=C top_ascii_80x24.screen
	test_golden option_ascii 80x24 LANG=C.UTF-8 top_ascii_80x24.screen --ascii
	test_golden term_vt100 80x24 "TERM=vt100 LC_ALL=C" top_ascii_80x24.screen
	local term
	for term in no-such-terminal dumb; do
		start 80x24 "TERM=$term"
		wait_screen 'F1:Help' && kill -INT "$(cat "$work/pid")" && ended 130
		verdict "term_$term" $?
	done
	"$sigpath" top --socket "$work/sock" </dev/null 2>"$work/err"
	[ $? -eq 1 ] && grep -q 'needs a terminal' "$work/err"
	verdict no_terminal $?
}

# --- plain text and command line ---

test_once() {
	"$sigpath" top --once --socket "$work/sock" >"$work/once"
	if [ -n "${SIGPATH_UPDATE:-}" ]; then cp "$work/once" "$here/once.txt"; fi
	diff "$work/once" "$here/once.txt" | sed 's/^/#   /'
	cmp -s "$work/once" "$here/once.txt"
	verdict once $?
	[ "$(wc -L <"$work/once")" -le 80 ]
	verdict once_fits_80_columns $?
	"$sigpath" top --once --json --socket "$work/sock" >"$work/json"
	tr '\n' ' ' <"$here/snapshot.json" | cmp -s - <(tr '\n' ' ' <"$work/json" | sed 's/ $//')
	verdict once_json_unchanged $?
	"$sigpath" top --once --plain --socket "$work/sock" | cmp -s - "$here/once.txt"
	verdict once_plain_is_the_same $?
	LC_ALL=C.UTF-8 "$sigpath" top --once --view overview --socket "$work/sock" | diff - "$here/top_80x24.screen"
	verdict once_picture $?
	LC_ALL=C.UTF-8 "$sigpath" top --once --view overview --size 120x40 --socket "$work/sock" | diff - "$here/top_120x40.screen"
	verdict once_picture_120x40 $?
	[ "$(timeout 3 "$sigpath" top --json --socket "$work/sock" | wc -l)" -ge 2 ]
	verdict json_repeats $?
	"$sigpath" top --once --plain --view losses --socket "$work/sock" >"$work/text" &&
		grep -q '^loss unread 3 since start: ' "$work/text"
	verdict plain_view $?
	SIGPATH_SOCKET=$work/sock "$sigpath" top --once >"$work/once"
	cmp -s "$work/once" "$here/once.txt"
	verdict socket_from_environment $?
}

# refused NAME STATUS PATTERN ARGUMENT...
refused() {
	local name=$1 want=$2 pattern=$3 status
	shift 3
	"$sigpath" "$@" >"$work/out" 2>"$work/err"
	status=$?
	if [ "$status" -eq "$want" ] && grep -qE -- "$pattern" "$work/err" && [ ! -s "$work/out" ]; then
		ok "$name"
	else
		echo "#   status $status: $(head -c 300 "$work/err")"
		not_ok "$name"
	fi
}

test_command_line() {
	refused no_command 2 'usage: sigpath'
	refused unknown_command 2 "unknown command 'tpo'; valid: top sessions show doctor export" tpo
	refused unknown_command_help 2 "unknown command 'tpo'" help tpo
	refused unknown_option 2 "top: unknown option '--onc'; valid options:.* --once" top --onc
	refused option_of_another_command 2 "unknown option '--format'" top --format folded
	refused top_unknown_view 2 "unknown view 'x'; valid: overview stages" top --view x
	refused top_bad_size 2 "'80' is no size such as 80x24" top --once --view stages --size 80
	refused top_size_without_once 2 '--size needs --once' top --size 80x24
	refused unexpected_argument 2 "unexpected argument 'now'" top now
	refused missing_value 2 '--socket needs a value' top --socket
	refused value_for_flag 2 '--once takes no value' top --once=1
	refused json_and_plain 2 'exclude each other' top --json --plain
	refused unknown_view 2 "unknown view 'x'; valid: stages\|tail" export --view x
	refused missing_view 2 'view is missing; valid: stages\|tail' export
	refused unknown_format 2 "unknown format 'pprof'; valid: folded" export --view tail --format pprof
	refused no_daemon 1 "cannot reach sigpathd at $work/none: No such file.*start it with .sigpathd. or check .sigpath doctor." \
		top --once --socket "$work/none"
	refused doctor_bad_probe 2 "no instant 'x'" doctor --force-probe x=y
	refused doctor_bad_btf 2 'none: No such file' doctor --btf "$work/none"
	"$sigpath" --version | grep -qE '^sigpath [0-9]+\.[0-9]+\.[0-9]+$'
	verdict version $?
	"$sigpath" --help | grep -q 'export --view' && "$sigpath" help top | grep -q -- --once &&
		"$sigpath" top --help | cmp -s - <("$sigpath" help top)
	verdict help $?
	"$sigpath" --help >/dev/full 2>"$work/err"
	[ $? -eq 1 ] && grep -q 'No space left' "$work/err"
	verdict full_disk_is_told $?
}

test_doctor() {
	local status
	"$sigpath" doctor --json >"$work/doctor.json"
	status=$?
	python3 - "$work/doctor.json" $status <<-'EOF'
		import json, sys
		d = json.load(open(sys.argv[1]))
		assert d["type"] == "doctor" and d["verdict"] in ("full", "merged", "taps_only", "none")
		assert (d["verdict"] == "none") == (sys.argv[2] == "1"), sys.argv[2]
		assert d["facts"]["kernel"] and isinstance(d["facts"]["capabilities"], list)
		assert all(c["state"] in ("active", "merged") and isinstance(c["skipped"], list) for c in d["plan"])
		def names(x):
		    if isinstance(x, dict):
		        return set(x) | {n for v in x.values() for n in names(v)}
		    return {n for v in x for n in names(v)} if isinstance(x, list) else set()
		manual = open("userspace/cli/README.md").read()
		assert all("`%s`" % n in manual for n in names(d)), names(d)
	EOF
	verdict doctor_json $?
	"$sigpath" doctor | grep -q '^verdict: '
	verdict doctor_text $?
	if ! command -v setpriv >/dev/null || [ "$(id -u)" -ne 0 ]; then
		skip doctor_without_capabilities "needs root and setpriv"
		return
	fi
	setpriv --bounding-set=-all --inh-caps=-all "$sigpath" doctor >"$work/out" 2>&1
	[ $? -eq 1 ] && grep -q '^verdict: cannot observe: ' "$work/out" && grep -q 'CAP_BPF is missing' "$work/out"
	verdict doctor_without_capabilities $?
}

# --- sessions: text from recorded replies ---

# text_golden NAME FILE ENVIRONMENT ARGUMENT...: what `sigpath` prints of the reply that is served.
text_golden() {
	local name=$1 file=$2 env=$3
	shift 3
	# shellcheck disable=SC2086 # several variables
	env -u LANG -u LC_ALL -u LC_CTYPE $env "$sigpath" "$@" --socket "$work/sock" >"$work/text"
	local status=$?
	if [ -n "${SIGPATH_UPDATE:-}" ]; then cp "$work/text" "$here/$file"; fi
	diff "$work/text" "$here/$file" | sed 's/^/#   /'
	[ "$status" -eq 0 ] && cmp -s "$work/text" "$here/$file"
	verdict "$name" $?
}

# Whose time it was adds up, to the nanosecond, in the lines that are printed.
shares_add_up() {
	awk '/^total/ {total = $2} / ms / && !/^total/ {if (/it rang/) next; if (/^  /) stage += $(NF - 2); else {sum += $(NF - 2); if (/^this host/) host = $(NF - 2)}}
		END {exit !(total > 0 && sprintf("%.6f", sum) == total && sprintf("%.6f", stage) == host)}' "$1"
}

test_sessions() {
	[ -n "$daemon_pid" ] || { serve sessions.json && start_daemon; }
	serve sessions.json
	text_golden sessions_80 sessions_80.txt "LC_ALL=C COLUMNS=80" sessions
	[ "$(wc -L <"$work/text")" -le 80 ] && ! LC_ALL=C grep -q '[^ -~]' "$work/text"
	verdict sessions_fit_80_columns_of_ascii $?
	text_golden sessions_140 sessions_140.txt "LC_ALL=C.UTF-8 COLUMNS=140" sessions 'state=failed'
	LC_ALL=C.UTF-8 grep -q -P '[\x00-\x09\x0b-\x1f\x7f\x{80}-\x{9f}\x{202e}]' "$work/text"
	[ $? -eq 1 ]
	verdict sessions_hostile_names $?
	serve session.json
	text_golden show_80 show_80.txt "LC_ALL=C COLUMNS=80" show 7 --payload
	[ "$(wc -L <"$work/text")" -le 80 ] && ! LC_ALL=C grep -q '[^ -~]' "$work/text"
	verdict show_fits_80_columns_of_ascii $?
	shares_add_up "$work/text"
	verdict show_adds_up $?
	text_golden show_120 show_120.txt "LC_ALL=C.UTF-8 COLUMNS=120" show 3848276298220188511@a.example
	text_golden show_ascii show_40.txt "LC_ALL=C.UTF-8 COLUMNS=40" show 7 --ascii
	"$sigpath" show 7 --json --socket "$work/sock" | python3 -c 'import json,sys; assert json.load(sys.stdin)["type"] == "session"'
	verdict show_json $?
	serve metrics.json
	text_golden sessions_metrics metrics_80.txt "LC_ALL=C COLUMNS=80" sessions --metrics
	serve beats.json
	text_golden sessions_beats beats_80.txt "LC_ALL=C COLUMNS=80" sessions --beats
	serve session_error.json
	refused sessions_bad_filter 2 "expected a duration" sessions 'setup>x' --socket "$work/sock"
	[ "$(tail -n +2 "$work/err")" = "  setup>x
        ^
the filter language: sigpath sessions --help" ]
	verdict sessions_bad_filter_is_marked $?
	refused show_unknown 1 "expected a duration" show 99 --socket "$work/sock"
	refused show_what 2 "which one" show --socket "$work/sock"
	"$sigpath" sessions --help | grep -q '^  retransmits  messages seen again$'
	verdict sessions_help_lists_fields $?
	refused sessions_limit 2 "from 1 to 5000" sessions --limit 0 --socket "$work/sock"
	stop_daemon
}

# --- a file that is played ---

# screen_at NAME KEYS...: what is shown once the keys led there, without waiting marks.
screen_at() {
	wait_screen '00:40 of 01:39  1x  PAUSED' && wait_screen '^>.*OPTIONS' && screen >"$work/$1"
}

test_replay() {
	python3 "$here/played.py" "$work/played.pcap" && python3 "$here/played.py" "$work/cut.pcap" 7
	start 80x24 LANG=C.UTF-8 --replay played.pcap --paused --seek 40
	screen_at direct
	verdict replay_seeks $?
	keys , . . , '}' '}' '{' '{' && wait_screen '00:40 of 01:39  1x  PAUSED' && keys . && wait_screen '00:50 of' &&
		keys , && screen_at there_and_back && cmp "$work/direct" "$work/there_and_back"
	verdict replay_same_place_same_screen $?
	keys '}' '}' '}' '}' '}' '}' Space && wait_screen '01:39 of 01:39  64x  END'
	verdict replay_plays_to_the_end $?
	keys q && ended 0
	verdict replay_quit $?
	start 80x24 LANG=C.UTF-8 --replay cut.pcap --speed 1024
	wait_screen '! cut.pcap: the file ends inside a packet' && wait_screen END && wait_screen '^>.*OPTIONS'
	verdict replay_tells_a_defect $?
	keys q && ended 0
	verdict replay_quit_after_a_defect $?
	"$sigpath" top --once --json --replay "$work/played.pcap" --seek 40 >"$work/a" &&
		"$sigpath" top --once --json --replay "$work/played.pcap" --seek 40 | cmp - "$work/a" &&
		python3 -c 'import json,sys; r = json.load(open(sys.argv[1])); assert r["replay"]["pos_ns"] == 40 * 10**9, r["replay"]
assert r["rows"][0]["n_total"] == 396, r["rows"][0]["n_total"]' "$work/a"
	verdict replay_once $?
	refused replay_no_terminal 1 'needs a terminal' top --replay "$work/played.pcap" </dev/null
	"$sigpath" top --once --plain --view sessions --replay "$work/played.pcap" --seek 40 >"$work/text" && grep -q '^sessions ' "$work/text"
	verdict replay_once_of_a_view $?
	refused replay_no_file 1 'none: No such file' top --once --replay "$work/none"
	refused replay_no_capture 1 'no capture' top --once --replay "$here/run.sh"
	refused replay_pipe 1 'no regular file' top --once --replay /dev/null
	refused replay_speed 2 "'0' is no number from" top --once --replay "$work/played.pcap" --speed 0
	refused replay_speed_alone 2 'needs --replay FILE' top --speed 2
}

# Every view and key under AddressSanitizer, with as many rows and sessions as there may be, names of strangers among them.
test_sanitized() {
	local plain=$sigpath view size
	if [ ! -x build/san/sigpath ]; then
		skip sanitized "build/san/sigpath is not built (make san-bin)"
		return
	fi
	serve_views
	python3 - "$here" "$work" <<-'EOF'
		import json, sys
		here, work = sys.argv[1:]
		snapshot = json.load(open(here + "/snapshot.json"))
		snapshot["rows"] = [dict(snapshot["rows"][i % len(snapshot["rows"])], service="sip 10.%d.%d.1:5060" % (i >> 8, i & 255)) for i in range(256)]
		snapshot["rows"] += json.load(open(here + "/hostile.json"))["rows"]
		sessions = json.load(open(here + "/sessions.json"))
		some = sessions["sessions"]
		sessions["sessions"] = [dict(some[i % len(some)], id=10000 - i) for i in range(500)]
		sessions.update(matched=10000, total=10000, more=True)
		for name, reply in ("snapshot", snapshot), ("sessions", sessions):
		    json.dump(reply, open("%s/%s.next" % (work, name), "w"))
	EOF
	mv "$work/sessions.next" "$work/sessions.json"
	mv "$work/snapshot.next" "$work/snapshot.json"
	sigpath=$PWD/build/san/sigpath
	start 80x24 "LANG=C.UTF-8 ASAN_OPTIONS=log_path=$work/asan"
	wait_screen LIVE && keys G I F6 '<' '/' 10 Enter n N && keys 4 && wait_screen '10000 sessions'
	verdict sanitized_10000_sessions $?
	for size in 120x40 40x10 250x80 80x24; do
		tm resize-window -t top -x "${size%x*}" -y "${size#*x}"
		for view in 1 2 3 4 6 7 8 9 '?'; do
			keys "$view" && keys j j k G g NPage PPage m w + - Left Right F6 I n N Enter Escape
		done
		keys Escape Escape Escape 4 && wait_screen '10000 match' && keys '\\' 'state=x' Enter Escape 1 && wait_screen '\[(1\])?Over'
		verdict "sanitized_keys_$size" $?
	done
	keys e q && ended 0
	verdict sanitized_quit $?
	! ls "$work"/asan* 2>/dev/null && ! grep -l Sanitizer "$work"/*.txt 2>/dev/null
	verdict sanitized_nothing_found $?
	head -n 30 "$work"/asan* 2>/dev/null | sed 's/^/#   /'
	sigpath=$plain
	serve_no_views
	serve snapshot.json
}

main() {
	trap cleanup EXIT
	if ! command -v tmux >/dev/null; then
		skip screens "tmux is not installed"
	else
		# Keeps the server up between two sessions: one that starts while the server ends is refused.
		tm new-session -d -s keep 'exec sleep 100000'
		serve snapshot.json
		start_daemon || not_ok fake_daemon
		test_golden screen_80x24 80x24 LANG=C.UTF-8 top_80x24.screen
		test_golden screen_120x40 120x40 LANG=C.UTF-8 top_120x40.screen
		test_golden screen_40x10 40x10 LANG=C.UTF-8 top_40x10.screen
		if [ -n "${SIGPATH_UPDATE:-}" ]; then start 80x24 LC_ALL=C && wait_golden top_ascii_80x24.screen; fi
		test_views
		test_export
		test_resize
		test_selection
		test_filter
		test_freeze
		test_taps_only
		test_lost_daemon
		test_hostile
		test_colors
		test_signals
		test_terminals
		test_once
		test_replay
		test_sanitized
	fi
	test_sessions
	test_command_line
	test_doctor
	echo "# $passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}

main
