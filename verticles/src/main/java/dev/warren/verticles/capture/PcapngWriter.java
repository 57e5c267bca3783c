package dev.warren.verticles.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The blocks of a pcapng file with one interface, little endian (draft-ietf-opsawg-pcapng). A block is `type(4)
/// length(4) body length(4)`, an option in it `code(2) length(2) value`; each is padded to a multiple of 4 bytes.
public final class PcapngWriter {
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    /// LINKTYPE_RAW of tcpdump.org/linktypes.html: a packet begins with its IPv4 or IPv6 header.
    private static final short RAW_IP = 101;
    private static final byte NANOSECONDS = 9;

    private static final int BLOCK = 12;
    private static final int END_OF_OPTIONS = 4;
    private static final int MAX_TEXT = 1000;

    private static final short COMMENT = 1;
    private static final short APPLICATION = 4;
    private static final short NAME = 2;
    private static final short DESCRIPTION = 3;
    private static final short TIME_RESOLUTION = 9;
    private static final short FLAGS = 2;
    private static final short RECEIVED = 4;
    private static final short DROPPED = 5;

    /// Of the flags of a packet: its direction.
    private static final int INBOUND = 1;

    private static final int OUTBOUND = 2;

    /// Bytes of [#statistics].
    public static final int STATISTICS_BYTES = BLOCK + 12 + 2 * 12 + END_OF_OPTIONS;

    private PcapngWriter() {}

    /// What a file begins with: section and interface.
    ///
    /// @param snapLength bytes kept of a packet, at most
    public static byte[] header(String application, String name, String description, int snapLength) {
        var by = text(application);
        var called = text(name);
        var described = text(description);
        int section = BLOCK + 16 + option(by.length) + END_OF_OPTIONS;
        int device = BLOCK + 8 + option(called.length) + option(described.length) + option(1) + END_OF_OPTIONS;
        var bytes = new byte[section + device];
        var file = buffer(bytes);
        file.putInt(SECTION_HEADER).putInt(section).putInt(BYTE_ORDER_MAGIC);
        file.putShort((short) 1).putShort((short) 0); // version
        file.putLong(-1); // length of the section: not known
        option(file, APPLICATION, by);
        file.putInt(0).putInt(section);

        file.putInt(INTERFACE_DESCRIPTION).putInt(device);
        file.putShort(RAW_IP).putShort((short) 0).putInt(snapLength);
        option(file, NAME, called);
        option(file, DESCRIPTION, described);
        option(file, TIME_RESOLUTION, new byte[] {NANOSECONDS});
        file.putInt(0).putInt(device);
        return bytes;
    }

    /// A packet of that interface.
    public static byte[] packet(CapturedPacket packet) {
        var kept = packet.bytes();
        var comment = text(packet.comment() == null ? "" : packet.comment());
        int length = BLOCK + 20 + padded(kept.length) + 8 + END_OF_OPTIONS;
        if (comment.length > 0) length += option(comment.length);
        var bytes = new byte[length];
        var block = buffer(bytes);
        block.putInt(ENHANCED_PACKET).putInt(length).putInt(0);
        time(block, packet.time());
        block.putInt(kept.length).putInt(packet.length());
        block.put(kept).position(block.position() + padded(kept.length) - kept.length);
        block.putShort(FLAGS).putShort((short) 4).putInt(packet.outbound() ? OUTBOUND : INBOUND);
        if (comment.length > 0) option(block, COMMENT, comment);
        block.putInt(0).putInt(length);
        return bytes;
    }

    /// What a file ends with.
    ///
    /// @param time of the end, nanoseconds since the Unix epoch
    /// @param received packets that passed
    /// @param dropped of these, packets that are not in the file for want of room
    public static byte[] statistics(long time, long received, long dropped) {
        var bytes = new byte[STATISTICS_BYTES];
        var block = buffer(bytes);
        block.putInt(INTERFACE_STATISTICS).putInt(STATISTICS_BYTES).putInt(0);
        time(block, time);
        block.putShort(RECEIVED).putShort((short) 8).putLong(received);
        block.putShort(DROPPED).putShort((short) 8).putLong(dropped);
        block.putInt(0).putInt(STATISTICS_BYTES);
        return bytes;
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The high half comes first, whatever the byte order.
    private static void time(ByteBuffer block, long time) {
        block.putInt((int) (time >>> 32)).putInt((int) time);
    }

    private static byte[] text(String text) {
        return text.substring(0, Math.min(text.length(), MAX_TEXT)).getBytes(StandardCharsets.UTF_8);
    }

    private static int padded(int length) {
        return (length + 3) & -4;
    }

    /// Bytes of an option with a value of this length.
    private static int option(int length) {
        return 4 + padded(length);
    }

    private static void option(ByteBuffer block, short code, byte[] value) {
        int next = block.position() + option(value.length);
        block.putShort(code).putShort((short) value.length).put(value).position(next);
    }
}
