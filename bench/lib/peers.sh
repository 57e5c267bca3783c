# shellcheck shell=bash
# A hundred thousand peers that do nothing. Sourced by compare; needs lab.sh and java.sh.

# measure_peers NAME
measure_peers() {
    local name=$1 count=100000 before after took settled=5 watched=10
    # It has 65536 at most, and does not say that it left out the others.
    case $name in wireguard-go*)
        count=60000
        note "$name takes 65536 peers at most: it was given 60000, and the seconds of one set are times 100/60"
        ;;
    esac
    space a
    router a "$name" || return
    wg set "${tag}a" private-key <(wg genkey) listen-port 51820
    ip -n "${tag}a" link set "${tag}a" up
    sleep 1
    before=$(rss a)
    took=$(timeout --foreground 60 "${java[@]}" dev.warren.bench.storm.ManyPeers "/var/run/wireguard/${tag}a.sock" $count) || return
    record "$name" "100 000 peers in one set, s" "$(calc "$took" "* 100000 / $count" %.2f)"
    sleep $settled
    after=$(rss a)
    record "$name" "RSS per idle peer, KB" "$(calc "($after - $before) / $count" %.2f)"
    before=$(cpu); sleep $watched; after=$(cpu)
    record "$name" "idle CPU with the peers, %" "$(calc "($after - $before) / $watched * 100" %.1f)"
}
