# shellcheck shell=bash
# Handshakes of 2000 initiators, as fast as one responder answers them. Sourced by handshakes and compare; needs lab.sh
# and java.sh.

# storm NAME: leaves what HandshakeStorm says, lines of name, tab, value, in $work/storm.
storm() {
    local name=$1 key
    [ -e "$work/peers" ] || "${java[@]}" dev.warren.bench.storm.HandshakeStorm --config > "$work/peers"
    : > "$work/storm"
    space a; space b; cable a b 1
    router b "$name" || return
    key=$(wg genkey)
    wg set "${tag}b" private-key <(echo "$key") listen-port 51820 && wg addconf "${tag}b" "$work/peers" || return
    ip -n "${tag}b" link set "${tag}b" up
    sleep 0.5
    inside a timeout --foreground 60 "${java[@]}" dev.warren.bench.storm.HandshakeStorm \
        --rounds 60 --warmup 8 --pid "${pid[b]}" 10.99.1.2 51820 "$(wg pubkey <<< "$key")" > "$work/storm" || return
    [ "$(stormed sampled)" = "$(stormed verified)" ] || complain "$name: responses that do not verify"
}

# A value of the last storm: stormed NAME.
stormed() { awk -F'\t' -v name="$1" '$1 == name { print $2 }' "$work/storm"; }

# measure_handshakes NAME
measure_handshakes() {
    storm "$1" || complain "$1: the storm failed"
    record "$1" "handshakes/s" "$(stormed handshakes/s)"
    record "$1" "CPU us per handshake" "$(stormed 'CPU us per handshake')"
    local cookies
    cookies=$(stormed cookies)
    [ "${cookies:-0}" = 0 ] || note "$1 asked for cookies during the storm of handshakes, and got them"
}
