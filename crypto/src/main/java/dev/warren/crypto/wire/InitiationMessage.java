package dev.warren.crypto.wire;

import java.lang.foreign.MemorySegment;

/// Handshake initiation, whitepaper §5.4.2: `type(1) 0(3) sender(4) ephemeral(32) static(32+16) timestamp(12+16)
/// mac1(16) mac2(16)`.
public final class InitiationMessage {
    public static final int SENDER = 4,
            EPHEMERAL = 8,
            STATIC = 40,
            TIMESTAMP = 88,
            MAC1 = 116,
            MAC2 = 132,
            LENGTH = 148;

    private InitiationMessage() {}

    public static int sender(byte[] message) {
        return Bytes.u32(message, SENDER);
    }

    public static int sender(MemorySegment buffer, long at) {
        return buffer.get(MessageType.U32, at + SENDER);
    }

    /// A fresh message with type and sender set.
    public static byte[] create(int sender) {
        var message = new byte[LENGTH];
        message[0] = MessageType.INITIATION;
        Bytes.u32(message, SENDER, sender);
        return message;
    }
}
