# Sourced after netns.sh: real peers. Kamailio and coturn in the server namespace; sipp and our STUN load in the client's.
#
# peers__start                     Kamailio on $IP_B:5060 and coturn on $IP_B:3478, answering
# peers__load NAME SECONDS RATE    a mix with RATE requests per second: half STUN, a third OPTIONS, the rest REGISTER
#                                  and calls; jobs in $LOAD_JOBS
# peers__wait                      until all of $LOAD_JOBS have ended; 1 when one of them saw a failed call
#
# SIPP_TRANSPORT: u1 (default) or t1, one socket of UDP or TCP for all calls of a sipp
#
# shellcheck shell=bash

PEERS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOOLS=$(cd "$PEERS_DIR/../.." && pwd)/build/tests/tool
LOAD_JOBS=()
SIPP_TRANSPORT=u1

# peers__start_kamailio [ARGS...]
peers__start_kamailio() {
	mkdir -p "$WORK/kamailio"
	job__start kamailio "$NS_B" kamailio -DD -E -f "$PEERS_DIR/kamailio.cfg" -l "udp:$IP_B:5060" "$@" \
		-m 64 -M 8 -P "$WORK/kamailio/pid" -Y "$WORK/kamailio" -w "$WORK/kamailio"
	KAMAILIO=$JOB
}

peers__start_coturn() {
	job__start coturn "$NS_B" turnserver -n --stun-only --no-auth --listening-ip "$IP_B" --listening-port 3478 \
		--relay-threads 2 --no-tls --no-dtls --no-tcp --no-cli --no-rfc5780 --no-software-attribute \
		--simple-log --log-file stdout --pidfile "$WORK/coturn.pid" --userdb "$WORK/coturn.db"
	COTURN=$JOB
}

# peers__answers sip|stun PORT
peers__answers() {
	netns__run "$NS_A" "$TOOLS/load" "--$1" "$IP_B:$2" --count 1 --sockets 1 --linger 0.2 2>/dev/null |
		grep -q ' received=1 '
}

peers__start() {
	peers__start_kamailio
	peers__start_coturn
	if ! wait_until 15 peers__answers sip 5060; then
		echo "Kamailio does not answer:" >&2
		tail -n 5 "$WORK/kamailio.log" >&2
		return 1
	fi
	if ! wait_until 15 peers__answers stun 3478; then
		echo "coturn does not answer:" >&2
		tail -n 5 "$WORK/coturn.log" >&2
		return 1
	fi
}

# peers__sipp NAME ARGS...: sipp in the client namespace, its files in the scratch folder.
peers__sipp() {
	local name=$1
	shift
	job__start "$name" "$NS_A" env -C "$WORK" TERM=dumb sipp "$@" -i "$IP_A" -t "$SIPP_TRANSPORT" -nostdin
}

peers__start_callee() {
	peers__sipp callee -sf "$PEERS_DIR/sipp/callee.xml" -p 5070 -d "${1:-60}"
	peers__sipp register_callee "$IP_B:5060" -sf "$PEERS_DIR/sipp/register_callee.xml" -p 5069 -m 1
	if ! wait "$JOB"; then
		echo "the callee could not register:" >&2
		tail -n 5 "$WORK/register_callee.log" >&2
		return 1
	fi
}

peers__load() {
	local seconds=$2 rate=$3 options register calls
	options=$((rate / 3))
	calls=$(((rate / 60) + 1))
	register=$((rate / 10))
	LOAD_JOBS=()
	peers__sipp "$1.options" "$IP_B:5060" -sf "$PEERS_DIR/sipp/options.xml" -p 5071 \
		-r "$options" -m $((options * seconds))
	LOAD_JOBS+=("$JOB")
	peers__sipp "$1.register" "$IP_B:5060" -sf "$PEERS_DIR/sipp/register.xml" -p 5072 \
		-r "$register" -m $((register * seconds))
	LOAD_JOBS+=("$JOB")
	peers__sipp "$1.calls" "$IP_B:5060" -sf "$PEERS_DIR/sipp/caller.xml" -p 5073 -d 500 \
		-r "$calls" -m $((calls * seconds))
	LOAD_JOBS+=("$JOB")
	job__start "$1.stun" "$NS_A" "$TOOLS/load" --stun "$IP_B:3478" --rate $((rate / 2)) --duration "$seconds"
	LOAD_JOBS+=("$JOB")
}

peers__wait() {
	local job status=0
	for job in "${LOAD_JOBS[@]}"; do
		wait "$job" || status=1
	done
	return "$status"
}
