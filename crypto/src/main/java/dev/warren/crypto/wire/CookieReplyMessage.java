package dev.warren.crypto.wire;

import java.lang.foreign.MemorySegment;

/// Cookie reply, whitepaper §5.4.7: `type(1) 0(3) receiver(4) nonce(24) cookie(16+16)`.
public final class CookieReplyMessage {
    public static final int RECEIVER = 4, NONCE = 8, COOKIE = 32, LENGTH = 64;
    public static final int NONCE_LENGTH = 24, COOKIE_LENGTH = 16;

    private CookieReplyMessage() {}

    public static int receiver(byte[] message) {
        return Bytes.u32(message, RECEIVER);
    }

    public static int receiver(MemorySegment buffer, long at) {
        return buffer.get(MessageType.U32, at + RECEIVER);
    }

    /// Writes type and receiver to the start of `message`.
    public static void begin(byte[] message, int receiver) {
        Bytes.u32(message, 0, MessageType.COOKIE_REPLY);
        Bytes.u32(message, RECEIVER, receiver);
    }
}
