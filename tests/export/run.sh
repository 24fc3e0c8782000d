#!/bin/bash
# Folded stacks against a fake daemon: sums compared with the snapshot, names made safe, and what readers make of it.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

here=$PWD/tests/export
sigpath=${SIGPATH_BIN:-$PWD/build/sigpath}
fakedaemon=${SIGPATH_FAKEDAEMON:-$PWD/build/tests/tool/fakedaemon}
work=$(mktemp -d)
passed=0
failed=0
skipped=0
daemon_pid=

# verdict NAME STATUS
verdict() {
	if [ "$2" -eq 0 ]; then
		echo "ok $1"
		passed=$((passed + 1))
	else
		echo "not ok $1"
		failed=$((failed + 1))
	fi
}

skip() {
	echo "skip $1: $2"
	skipped=$((skipped + 1))
}

serve() {
	cp "$here/$1" "$work/next.json"
	mv "$work/next.json" "$work/snapshot.json"
}

start_daemon() {
	local end=$((SECONDS + 10))
	"$fakedaemon" "$work/sock" "$work/snapshot.json" >"$work/daemon.out" 2>&1 &
	daemon_pid=$!
	until grep -qs ready "$work/daemon.out"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05 # between two looks
	done
}

cleanup() {
	[ -z "$daemon_pid" ] || kill "$daemon_pid" 2>/dev/null
	rm -rf "$work"
}

export_folded() {
	"$sigpath" export --socket "$work/sock" --format folded "$@"
}

# sum_folded FILE: exact, awk's numbers are doubles but these sums stay below 2^53.
sum_folded() {
	awk '{s += $NF} END {printf "%.0f\n", s}' "$1"
}

# sum_snapshot FILE stages|tail: total_ns of the cells, one per line after grep.
sum_snapshot() {
	case $2 in
	stages) grep -oE '"upper_ns": [^,]*, "n": [0-9]+, "total_ns": [0-9]+' "$1" ;;
	tail) grep -oE '"edge_ns": [0-9]+, "n": [0-9]+, "total_ns": [0-9]+' "$1" ;;
	esac | awk '{s += $NF} END {printf "%.0f\n", s}'
}

test_sums() { # SNAPSHOT
	local view name=${1%.json}
	serve "$1"
	for view in stages tail; do
		export_folded --view $view -o "$work/$name.$view" 2>"$work/$name.$view.err" &&
			[ "$(sum_folded "$work/$name.$view")" = "$(sum_snapshot "$here/$1" $view)" ]
		verdict "${name}_${view}_sum" $?
		! grep -vqE '^[^;]+;[^;]+;[^;]+ [0-9]+$' "$work/$name.$view"
		verdict "${name}_${view}_lines" $?
		LC_ALL=C sort -c "$work/$name.$view" && [ -z "$(sed 's/ [0-9]*$//' "$work/$name.$view" | uniq -d)" ]
		verdict "${name}_${view}_sorted_unique" $?
		! LC_ALL=C grep -qP '[\x00-\x1f\x7f]|\xc2[\x80-\x9f]' "$work/$name.$view"
		verdict "${name}_${view}_no_controls" $?
	done
}

test_tail_notes() {
	grep -q 'note: stun \[fd00:77::2\]:3478 (server) Allocate left out' "$work/stages.tail.err" &&
		! grep -q 'Allocate' "$work/stages.tail" && grep -q 'Allocate' "$work/stages.stages"
	verdict tail_leaves_out_what_has_none $?
	# Each row of the tail: the same stages as the daemon's own tail.
	grep -qx 'sip 10.77.0.3:5060 (client);INVITE;driver+stack [0-9]*' "$work/stages.tail"
	verdict side_is_in_the_service_frame $?
}

