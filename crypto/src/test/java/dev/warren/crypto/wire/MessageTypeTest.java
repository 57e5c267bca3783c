package dev.warren.crypto.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageTypeTest {
    @Test
    void eachTypeHasItsSizeAndDataIsAnythingFromAKeepaliveOn() {
        for (int type = 0; type < 256; type++) {
            for (int length = 0; length < 300; length++) {
                var message = new byte[length];
                if (length > 0) {
                    message[0] = (byte) type;
                }
                int expected =
                        switch (type) {
                            case 1 -> length == 148 ? 1 : 0;
                            case 2 -> length == 92 ? 2 : 0;
                            case 3 -> length == 64 ? 3 : 0;
                            case 4 -> length >= 32 ? 4 : 0;
                            default -> 0;
                        };
                assertEquals(expected, MessageType.classify(message));
                assertEquals(expected, MessageType.classify(MemorySegment.ofArray(message), 0, length));
            }
        }
    }

    @Test
    void reservedBytesMustBeZero() {
        for (int type = 1; type <= 4; type++) {
            for (int at = 1; at < 4; at++) {
                var message = new byte[new int[] {148, 92, 64, 32}[type - 1]];
                message[0] = (byte) type;
                assertEquals(type, MessageType.classify(message));
                message[at] = 1;
                assertEquals(0, MessageType.classify(message));
                assertEquals(0, MessageType.classify(MemorySegment.ofArray(message), 0, message.length));
            }
        }
    }

    @Test
    void fieldsLieWhereTheWhitepaperSays() {
        var message = new byte[64];
        new Random(4).nextBytes(message);
        var segment = MemorySegment.ofArray(message);
        DataMessage.header(segment, 5, 0x11223344, 0x8877665544332211L);
        assertEquals(4, MessageType.of(segment, 5));
        assertEquals(0x44, message[9]);
        assertEquals(0x11223344, DataMessage.receiver(segment, 5));
        assertEquals(0x8877665544332211L, DataMessage.counter(segment, 5));
        var response = ResponseMessage.create(7, 9);
        assertEquals(7, ResponseMessage.sender(response));
        assertEquals(9, ResponseMessage.receiver(response));
        assertEquals(9, ResponseMessage.receiver(MemorySegment.ofArray(response), 0));
        assertEquals(8, InitiationMessage.sender(InitiationMessage.create(8)));
        CookieReplyMessage.begin(message, 6);
        assertEquals(6, CookieReplyMessage.receiver(message));
        assertEquals(3, MessageType.of(message));
    }
}
