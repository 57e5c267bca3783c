package dev.warren.cluster.store;

/// What a running node of the fleet tells the others of itself.
///
/// @param node name, as in its configuration
/// @param boot random number of this start: a node that starts again is another member
/// @param slot 0 to 255, the top 8 bits of its receiver indices
/// @param busHost address at which its event bus listens
/// @param version of Warren
/// @param state whether it takes new peers
public record MemberInfo(String node, long boot, int slot, String busHost, int busPort, String version, State state) {
    private static final int FORMAT = 1;

    /// Whether a member takes new peers.
    public enum State {
        READY,
        /// It accepts no initiation, and leaves when its sessions are over.
        DRAINING
    }

    public MemberInfo with(State state) {
        return new MemberInfo(node, boot, slot, busHost, busPort, version, state);
    }

    /// The boot id as a member's znode is named.
    static String name(long boot) {
        return String.format("%016x", boot);
    }

    byte[] encode() {
        return new RecordOutput(FORMAT)
                .text(node)
                .i64(boot)
                .u8(slot)
                .text(busHost)
                .u16(busPort)
                .text(version)
                .u8(state.ordinal())
                .done();
    }

    /// @throws StoreException when the bytes are of no member
    static MemberInfo decode(byte[] bytes) {
        var in = new RecordInput("a member", bytes, FORMAT);
        var node = in.text();
        long boot = in.i64();
        int slot = in.u8();
        var host = in.text();
        int port = in.u16();
        var version = in.text();
        int state = in.u8();
        if (state >= State.values().length) throw in.broken("a state is " + state);
        in.end();
        return new MemberInfo(node, boot, slot, host, port, version, State.values()[state]);
    }
}
