# shellcheck shell=bash
# What share of its throughput without encryption Warren has with it. Sourced by compare; needs lab.sh and java.sh.
#
# The classes of bench/null-cipher are compiled for this run and stand before warren-crypto's on the boot class path of
# the routers that are started here; the other half has the same class path without them, so that nothing else differs.

null_programs() {
    [ ! -d "$work/null" ] || return 0
    local library path
    library=$(dirname "$(readlink -f "$warren")")/build/current/lib
    path=$(echo "$library"/warren-crypto-*.jar "$library"/bcprov-*.jar | tr ' ' ':')
    mkdir "$work/null"
    "$jdk/bin/javac" -nowarn -d "$work/null" -cp "$path:$home/bench/target/lib/*" $(find "$home/bench/null-cipher" -name '*.java') || return
    program[with-cipher]="env WARREN_JAVA_OPTS=-Xbootclasspath/a:$path $warren -f"
    program[null-cipher]="env WARREN_JAVA_OPTS=-Xbootclasspath/a:$work/null:$path $warren -f"
}

# measure_null NAME SECONDS: of Warren only.
measure_null() {
    local name=$1 seconds=$2 with without
    [ "$name" = warren ] || return 0
    null_programs && tunnel with-cipher || return
    iperf 10 -c 10.88.0.2; iperf "$seconds" -c 10.88.0.2; with=$(gbit)
    lab_down
    tunnel null-cipher || return
    grep -q 'NOTHING IS ENCRYPTED' "$work/a.log" || { complain "the null cipher is not in use"; return 1; }
    iperf 10 -c 10.88.0.2; iperf "$seconds" -c 10.88.0.2; without=$(gbit)
    record "$name" "TCP one stream, null cipher, Gbit/s" "$without"
    record "$name" "share of null cipher throughput kept, %" "$(calc "$with" / "$without" '* 100' %.0f)"
}
