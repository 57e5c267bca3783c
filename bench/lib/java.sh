# shellcheck shell=bash
# The JDK and the classes of this module: sourced by the scripts of the folder above, which set `home` to the checkout.
# `bench_java` finds and builds what is needed; `"${java[@]}" CLASS` runs a main class afterwards.
# The JDK is JAVA_HOME's, the one on the PATH, or one in /usr/lib/jvm, whichever is 25 or newer first.

bench_say() { printf 'bench: %s\n' "$*" >&2; }

# True if $1 is the home of a JDK of version 25 or newer.
is_recent() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    [ "${version:-0}" -ge 25 ]
}

find_jdk() {
    on_path=$(command -v javac) && on_path=$(readlink -f -- "$on_path") && on_path=${on_path%/bin/*} || on_path=
    for jdk in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
        is_recent "$jdk" && return
    done
    bench_say "no JDK 25 or newer found (looked at JAVA_HOME, PATH, /usr/lib/jvm); install temurin-25-jdk or openjdk-25-jdk-headless"
    exit 1
}

bench_stamp=$home/bench/target/jmh.stamp
bench_sources='pom.xml crypto/pom.xml routing/pom.xml io/pom.xml bench/pom.xml crypto/src/main routing/src/main
    io/src/main bench/src/main'

bench_is_fresh() {
    # shellcheck disable=SC2086  # the list is split on purpose
    [ -e "$bench_stamp" ] && [ -z "$(cd "$home" && find $bench_sources -newer "$bench_stamp" -print -quit)" ]
}

# Builds when there is nothing yet or the sources are newer. What root builds in somebody's checkout is theirs.
bench_build() {
    bench_is_fresh && return
    bench_say "building"
    mkdir -p "$home/bench/target"
    touch "$bench_stamp.new"
    (cd "$home" && JAVA_HOME=$jdk mvn -q -B -pl bench -am package -Dmaven.test.skip=true -Dspotless.check.skip=true >&2) || exit 1
    mv "$bench_stamp.new" "$bench_stamp"
    [ "$(id -u)" -ne 0 ] || chown -R --reference="$home" "$home"/*/target
}

bench_java() {
    find_jdk
    bench_build
    java=("$jdk/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx512m
        -cp "$home/bench/target/classes:$home/bench/target/lib/*")
}
