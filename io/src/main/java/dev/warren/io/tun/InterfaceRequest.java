package dev.warren.io.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// `struct ifreq`, netdevice(7): `name(16) flags(2) ...`. The kernel copies all forty bytes in and out.
final class InterfaceRequest {
    static final long SIZE = 40;
    static final int NAME_BYTES = 15;
    private static final long FLAGS = 16;

    final MemorySegment segment;

    InterfaceRequest(Arena arena) {
        segment = arena.allocate(SIZE, 8);
    }

    void name(String name) {
        segment.fill((byte) 0);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, Math.min(bytes.length, NAME_BYTES));
    }

    String name() {
        int length = 0;
        while (length < NAME_BYTES && segment.get(JAVA_BYTE, length) != 0) length++;
        return new String(segment.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    void flags(int flags) {
        segment.set(JAVA_SHORT, FLAGS, (short) flags);
    }

    int flags() {
        return segment.get(JAVA_SHORT, FLAGS) & 0xffff;
    }
}
