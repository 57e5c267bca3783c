# shellcheck shell=bash
# What it costs to be looked at: TCP through a tunnel while nobody looks, and while a scrape comes each second and both
# streams that feed the dashboard are read. First with one peer, then with 10 000 more that have sessions and keepalives.
# Sourced by compare; needs lab.sh and java.sh.

watched_live=10000
watched_pairs=3

# Starts `warren run` with its web page on side a, and a tunnel to b.
watched_tunnel() {
    local key_a key_b try
    key_a=$(wg genkey); key_b=$(wg genkey)
    space a; space b; space c; cable a b 1; cable a c 2
    (umask 077 && cat > "$work/watched.conf") << END
warren {
  state-dir = "$work/state"
  web.listen = "127.0.0.1:9586"
  interfaces.${tag}a {
    private-key = "$key_a"
    listen-port = 51820
    addresses = ["10.88.0.1/24"]
    mtu = 1420
    routes = off
    peers.b { public-key = "$(wg pubkey <<< "$key_b")", endpoint = "10.99.1.2:51820", allowed-ips = ["10.88.0.2/32"] }
  }
}
END
    # shellcheck disable=SC2016
    ip netns exec "${tag}a" sh -c 'echo $$ > "$0.pid"; exec "$@"' "$work/a" \
        "$warren" run --config "$work/watched.conf" > "$work/a.log" 2>&1 &
    router b warren || return
    wg set "${tag}b" private-key <(echo "$key_b") listen-port 51820 peer "$(wg pubkey <<< "$key_a")" \
        allowed-ips 10.88.0.1/32 endpoint 10.99.1.1:51820
    ip -n "${tag}b" address add 10.88.0.2/24 dev "${tag}b"
    ip -n "${tag}b" link set "${tag}b" mtu 1420 up
    for try in $(seq 100); do inside a curl -sf 127.0.0.1:9586/health/ready > /dev/null && break; sleep 0.1; done
    pid[a]=$(cat "$work/a.pid")
    public_a=$(wg pubkey <<< "$key_a")
    inside a ping -c 1 -W 3 10.88.0.2 > /dev/null && return
    complain "there is no tunnel"
    tail -n 5 "$work"/?.log >&2
    return 1
}

# Gives side a the peers, which begin sessions from side c and keep them.
watched_crowd() {
    local try
    rm -f "$work/go" "$work/swarm" "$work/swarm.log"
    mkfifo "$work/go"
    ip netns exec "${tag}c" "${java[@]}" dev.warren.bench.PeerSwarm "$watched_live" 10.99.2.1:51820 "$public_a" \
        "$work/swarm" 500 < "$work/go" > "$work/swarm.log" 2>&1 &
    exec 7> "$work/go"
    for try in $(seq 300); do grep -q written "$work/swarm.log" && break; sleep 0.1; done
    perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new($ARGV[0]) or exit 1; open my $f, "<", $ARGV[1]; print $s $_ while <$f>;
        $s->flush; while (<$s>) { exit(/errno=0/ ? 0 : 1) if /errno=/ }' "/var/run/wireguard/${tag}a.sock" "$work/swarm" || return
    echo go >&7
    for try in $(seq 900); do grep -q established "$work/swarm.log" && return; sleep 0.1; done
    complain "not all of $watched_live peers have a session"
    return 1
}

# Looks as a Prometheus and an open dashboard do, until watched_ends: a scrape each second, and both streams are read. All
# in one process and its children, since what looks shares the cores with what is measured.
watched_looks() {
    # shellcheck disable=SC2016
    ip netns exec "${tag}a" setsid perl -MIO::Socket::INET -e '
        sub look {
            my $s = IO::Socket::INET->new("127.0.0.1:9586") or exit 1;
            print $s "GET $_[0] HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            1 while sysread $s, my $read, 65536;
        }
        for my $stream ("/api/metrics", "/api/events") { fork or look($stream), exit }
        while (1) { look("/metrics"); sleep 1 }' &
    looking=$!
    sleep 2
}

watched_ends() { kill -- "-$looking"; wait "$looking" 2> /dev/null; }

# watched_pair NAME SECONDS WHAT: the same transfer not looked at and looked at, whichever is first in turn.
watched_pair() {
    local name=$1 seconds=$2 what=$3 pass how before after order=(not looked)
    declare -A sum=([not]=0 [looked]=0) used=([not]=0 [looked]=0) bytes=([not]=0 [looked]=0)
    for pass in $(seq "$watched_pairs"); do
        for how in "${order[@]}"; do
            [ "$how" = not ] || watched_looks
            before=$(cpu); iperf "$seconds" -c 10.88.0.2; after=$(cpu)
            [ "$how" = not ] || { watched_ends; sleep 1; }
            sum[$how]=$(calc "${sum[$how]}" + "$(gbit)" %.4f)
            used[$how]=$(calc "${used[$how]}" + "$after - $before" %.2f)
            bytes[$how]=$(calc "${bytes[$how]}" + "$(received bytes)" %.0f)
        done
        order=("${order[1]}" "${order[0]}")
    done
    record "$name" "TCP$what, Gbit/s" "$(calc "${sum[not]}" / "$watched_pairs" %.2f)"
    record "$name" "TCP watched$what, % of that" "$(calc "${sum[looked]}" / "${sum[not]}" '* 100' %.1f)"
    record "$name" "CPU per GB watched$what, % of that" \
        "$(calc "(${used[looked]} / ${bytes[looked]})" / "(${used[not]} / ${bytes[not]})" '* 100' %.1f)"
}

# measure_watched NAME SECONDS
measure_watched() {
    local public_a looking
    case $1 in warren) ;; *) return 0 ;; esac # the others have nothing to look at
    watched_tunnel || return
    iperf 10 -c 10.88.0.2; iperf 5 -c 10.88.0.2 -R # warm-up
    watched_looks; iperf 10 -c 10.88.0.2; watched_ends
    watched_pair "$1" "$2" ""
    watched_crowd || return
    iperf 5 -c 10.88.0.2
    watched_pair "$1" "$2" " with 10 000 live peers"
    exec 7>&-
}
