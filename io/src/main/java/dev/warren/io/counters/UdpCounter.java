package dev.warren.io.counters;

/// The counters of the UDP sockets of a device, closed ones included.
public enum UdpCounter implements Counter {
    RECEIVE_CALLS("udp.receive.calls", Unit.CALLS, "system calls that received"),
    RECEIVE_MESSAGES("udp.receive.messages", Unit.MESSAGES, "messages received, a train of UDP_GRO is one"),
    RECEIVE_DATAGRAMS("udp.receive.datagrams", Unit.DATAGRAMS, "datagrams in these messages"),
    RECEIVE_BATCH_1("udp.receive.batch.1", Unit.CALLS, "turns that received 1 datagram"),
    RECEIVE_BATCH_2("udp.receive.batch.2-3", Unit.CALLS, "turns that received 2 or 3 datagrams"),
    RECEIVE_BATCH_4("udp.receive.batch.4-7", Unit.CALLS, "turns that received 4 to 7 datagrams"),
    RECEIVE_BATCH_8("udp.receive.batch.8-15", Unit.CALLS, "turns that received 8 to 15 datagrams"),
    RECEIVE_BATCH_16("udp.receive.batch.16-31", Unit.CALLS, "turns that received 16 to 31 datagrams"),
    RECEIVE_BATCH_32("udp.receive.batch.32-63", Unit.CALLS, "turns that received 32 to 63 datagrams"),
    RECEIVE_BATCH_64("udp.receive.batch.64-up", Unit.CALLS, "turns that received 64 datagrams or more"),
    DROP_OVERFLOW(
            "udp.receive.drop.overflow",
            Unit.DATAGRAMS,
            "datagrams that the kernel dropped because the receive buffer was full: the router could not keep up"),
    DROP_TRUNCATED("udp.receive.drop.truncated", Unit.MESSAGES, "messages longer than their buffer"),
    DROP_EMPTY("udp.receive.drop.empty", Unit.DATAGRAMS, "datagrams without content"),
    DROP_STRANGE_SOURCE("udp.receive.drop.strange-source", Unit.MESSAGES, "messages from neither IPv4 nor IPv6"),
    RECEIVE_ERRORS("udp.receive.errors", Unit.EVENTS, "receive calls that failed, most often an ICMP error"),
    SEND_CALLS("udp.send.calls", Unit.CALLS, "system calls that sent"),
    SEND_MESSAGES("udp.send.messages", Unit.MESSAGES, "messages sent, a train of UDP_SEGMENT is one"),
    SEND_DATAGRAMS("udp.send.datagrams", Unit.DATAGRAMS, "datagrams in these messages"),
    SEND_BATCH_1("udp.send.batch.1", Unit.CALLS, "system calls that sent 1 datagram"),
    SEND_BATCH_2("udp.send.batch.2-3", Unit.CALLS, "system calls that sent 2 or 3 datagrams"),
    SEND_BATCH_4("udp.send.batch.4-7", Unit.CALLS, "system calls that sent 4 to 7 datagrams"),
    SEND_BATCH_8("udp.send.batch.8-15", Unit.CALLS, "system calls that sent 8 to 15 datagrams"),
    SEND_BATCH_16("udp.send.batch.16-31", Unit.CALLS, "system calls that sent 16 to 31 datagrams"),
    SEND_BATCH_32("udp.send.batch.32-63", Unit.CALLS, "system calls that sent 32 to 63 datagrams"),
    SEND_BATCH_64("udp.send.batch.64-up", Unit.CALLS, "system calls that sent 64 datagrams or more"),
    SEND_GSO_REFUSED("udp.send.gso-refused", Unit.EVENTS, "trains that the kernel refused and that went one by one"),
    SEND_SOURCE_REFUSED("udp.send.source-refused", Unit.EVENTS, "learnt local addresses that are no source any more"),
    DROP_BUFFER_FULL("udp.send.drop.buffer-full", Unit.DATAGRAMS, "datagrams for which the send buffer had no room"),
    DROP_UNREACHABLE("udp.send.drop.unreachable", Unit.DATAGRAMS, "datagrams to an endpoint without a route"),
    DROP_TOO_LONG("udp.send.drop.too-long", Unit.DATAGRAMS, "datagrams longer than the path takes"),
    DROP_DENIED("udp.send.drop.denied", Unit.DATAGRAMS, "datagrams that this host's firewall forbade"),
    DROP_NO_FAMILY(
            "udp.send.drop.no-socket", Unit.DATAGRAMS, "datagrams to an endpoint of a family that has no socket"),
    DROP_SEND_ERRORS("udp.send.drop.errors", Unit.DATAGRAMS, "datagrams that could not be sent for another reason"),
    DROP_NO_SOCKET("udp.drop.no-socket", Unit.DATAGRAMS, "datagrams that were to be sent while no socket was open"),
    DROP_MALFORMED("udp.drop.malformed", Unit.DATAGRAMS, "datagrams that are no WireGuard message"),
    DROP_UNKNOWN_INDEX("udp.drop.unknown-index", Unit.DATAGRAMS, "messages for a session or handshake there is not"),
    DROP_CROWDED(
            "udp.drop.crowded",
            Unit.DATAGRAMS,
            "datagrams of one of several peers behind one address, for want of room"),
    DROP_HANDSHAKE_BACKLOG(
            "udp.drop.handshake-backlog", Unit.MESSAGES, "handshake messages that found the queue of them full"),
    INDICES("udp.indices", Unit.NOW, "receiver indices in use by sessions and handshakes");

    private static final UdpCounter[] RECEIVE_BATCHES = {
        RECEIVE_BATCH_1,
        RECEIVE_BATCH_2,
        RECEIVE_BATCH_4,
        RECEIVE_BATCH_8,
        RECEIVE_BATCH_16,
        RECEIVE_BATCH_32,
        RECEIVE_BATCH_64
    };
    private static final UdpCounter[] SEND_BATCHES = {
        SEND_BATCH_1, SEND_BATCH_2, SEND_BATCH_4, SEND_BATCH_8, SEND_BATCH_16, SEND_BATCH_32, SEND_BATCH_64
    };

    private final String label;
    private final Unit unit;
    private final String sentence;

    UdpCounter(String label, Unit unit, String sentence) {
        this.label = label;
        this.unit = unit;
        this.sentence = sentence;
    }

    /// The counter of turns that received so many datagrams.
    ///
    /// @param datagrams at least 1
    public static UdpCounter receiveBatch(int datagrams) {
        return BatchSizes.of(RECEIVE_BATCHES, datagrams);
    }

    /// The counter of system calls that sent so many datagrams.
    ///
    /// @param datagrams at least 1
    public static UdpCounter sendBatch(int datagrams) {
        return BatchSizes.of(SEND_BATCHES, datagrams);
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
