# shellcheck shell=bash
# Routers in network namespaces and what they cost: sourced by the scripts of the folder above, which set `home` to the
# checkout. Namespaces and interfaces of one run are called wcp, its process id, and a letter for the side.

# Checks, tools, and the promise that nothing is left behind.
lab_begin() {
    [ "$(id -u)" = 0 ] || { echo "${0##*/}: needs root for network namespaces" >&2; exit 1; }
    PATH=$PATH:/usr/sbin:${GOBIN:-$HOME/go/bin}:$HOME/.cargo/bin
    local tool
    for tool in wg iperf3 ip ping ss; do
        command -v $tool > /dev/null || { apt-get -q install -y wireguard-tools iperf3 iproute2 iputils-ping > /dev/null; break; }
    done
    work=$(mktemp -d)
    tag=wcp$$
    hertz=$(getconf CLK_TCK)
    declare -gA pid=() started=()
    trap 'lab_down; rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# Ends everything in the namespaces, and them. What does not go by itself is made to. A router that is gone already is
# named, with its last words.
lab_down() {
    local side spaces space patience
    for side in "${!pid[@]}"; do
        kill -0 "${pid[$side]}" 2> /dev/null && continue
        complain "the router of side $side has ended by itself:"
        tail -n 20 "$work/$side.log" >&2
    done
    spaces=$(ip netns list | awk -v tag="$tag" '$1 ~ "^" tag "[a-z]$" { print $1 }')
    for space in $spaces; do ip netns pids "$space" | xargs -r kill 2> /dev/null; done
    for patience in $(seq 30); do
        [ -z "$(for space in $spaces; do ip netns pids "$space"; done)" ] && break
        [ "$patience" -lt 20 ] || for space in $spaces; do ip netns pids "$space" | xargs -r kill -9 2> /dev/null; done
        sleep 0.1
    done
    for space in $spaces; do
        ip netns del "$space"
        rm -f "/var/run/wireguard/$space.sock"
    done
    pid=()
    wait 2> /dev/null
}

complain() { echo "${0##*/}: $*" >&2; }

# ---- the implementations ----------------------------------------------------------------------------------------------

# Sets `names`, and `program` to the command that is given an interface name and stays in the foreground; WARREN is the
# launcher to measure, that of this checkout unless said. It builds here, if need be, and not while something is measured.
lab_implementations() {
    local other path
    names=(warren)
    warren=${WARREN:-$home/warren}
    declare -gA program=([warren]="$warren -f")
    for other in ${WARREN_OTHERS-wireguard-go wireguard boringtun-cli gotatun}; do
        path=$(command -v "$other") || continue
        case ${other##*/} in
            wireguard-go) program[wireguard-go-debian]="$path -f" names+=(wireguard-go-debian) ;;
            wireguard) program[wireguard-go-newest]="$path -f" names+=(wireguard-go-newest) ;;
            boringtun-cli) program[boringtun]="env WG_SUDO=1 $path --foreground --disable-drop-privileges" names+=(boringtun) ;;
            gotatun*) program[gotatun]="env WG_SUDO=1 $path --foreground --disable-drop-privileges" names+=(gotatun) ;;
            *) program[${other##*/}]="$path -f" names+=("${other##*/}") ;;
        esac
    done
    "$warren" --version >&2 || exit 1
}

# ---- namespaces -------------------------------------------------------------------------------------------------------

inside() { local side=$1; shift; ip netns exec "$tag$side" "$@"; }
space() { ip netns add "$tag$1" && ip -n "$tag$1" link set lo up; }

# A cable between two sides: cable A B N gives them 10.99.N.1 and 10.99.N.2.
cable() {
    ip link add "v$3" netns "$tag$1" type veth peer name "v$3" netns "$tag$2"
    ip -n "$tag$1" address add "10.99.$3.1/24" dev "v$3"
    ip -n "$tag$2" address add "10.99.$3.2/24" dev "v$3"
    ip -n "$tag$1" link set "v$3" up
    ip -n "$tag$2" link set "v$3" up
}

# Starts an implementation on a side, with the interface of the same name as the namespace. Sets pid[SIDE], and
# started[SIDE] to the milliseconds from exec to the first answer of the control socket.
router() {
    local side=$1 name=$2 interface=$tag$1 try
    # shellcheck disable=SC2016,SC2086  # the shell inside expands; the command is split on purpose
    ip netns exec "$interface" sh -c 'echo $$ > "$0.pid"; date +%s%N > "$0.began"; exec "$@"' "$work/$side" \
        ${program[$name]} "$interface" > "$work/$side.log" 2>&1 &
    for try in $(seq 2000); do
        if [ -S "/var/run/wireguard/$interface.sock" ] && wg show "$interface" > /dev/null 2>&1; then
            started[$side]=$((($(date +%s%N) - $(cat "$work/$side.began")) / 1000000))
            pid[$side]=$(cat "$work/$side.pid")
            return
        fi
        sleep 0.005
    done
    complain "$name does not start: within 10 s its control socket does not answer"
    ps -L -o pid,stat,wchan:20,time,comm -p "$(cat "$work/$side.pid")" >&2
    tail -n 5 "$work/$side.log" >&2
    return 1
}

# A tunnel between a and b, 10.88.0.1 and 10.88.0.2, both ends of the same implementation: tunnel NAME.
tunnel() {
    local key_a key_b
    key_a=$(wg genkey); key_b=$(wg genkey)
    space a; space b; cable a b 1
    router a "$1" && router b "$1" || return
    wg set "${tag}a" private-key <(echo "$key_a") listen-port 51820 peer "$(wg pubkey <<< "$key_b")" \
        allowed-ips 10.88.0.2/32,fd88::2/128 endpoint 10.99.1.2:51820
    wg set "${tag}b" private-key <(echo "$key_b") listen-port 51820 peer "$(wg pubkey <<< "$key_a")" \
        allowed-ips 10.88.0.1/32,fd88::1/128 endpoint 10.99.1.1:51820
    public_b=$(wg pubkey <<< "$key_b")
    ip -n "${tag}a" address add 10.88.0.1/24 dev "${tag}a"
    ip -n "${tag}b" address add 10.88.0.2/24 dev "${tag}b"
    ip -n "${tag}a" address add fd88::1/64 dev "${tag}a" nodad
    ip -n "${tag}b" address add fd88::2/64 dev "${tag}b" nodad
    ip -n "${tag}a" link set "${tag}a" mtu 1420 up
    ip -n "${tag}b" link set "${tag}b" mtu 1420 up
    inside a ping -c 1 -W 3 10.88.0.2 > /dev/null && return
    complain "$1 has no tunnel"
    tail -n 5 "$work"/?.log >&2
    return 1
}

# ---- figures ----------------------------------------------------------------------------------------------------------

# CPU seconds that the routers have used so far, all of them together; iperf3 and ping are others. Fails when one of them
# is gone. The kernel counts in hundredths.
cpu() {
    local files=("${pid[@]/#//proc/}")
    awk -v hertz="$hertz" '{ sub(/.*\) /, ""); ticks += $12 + $13 } END { print ticks / hertz }' "${files[@]/%//stat}" 2> /dev/null
}

# Resident kilobytes of the router of a side.
rss() { awk '/VmRSS/ { print $2 }' "/proc/${pid[$1]}/status" 2> /dev/null; }

# An expression: calc 1 / 3 %.2f. Nothing when a number in it is missing.
calc() {
    local format=${!#} expression=${*:1:$#-1}
    awk "BEGIN { printf \"$format\", $expression }" 2> /dev/null
}

# A row of a table: record NAME ROW VALUE. What could not be measured is not recorded.
record() {
    [[ $3 =~ ^[0-9.]+$ ]] || { complain "$1: no figure for \"$2\""; return; }
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >> "$work/all"
}

# A remark to be printed below the table, once.
note() { grep -qxF "# $*" "$work/notes" 2> /dev/null || echo "# $*" >> "$work/notes"; }

# iperf3 from a to b, for so many seconds: iperf SECONDS OPTION... Leaves iperf3's JSON in $work/iperf.
iperf() {
    local seconds=$1 server try; shift
    : > "$work/iperf"
    ip netns exec "${tag}b" timeout $((seconds + 20)) iperf3 -s -1 > /dev/null 2>&1 &
    server=$!
    for try in $(seq 100); do inside b ss -Hltn 'sport = :5201' 2> /dev/null | grep -q . && break; sleep 0.02; done
    inside a timeout --foreground $((seconds + 15)) iperf3 -t "$seconds" -J "$@" > "$work/iperf" 2> /dev/null ||
        kill $server 2> /dev/null
    wait $server 2> /dev/null
}

# What iperf3's receiver says: received KEY.
received() {
    awk -v key="\"$1\":" '/"end":/ { end = 1 } end && /"sum_received":/ { on = 1 }
        on && index($0, key) { gsub(/[^0-9.e+-]/, "", $2); printf "%.9g", $2; exit }' "$work/iperf"
}
gbit() { calc "$(received bits_per_second)" / 1e9 %.3f; }
