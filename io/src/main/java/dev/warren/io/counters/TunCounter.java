package dev.warren.io.counters;

/// The counters of one queue of a TUN.
public enum TunCounter implements Counter {
    READ_FRAMES("tun.read.frames", Unit.FRAMES, "frames read from the interface, a super-packet of TCP or UDP is one"),
    READ_SUPER_FRAMES("tun.read.super-frames", Unit.FRAMES, "of these, super-packets that are cut into segments"),
    READ_BATCH_1("tun.read.batch.1", Unit.CALLS, "turns that read 1 frame"),
    READ_BATCH_2("tun.read.batch.2-3", Unit.CALLS, "turns that read 2 or 3 frames"),
    READ_BATCH_4("tun.read.batch.4-7", Unit.CALLS, "turns that read 4 to 7 frames"),
    READ_BATCH_8("tun.read.batch.8-15", Unit.CALLS, "turns that read 8 to 15 frames"),
    READ_BATCH_16("tun.read.batch.16-31", Unit.CALLS, "turns that read 16 to 31 frames"),
    READ_BATCH_32("tun.read.batch.32-63", Unit.CALLS, "turns that read 32 to 63 frames"),
    READ_BATCH_64("tun.read.batch.64-up", Unit.CALLS, "turns that read 64 frames or more"),
    READ_ERRORS("tun.read.errors", Unit.EVENTS, "reads that the kernel refused"),
    READ_MALFORMED("tun.read.malformed", Unit.FRAMES, "frames without a packet in them"),
    WRITE_CALLS("tun.write.calls", Unit.CALLS, "system calls that wrote to the interface"),
    WRITE_PACKETS("tun.write.packets", Unit.PACKETS, "packets written to the interface"),
    WRITE_COALESCED("tun.write.coalesced", Unit.CALLS, "writes of several packets as one super-packet"),
    WRITE_GRO_REFUSED(
            "tun.write.gro-refused", Unit.EVENTS, "super-packets that the kernel refused and that went one by one"),
    DROP_WRITE_LINK_DOWN("tun.write.drop.link-down", Unit.PACKETS, "packets for an interface that was down"),
    DROP_WRITE_FULL("tun.write.drop.full", Unit.PACKETS, "packets for which the kernel had no memory or no room"),
    DROP_WRITE_REFUSED("tun.write.drop.refused", Unit.PACKETS, "packets that the kernel would not take as IP"),
    DROP_WRITE_ERRORS("tun.write.drop.errors", Unit.PACKETS, "packets that could not be written for another reason"),
    DROP_READ_QUEUE_FULL(
            "tun.read.drop.queue-full",
            Unit.PACKETS,
            "packets that the kernel dropped, as a rule since the interface's queue was full: too slow a router"),
    DROP_NO_ROUTE("tun.drop.no-route", Unit.PACKETS, "frames for an address that is in no peer's allowed IPs"),
    DROP_BAD_PACKET("tun.drop.bad-packet", Unit.PACKETS, "frames from the interface that are no IP packet"),
    DROP_NO_ENDPOINT(
            "tun.drop.no-endpoint",
            Unit.PACKETS,
            "packets for a peer that has no actor and no endpoint, answered with host unreachable"),
    DROP_WAKING(
            "tun.drop.waking",
            Unit.PACKETS,
            "packets for peers that have no actor, beyond what may wait for one or longer than 90 seconds");

    private static final TunCounter[] READ_BATCHES = {
        READ_BATCH_1, READ_BATCH_2, READ_BATCH_4, READ_BATCH_8, READ_BATCH_16, READ_BATCH_32, READ_BATCH_64
    };

    private final String label;
    private final Unit unit;
    private final String sentence;

    TunCounter(String label, Unit unit, String sentence) {
        this.label = label;
        this.unit = unit;
        this.sentence = sentence;
    }

    /// The counter of turns that read so many frames.
    ///
    /// @param frames at least 1
    public static TunCounter readBatch(int frames) {
        return BatchSizes.of(READ_BATCHES, frames);
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
