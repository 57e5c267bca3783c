package dev.warren.io.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/// One netlink request being written: `length(4) type(2) flags(2) sequence(4) port(4)`, a fixed part, attributes of
/// `length(2) type(2) data`, each padded to 4 bytes. See netlink(7), rtnetlink(7). Native byte order.
public final class NetlinkMessage {
    public static final int HEADER = 16;

    static final int NLMSG_ERROR = 2;
    static final int NLMSG_DONE = 3;
    public static final int RTM_NEWLINK = 16;
    public static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_SETLINK = 19;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int RTM_NEWRULE = 32;
    static final int RTM_DELRULE = 33;
    static final int RTM_NEWNSID = 88;
    static final int RTM_GETNSID = 90;

    static final int NLM_F_REQUEST = 0x1;
    static final int NLM_F_ACK = 0x4;
    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;

    /// Room for a route: header, fixed part, an IPv6 address, two numbers.
    static final int ROUTE_BYTES = HEADER + 12 + 20 + 8 + 8;

    final MemorySegment segment;
    private int length;

    NetlinkMessage(Arena arena) {
        this(arena.allocate(512, 8));
    }

    NetlinkMessage(MemorySegment segment) {
        this.segment = segment;
    }

    NetlinkMessage begin(int type, int flags, int sequence) {
        segment.fill((byte) 0);
        segment.set(JAVA_SHORT, 4, (short) type);
        segment.set(JAVA_SHORT, 6, (short) (flags | NLM_F_REQUEST));
        segment.set(JAVA_INT, 8, sequence);
        return grown(HEADER);
    }

    /// `struct ifinfomsg`.
    NetlinkMessage link(int index, int flags, int change) {
        segment.set(JAVA_INT, HEADER + 4, index);
        segment.set(JAVA_INT, HEADER + 8, flags);
        segment.set(JAVA_INT, HEADER + 12, change);
        return grown(HEADER + 16);
    }

    /// `struct ifaddrmsg`.
    NetlinkMessage address(int family, int prefixLength, int flags, int scope, int index) {
        segment.set(JAVA_BYTE, HEADER, (byte) family);
        segment.set(JAVA_BYTE, HEADER + 1, (byte) prefixLength);
        segment.set(JAVA_BYTE, HEADER + 2, (byte) flags);
        segment.set(JAVA_BYTE, HEADER + 3, (byte) scope);
        segment.set(JAVA_INT, HEADER + 4, index);
        return grown(HEADER + 8);
    }

    /// `struct rtgenmsg`, padded.
    NetlinkMessage namespace() {
        return grown(HEADER + 4);
    }

    /// `struct rtmsg`; `struct fib_rule_hdr` has the same shape, with the action for a type.
    NetlinkMessage route(int family, int prefixLength, int table, int protocol, int scope, int type, int flags) {
        segment.set(JAVA_BYTE, HEADER, (byte) family);
        segment.set(JAVA_BYTE, HEADER + 1, (byte) prefixLength);
        segment.set(JAVA_BYTE, HEADER + 4, (byte) (table < 256 ? table : 0));
        segment.set(JAVA_BYTE, HEADER + 5, (byte) protocol);
        segment.set(JAVA_BYTE, HEADER + 6, (byte) scope);
        segment.set(JAVA_BYTE, HEADER + 7, (byte) type);
        segment.set(JAVA_INT, HEADER + 8, flags);
        return grown(HEADER + 12);
    }

    /// Sets the source prefix length, for a lookup by source as well.
    NetlinkMessage sourceLength(int bits) {
        segment.set(JAVA_BYTE, HEADER + 2, (byte) bits);
        return this;
    }

    NetlinkMessage attribute(int type, int value) {
        segment.set(JAVA_INT, length + 4, value);
        return attributeHeader(type, 4);
    }

    NetlinkMessage attribute(int type, byte value) {
        segment.set(JAVA_BYTE, length + 4, value);
        return attributeHeader(type, 1);
    }

    NetlinkMessage attribute(int type, InetAddress address) {
        return attribute(type, address.getAddress());
    }

    NetlinkMessage attribute(int type, byte[] bytes) {
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, length + 4, bytes.length);
        return attributeHeader(type, bytes.length);
    }

    NetlinkMessage attribute(int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, length + 4, bytes.length);
        return attributeHeader(type, bytes.length + 1);
    }

    /// Begins an attribute that nests all following ones up to [#end].
    ///
    /// @return where it began
    int begin(int type) {
        int at = length;
        attributeHeader(type, 0);
        return at;
    }

    NetlinkMessage end(int begun) {
        segment.set(JAVA_SHORT, begun, (short) (length - begun));
        return this;
    }

    private NetlinkMessage attributeHeader(int type, int bytes) {
        segment.set(JAVA_SHORT, length, (short) (4 + bytes));
        segment.set(JAVA_SHORT, length + 2, (short) type);
        return grown(length + 4 + ((bytes + 3) & -4));
    }

    private NetlinkMessage grown(int to) {
        length = to;
        segment.set(JAVA_INT, 0, to);
        return this;
    }

    int length() {
        return length;
    }

    /// The 32-bit value of an attribute in a range of attributes, or `otherwise` when it is not there.
    static int find(MemorySegment from, long at, long end, int type, int otherwise) {
        long found = locate(from, at, end, type);
        return found < 0 || attributeBytes(from, found) < 4 ? otherwise : from.get(JAVA_INT, found + 4);
    }

    /// The text of an attribute; empty when it is not there.
    static String findText(MemorySegment from, long at, long end, int type) {
        long found = locate(from, at, end, type);
        if (found < 0) return "";
        int bytes = attributeBytes(from, found);
        int length = 0;
        while (length < bytes && from.get(JAVA_BYTE, found + 4 + length) != 0) length++;
        return new String(from.asSlice(found + 4, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /// Where an attribute begins, or -1. Reads nothing beyond `end`, whatever the lengths inside.
    static long locate(MemorySegment from, long at, long end, int type) {
        while (at + 4 <= end) {
            int size = from.get(JAVA_SHORT, at) & 0xffff;
            if (size < 4 || at + size > end) return -1;
            if ((from.get(JAVA_SHORT, at + 2) & 0x3fff) == type) return at;
            at += (size + 3) & -4;
        }
        return -1;
    }

    static int attributeBytes(MemorySegment from, long at) {
        return (from.get(JAVA_SHORT, at) & 0xffff) - 4;
    }
}
