package dev.warren.verticles.counters;

import dev.warren.crypto.Verdict;
import dev.warren.io.counters.Counter;

/// What the actor of a peer counts. A row outlives the actor and is kept while the peer is configured.
public enum PeerCounter implements Counter {
    TX_BYTES("peer.tx.bytes", Unit.BYTES, "bytes of datagrams made for the peer: data, keepalives, handshakes"),
    TX_PACKETS("peer.tx.packets", Unit.PACKETS, "packets sent to the peer"),
    RX_BYTES(
            "peer.rx.bytes",
            Unit.BYTES,
            "bytes of datagrams of the peer: keepalives, handshakes, and data whose source is in its allowed IPs"),
    RX_PACKETS("peer.rx.packets", Unit.PACKETS, "packets received from the peer that passed all checks"),
    RX_SENT(
            "peer.rx.sent",
            Unit.DATAGRAMS,
            "datagrams of sessions that the peer has sent at least, by the counters in them"),
    RX_ARRIVED("peer.rx.arrived", Unit.DATAGRAMS, "of these, datagrams that arrived and authenticated"),
    RX_LATE("peer.rx.late", Unit.DATAGRAMS, "of these, datagrams that arrived after one that was sent later"),
    HANDSHAKES("handshake.ok", Unit.HANDSHAKES, "handshakes completed, as either side: the session carries packets"),
    INITIATIONS("handshake.initiations", Unit.MESSAGES, "handshake initiations sent, repetitions included"),
    NO_ANSWER("handshake.no-answer", Unit.HANDSHAKES, "handshakes given up since no initiation was answered"),

    DROP_NO_ENDPOINT("peer.drop.no-endpoint", Unit.PACKETS, "packets for a peer whose endpoint is not known"),
    DROP_NO_ANSWER("peer.drop.no-answer", Unit.PACKETS, "packets that waited for a handshake that was never answered"),
    DROP_STAGED_OVERFLOW(
            "peer.drop.staged-overflow",
            Unit.PACKETS,
            "packets that waited for a handshake, and that newer ones replaced"),
    DROP_ROUTING_LOOP(
            "peer.drop.routing-loop",
            Unit.PACKETS,
            "own encrypted datagrams that this host routes into the tunnel: the endpoint is in the allowed IPs"),
    DROP_TOO_LONG("peer.drop.too-long", Unit.PACKETS, "packets that fit no datagram"),
    DROP_BAD_FRAME("peer.drop.bad-frame", Unit.FRAMES, "super-packets that cannot be cut into segments"),
    DROP_NO_SESSION("peer.drop.no-session", Unit.PACKETS, "packets that found the session gone"),
    DROP_BACKLOG("peer.drop.backlog", Unit.DATAGRAMS, "datagrams for which all buffers were in use"),
    DROP_INTERNAL_ERROR(
            "peer.drop.internal-error",
            Unit.PACKETS,
            "packets dropped, at most, by an error of this program; report it"),

    DROP_SOURCE_NOT_OWNED(
            "peer.drop.source-not-owned",
            Unit.PACKETS,
            "received packets whose source address is not in the peer's allowed IPs"),
    DROP_BAD_PACKET("peer.drop.bad-packet", Unit.PACKETS, "received packets that are no IP packets"),
    DROP_CONGESTION(
            "peer.drop.congestion-not-ect",
            Unit.PACKETS,
            "received packets that met congestion on their way, of which their sender cannot be told (RFC 6040)"),
    DROP_REPLAYED("peer.drop.replayed", Unit.DATAGRAMS, "datagrams received before, or too old to know"),
    DROP_BAD_TAG("peer.drop.bad-tag", Unit.DATAGRAMS, "datagrams that were damaged or forged"),
    DROP_EXPIRED("peer.drop.expired", Unit.DATAGRAMS, "datagrams under a session older than 180 seconds"),
    DROP_COUNTER_LIMIT(
            "peer.drop.counter-limit", Unit.PACKETS, "packets and datagrams beyond what one session may carry"),
    DROP_UNKNOWN_INDEX("peer.drop.unknown-index", Unit.DATAGRAMS, "datagrams of a session that ended a moment before"),
    DROP_MALFORMED("peer.drop.malformed", Unit.MESSAGES, "messages that are none of this protocol"),

    DROP_PSK_MISMATCH(
            "handshake.drop.psk-mismatch",
            Unit.MESSAGES,
            "responses that do not authenticate: the preshared keys differ"),
    DROP_OLD_TIMESTAMP(
            "handshake.drop.replayed-timestamp",
            Unit.MESSAGES,
            "initiations not newer than the last: replayed, or the peer's clock went back"),
    DROP_FLOOD("handshake.drop.flood", Unit.MESSAGES, "initiations of a peer less than 20 ms after another"),
    DROP_FORGED(
            "handshake.drop.forged", Unit.MESSAGES, "initiations that name the peer and were not made with its key"),
    DROP_LOW_ORDER("handshake.drop.low-order-point", Unit.MESSAGES, "handshakes with a public key of low order"),
    DROP_UNEXPECTED_RESPONSE(
            "handshake.drop.unexpected-response", Unit.MESSAGES, "responses to an initiation that is forgotten"),
    DROP_COOKIE_INVALID("handshake.drop.cookie-invalid", Unit.MESSAGES, "cookie replies that do not authenticate");

    private final String label;
    private final Unit unit;
    private final String sentence;

    PeerCounter(String label, Unit unit, String sentence) {
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

    /// Whether it counts what was dropped.
    public boolean isDrop() {
        return label.contains(".drop.");
    }

    /// The counter of what a peer refuses for this reason.
    static PeerCounter of(Verdict reason) {
        return switch (reason) {
            case NO_SESSION -> DROP_NO_SESSION;
            case EXPIRED -> DROP_EXPIRED;
            case COUNTER_LIMIT -> DROP_COUNTER_LIMIT;
            case REPLAYED -> DROP_REPLAYED;
            case BAD_TAG -> DROP_BAD_TAG;
            case UNKNOWN_INDEX -> DROP_UNKNOWN_INDEX;
            case STAGED_OVERFLOW -> DROP_STAGED_OVERFLOW;
            case TOO_LONG -> DROP_TOO_LONG;
            case NO_ANSWER -> DROP_NO_ANSWER;
            case PSK_MISMATCH -> DROP_PSK_MISMATCH;
            case OLD_TIMESTAMP -> DROP_OLD_TIMESTAMP;
            case INITIATION_FLOOD -> DROP_FLOOD;
            case DECRYPT_FAILED -> DROP_FORGED;
            case LOW_ORDER_POINT -> DROP_LOW_ORDER;
            case UNEXPECTED_RESPONSE -> DROP_UNEXPECTED_RESPONSE;
            case COOKIE_INVALID -> DROP_COOKIE_INVALID;
            case OK, MALFORMED, MAC1_INVALID, COOKIE_SENT, RATE_LIMITED, UNKNOWN_PEER -> DROP_MALFORMED;
        };
    }
}
