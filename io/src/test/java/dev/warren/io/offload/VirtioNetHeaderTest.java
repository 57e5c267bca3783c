package dev.warren.io.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class VirtioNetHeaderTest {
    /// Offsets of struct virtio_net_hdr in linux/virtio_net.h. R-101
    @Test
    void theLayoutIsTheKernels() {
        assertEquals(10, VirtioNetHeader.LENGTH);
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(16);
            segment.fill((byte) 0x55);
            VirtioNetHeader.write(segment, 3, 1, 0x84, 54, 1380, 20, 16);
            byte[] expected = Frames.frame(1, 0x84, 54, 1380, 20, 16, new byte[0]);
            assertArrayEquals(expected, Frames.read(segment, 3, 10));
            assertArrayEquals(new byte[] {0x55, 0x55, 0x55}, Frames.read(segment, 0, 3));
            assertArrayEquals(new byte[] {0x55, 0x55, 0x55}, Frames.read(segment, 13, 3));
            assertEquals(1, VirtioNetHeader.flags(segment, 3));
            assertEquals(0x84, VirtioNetHeader.gsoType(segment, 3));
            assertEquals(1380, VirtioNetHeader.gsoSize(segment, 3));
            assertEquals(20, VirtioNetHeader.checksumStart(segment, 3));
            assertEquals(16, VirtioNetHeader.checksumOffset(segment, 3));
            VirtioNetHeader.clear(segment, 3);
            assertArrayEquals(new byte[10], Frames.read(segment, 3, 10));
            assertEquals(0x55, segment.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 13));
        }
    }
}
