package dev.warren.verticles.counters;

import dev.warren.io.counters.Counter;

/// What the router counts.
public enum RouterCounter implements Counter {
    DROP_UNKNOWN_PEER(
            "handshake.drop.unknown-peer", Unit.MESSAGES, "initiations made with a public key that no peer here has"),
    DROP_FORGED(
            "router.drop.forged",
            Unit.MESSAGES,
            "initiations that name a peer that has no actor and were not made with its key"),
    EVICTED("router.evicted", Unit.EVENTS, "peers without a session that made room for others that packets woke"),
    SOCKET_REFUSED("router.socket-refused", Unit.EVENTS, "ports or marks that the kernel refused for the UDP sockets"),
    LINK_UP("router.link-up", Unit.NOW, "1 while the interface is up"),
    SOCKET_OPEN("router.socket-open", Unit.NOW, "1 while the UDP sockets are open"),
    PEERS("router.peers", Unit.NOW, "configured peers"),
    PEERS_ACTIVE("router.peers-active", Unit.NOW, "peers that have an actor"),
    WITHOUT_SESSION(
            "router.peers-without-session",
            Unit.NOW,
            "peers woken by packets that have no session, but for those with a persistent keepalive"),
    PREFIXES("router.prefixes", Unit.NOW, "allowed IPs of all peers");

    private final String label;
    private final Unit unit;
    private final String sentence;

    RouterCounter(String label, Unit unit, String sentence) {
        this.label = label;
        this.unit = unit;
        this.sentence = sentence;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public Unit unit() {
        return unit;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