test_output() {
	serve stages.json
	export_folded --view stages >"$work/stdout" && cmp -s "$work/stdout" "$work/stages.stages"
	verdict standard_output_by_default $?
	export_folded --view stages -o - | cmp -s - "$work/stages.stages"
	verdict standard_output_by_dash $?
	mkdir "$work/dir"
	export_folded --view stages -o "$work/dir/a" && [ "$(ls -A "$work/dir")" = a ] &&
		[ "$(stat -c %a "$work/dir/a")" = "$(printf %o $((0666 & ~$(umask))))" ]
	verdict file_with_usual_mode_and_nothing_beside $?
	export_folded --view stages -o "$work/no/such" 2>"$work/err"
	[ $? -eq 1 ] && grep -q "$work/no/such: No such file" "$work/err"
	verdict missing_folder_is_named $?
	export_folded --view stages -o "$work/dir" 2>"$work/err"
	[ $? -eq 1 ] && grep -q "$work/dir: Is a directory" "$work/err"
	verdict folder_is_refused $?
	export_folded --view stages -o /dev/full 2>"$work/err"
	[ $? -eq 1 ] && grep -q '/dev/full: No space left' "$work/err"
	verdict full_device_is_told $?
	sed 's/"app": [0-9]*/"app": 9999999999999/' "$here/stages.json" >"$work/next.json"
	mv "$work/next.json" "$work/snapshot.json"
	echo old >"$work/kept"
	export_folded --view stages -o "$work/kept" 2>"$work/err"
	[ $? -eq 1 ] && grep -q 'stages exceed its total' "$work/err" && [ "$(cat "$work/kept")" = old ]
	verdict contradiction_is_refused_and_file_kept $?
	echo '{"type":"snapshot","protocol":1,"rows":[{"service":"a"}]}' >"$work/snapshot.json"
	export_folded --view stages 2>"$work/err"
	[ $? -eq 1 ] && grep -q 'sent no cells' "$work/err"
	verdict daemon_without_cells $?
	echo '{"type":"snapshot","protocol":2}' >"$work/snapshot.json"
	export_folded --view stages 2>"$work/err"
	[ $? -eq 1 ] && grep -q 'speaks protocol 2' "$work/err"
	verdict other_protocol $?
	echo '{"type":"error","error":"not allowed","hint":"join the group"}' >"$work/snapshot.json"
	export_folded --view stages 2>"$work/err"
	[ $? -eq 1 ] && grep -q 'sigpathd says: not allowed; join the group' "$work/err"
	verdict error_of_the_daemon $?
	echo 'garbage' >"$work/snapshot.json"
	export_folded --view stages 2>"$work/err"
	[ $? -eq 1 ] && grep -q 'not JSON' "$work/err"
	verdict garbage $?
}

test_readers() {
	local tool tools=(/usr/share/perl5/Devel/NYTProf/flamegraph.pl "$(command -v flamegraph.pl)")
	for tool in "${tools[@]}"; do
		[ -r "$tool" ] && break
		tool=
	done
	if [ -z "$tool" ] || ! command -v perl >/dev/null; then
		skip flamegraph_pl "flamegraph.pl is not installed (package libdevel-nytprof-perl)"
	else
		perl "$tool" --countname ns "$work/stages.stages" >"$work/svg" 2>"$work/err" &&
			python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$work/svg" &&
			! grep -qi ignored "$work/err"
		verdict flamegraph_pl $?
	fi
}

# Its own script, its lines counted here.
test_replay() {
	tests/replay/run.sh 2>&1 | tee "$work/replay"
	passed=$((passed + $(grep -c '^ok ' "$work/replay")))
	failed=$((failed + $(grep -c '^not ok ' "$work/replay")))
	skipped=$((skipped + $(grep -c '^skip ' "$work/replay")))
}

main() {
	trap cleanup EXIT
	serve stages.json
	start_daemon
	verdict fake_daemon $?
	test_sums stages.json
	test_sums hostile.json
	test_tail_notes
	test_output
	test_readers
	test_replay
	echo "# $passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}

main
