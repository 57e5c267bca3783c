# shellcheck shell=bash
# What a hundred thousand peers that do nothing cost the one that does something. Sourced by compare; needs lab.sh,
# java.sh and tunnel.sh.

# TCP and ping of a tunnel: crowd_measure SECONDS. Sets `throughput` and `delay`.
crowd_measure() {
    local pass sum=0
    for pass in 1 2; do
        iperf "$1" -c 10.88.0.2
        sum=$(calc "$sum" + "$(gbit)" / 2 %.3f)
    done
    throughput=$sum
    sleep 1
    inside a ping -i 0.01 -c 400 10.88.0.2 > "$work/ping"
    read -r delay _ <<< "$(ping_us "$work/ping")"
}

# measure_crowd NAME SECONDS: both ends have the peers.
measure_crowd() {
    local name=$1 seconds=$2 count=100000 side throughput delay alone waited
    case $name in wireguard-go*) count=60000 ;; esac # see peers.sh
    tunnel "$name" || return
    iperf 10 -c 10.88.0.2; iperf 5 -c 10.88.0.2 -R # warm-up
    crowd_measure "$seconds"
    alone=$throughput
    waited=$delay
    for side in a b; do
        timeout --foreground 60 "${java[@]}" dev.warren.bench.storm.ManyPeers "/var/run/wireguard/$tag$side.sock" $count \
            > /dev/null || return
    done
    sleep 3
    crowd_measure "$seconds"
    record "$name" "TCP with 100 000 peers, % of one" "$(calc "$throughput" / "$alone" '* 100' %.0f)"
    record "$name" "ping with 100 000 peers, % of one" "$(calc "$delay" / "$waited" '* 100' %.0f)"
}
