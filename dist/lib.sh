# shellcheck shell=sh
# What the scripts share: finding a JDK, reading jvm.options, and whether a start-up cache fits. Sourced, not run.

say() { printf 'warren: %s\n' "$*" >&2; }

# True if $1 is the home of a JDK of version 25 or newer. Reads its release file: starting java would cost 40 ms.
is_recent() {
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    while IFS='=' read -r key value; do
        if [ "$key" = JAVA_VERSION ]; then
            value=${value#\"}
            value=${value%%[!0-9]*}
            [ "${value:-0}" -ge 25 ]
            return
        fi
    done < "$1/release"
    return 1
}

# Sets $jdk, or says what to install and ends.
find_java() {
    if [ -n "${WARREN_JAVA:-}" ]; then
        jdk=$WARREN_JAVA
        [ -d "$jdk" ] || { jdk=$(readlink -f -- "$jdk") && jdk=${jdk%/bin/*}; }
        is_recent "$jdk" && return
        say "WARREN_JAVA=$WARREN_JAVA is not a JDK 25 or newer"
        exit 1
    fi
    jdk=${JAVA_HOME:-}
    [ -n "$jdk" ] && is_recent "$jdk" && return
    jdk=$(command -v java) && jdk=$(readlink -f -- "$jdk") && jdk=${jdk%/bin/*} && is_recent "$jdk" && return
    for jdk in /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
        is_recent "$jdk" && return
    done
    # Root runs no JDK out of somebody's home, which is where HOME may point under sudo.
    if [ "$(id -u)" -ne 0 ]; then
        for jdk in "${HOME:-/nonexistent}"/.sdkman/candidates/java/*; do
            is_recent "$jdk" && return
        done
    fi
    say "no JDK 25 or newer found (looked at WARREN_JAVA, JAVA_HOME, PATH, /usr/lib/jvm, /opt)."
    say "Install one, for example 'apt-get install openjdk-25-jdk-headless' or temurin-25-jdk from https://adoptium.net,"
    say "or point WARREN_JAVA to it."
    exit 1
}

# Sets $flags to what the file $1 holds.
read_flags() {
    flags=
    while read -r line; do
        case $line in '' | '#'*) ;; *) flags="$flags $line" ;; esac
    done < "$1"
}

# Sets $jar to the program of the runtime $1.
find_jar() {
    for jar in "$1"/lib/warren-app-*.jar; do :; done
}

# What a start-up cache in the runtime $1 was made from and is only good for: this JDK and these jars at this place. Short,
# as a plain sh reads it byte by byte.
cache_key() {
    printf '%s;%s;' "$jdk" "$1"
    stat --printf '%s:%Y;' -- "$jdk/release" "$1/jvm.options" "$1"/lib/*.jar
}
