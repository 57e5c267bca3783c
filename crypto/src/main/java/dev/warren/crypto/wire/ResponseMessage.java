package dev.warren.crypto.wire;

import java.lang.foreign.MemorySegment;

/// Handshake response, whitepaper §5.4.3: `type(1) 0(3) sender(4) receiver(4) ephemeral(32) nothing(16) mac1(16)
/// mac2(16)`.
public final class ResponseMessage {
    public static final int SENDER = 4, RECEIVER = 8, EPHEMERAL = 12, NOTHING = 44, MAC1 = 60, MAC2 = 76, LENGTH = 92;

    private ResponseMessage() {}

    public static int sender(byte[] message) {
        return Bytes.u32(message, SENDER);
    }

    public static int sender(MemorySegment buffer, long at) {
        return buffer.get(MessageType.U32, at + SENDER);
    }

    public static int receiver(byte[] message) {
        return Bytes.u32(message, RECEIVER);
    }

    public static int receiver(MemorySegment buffer, long at) {
        return buffer.get(MessageType.U32, at + RECEIVER);
    }

    /// A fresh message with type, sender and receiver set.
    public static byte[] create(int sender, int receiver) {
        var message = new byte[LENGTH];
        message[0] = MessageType.RESPONSE;
        Bytes.u32(message, SENDER, sender);
        Bytes.u32(message, RECEIVER, receiver);
        return message;
    }
}
