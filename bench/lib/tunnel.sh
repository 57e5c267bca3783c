# shellcheck shell=bash
# TCP, UDP and ping through a tunnel, and the memory and start of its ends. Sourced by compare; needs lab.sh.

# Average and 99th percentile of a ping's output, in microseconds.
ping_us() {
    awk -F'time=' '/time=/ { split($2, t, " "); print t[1] * 1000 }' "$1" | sort -n | awk '{ v[NR] = $1; s += $1 }
        END { if (NR) printf "%.0f %.0f", s / NR, v[int(NR * 0.99 + 0.5)] }'
}

# measure_tunnel NAME SECONDS GROUP...
measure_tunnel() {
    local name=$1 seconds=$2 group; shift 2
    tunnel "$name" || return
    record "$name" "start to answering, ms" "${started[a]}"
    record "$name" "RSS fresh, MB" "$(calc "$(rss a)" / 1024 %.0f)"
    iperf 10 -c 10.88.0.2; iperf 5 -c 10.88.0.2 -R # warm-up: a JVM compiles while it runs
    sleep 6 # what is given back when nothing happens, is
    record "$name" "RSS idle, MB" "$(calc "$(rss a)" / 1024 %.0f)"
    for group in "$@"; do "measure_$group" "$name" "$seconds"; done
    record "$name" "RSS loaded, MB" "$(calc "$(rss a)" / 1024 %.0f)"
}

# CPU is that of both ends together: what one gigabyte costs to be sealed, sent, received and opened.
measure_tcp() {
    local name=$1 seconds=$2 before after
    before=$(cpu); iperf "$seconds" -c 10.88.0.2; after=$(cpu)
    record "$name" "TCP one stream, Gbit/s" "$(gbit)"
    record "$name" "CPU s per GB" "$(calc "($after - $before)" / "$(received bytes)" '* 1e9' %.2f)"
    iperf "$seconds" -c 10.88.0.2 -P 4; record "$name" "TCP four streams, Gbit/s" "$(gbit)"
    iperf "$seconds" -c 10.88.0.2 -R; record "$name" "TCP reverse, Gbit/s" "$(gbit)"
    iperf "$seconds" -c fd88::2; record "$name" "TCP over IPv6, Gbit/s" "$(gbit)"
}

# Delivered is what the receiver got, by bytes, in the time that it says it took.
measure_udp() {
    local name=$1 seconds=$2 size before after packets
    for size in 64 512 1372; do
        before=$(cpu); iperf "$seconds" -c 10.88.0.2 -u -b 0 -l $size; after=$(cpu)
        packets=$(calc "$(received bytes)" / $size %.0f)
        record "$name" "UDP $size B delivered, k packets/s" "$(calc "$packets" / "$(received seconds)" / 1000 %.1f)"
        [ $size = 64 ] || continue
        record "$name" "CPU s per million 64 B packets" "$(calc "($after - $before)" / "$packets" '* 1e6' %.2f)"
    done
}

measure_ping() {
    local name=$1 seconds=$2 average p99 pinging
    sleep 1
    inside a ping -i 0.01 -c 300 10.88.0.2 > "$work/ping"
    read -r average p99 <<< "$(ping_us "$work/ping")"
    record "$name" "ping idle avg, us" "$average"; record "$name" "ping idle p99, us" "$p99"
    # Begins half a second after the transfer does, and ends before it.
    { sleep 0.5; inside a ping -i 0.01 -w $((seconds > 1 ? seconds - 1 : 1)) 10.88.0.2 > "$work/ping"; } & pinging=$!
    iperf "$seconds" -c 10.88.0.2; wait $pinging
    read -r average p99 <<< "$(ping_us "$work/ping")"
    record "$name" "ping under load avg, us" "$average"; record "$name" "ping under load p99, us" "$p99"
}
