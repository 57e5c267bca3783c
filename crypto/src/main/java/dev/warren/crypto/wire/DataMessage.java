package dev.warren.crypto.wire;

import java.lang.foreign.MemorySegment;

/// Transport data message, whitepaper §5.4.6: `type(1) 0(3) receiver(4) counter(8) ciphertext tag(16)`.
public final class DataMessage {
    public static final int RECEIVER = 4, COUNTER = 8, CONTENT = 16, OVERHEAD = CONTENT + 16;

    private DataMessage() {}

    public static int receiver(MemorySegment buffer, long at) {
        return buffer.get(MessageType.U32, at + RECEIVER);
    }

    /// The counter, unsigned.
    public static long counter(MemorySegment buffer, long at) {
        return buffer.get(MessageType.U64, at + COUNTER);
    }

    /// Writes the header, 16 bytes before the ciphertext.
    public static void header(MemorySegment buffer, long at, int receiver, long counter) {
        buffer.set(MessageType.U32, at, MessageType.DATA);
        buffer.set(MessageType.U32, at + RECEIVER, receiver);
        buffer.set(MessageType.U64, at + COUNTER, counter);
    }
}
