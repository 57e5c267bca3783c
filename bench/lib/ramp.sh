# shellcheck shell=bash
# What a tunnel carries while it is new: a JVM compiles what it runs. Sourced by compare; needs lab.sh and tunnel.sh.

# measure_ramp NAME
measure_ramp() {
    tunnel "$1" || return
    iperf 4 -c 10.88.0.2; record "$1" "TCP in the first 4 s, Gbit/s" "$(gbit)"
    iperf 6 -c 10.88.0.2; record "$1" "TCP in the next 6 s, Gbit/s" "$(gbit)"
}
