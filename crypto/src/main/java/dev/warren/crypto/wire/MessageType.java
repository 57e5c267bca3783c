package dev.warren.crypto.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The first four bytes of every message: `type(1) 0(3)`, read as one little-endian word (whitepaper §5.4).
public final class MessageType {
    public static final int INITIATION = 1, RESPONSE = 2, COOKIE_REPLY = 3, DATA = 4;

    /// Length of the shortest message, a keepalive.
    public static final int SHORTEST = 32;

    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MessageType() {}

    /// The first word, which is no known type when the reserved bytes are not zero. The message has at
    /// least 4 bytes.
    public static int of(MemorySegment buffer, long at) {
        return buffer.get(U32, at);
    }

    /// The first word, which is no known type when the reserved bytes are not zero; 0 for a message below 4
    /// bytes.
    public static int of(byte[] message) {
        return message.length < 4 ? 0 : Bytes.u32(message, 0);
    }

    /// The type when the length fits it, else 0. Reads nothing but the first word.
    public static int classify(MemorySegment buffer, long at, long length) {
        if (length < SHORTEST) {
            return 0;
        }
        int type = of(buffer, at);
        return fits(type, length) ? type : 0;
    }

    /// The type when the length fits it, else 0.
    public static int classify(byte[] message) {
        int type = of(message);
        return fits(type, message.length) ? type : 0;
    }

    private static boolean fits(int type, long length) {
        return switch (type) {
            case INITIATION -> length == InitiationMessage.LENGTH;
            case RESPONSE -> length == ResponseMessage.LENGTH;
            case COOKIE_REPLY -> length == CookieReplyMessage.LENGTH;
            case DATA -> length >= DataMessage.OVERHEAD;
            default -> false;
        };
    }
}
