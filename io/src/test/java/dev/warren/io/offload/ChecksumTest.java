package dev.warren.io.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.routing.ip.Checksum;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static final long SEED = 11;

    @Test
    void sumIsTheSlowOneAtEveryAlignmentAndLength() {
        var random = new Random(SEED);
        byte[] bytes = Packet.randomBytes(random, 2048);
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(bytes.length, 64);
            Frames.write(segment, 0, bytes);
            for (int at = 0; at < 17; at++) {
                for (int length = 0; length < 300; length++) {
                    assertEquals(
                            SlowChecksum.sum(bytes, at, at + length),
                            Checksum.sum(segment, at, length),
                            at + "+" + length);
                }
                for (int length = 1370; length < 1430; length++) {
                    assertEquals(
                            SlowChecksum.sum(bytes, at, at + length),
                            Checksum.sum(segment, at, length),
                            at + "+" + length);
                }
            }
        }
    }

    @Test
    void nothingOverflowsWithAllOnes() {
        byte[] bytes = new byte[65535];
        Arrays.fill(bytes, (byte) 0xff);
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(bytes.length + 1);
            Frames.write(segment, 0, bytes);
            assertEquals(SlowChecksum.sum(bytes, 0, 65535), Checksum.sum(segment, 0, 65535));
            assertEquals(0xffff, Checksum.sum(segment, 0, 65534));
        }
    }

    @Test
    void foldKeepsTheSumModulo65535AndZeroOnlyForZero() {
        var random = new Random(SEED);
        assertEquals(0, Checksum.fold(0));
        for (int i = 0; i < 100_000; i++) {
            long sum = random.nextLong() >>> (16 + random.nextInt(47));
            int expected = sum == 0 ? 0 : (int) ((sum - 1) % 65535) + 1;
            assertEquals(expected, Checksum.fold(sum), "seed " + SEED);
        }
        assertEquals(0xffff, Checksum.fold(0xffff_ffff_ffffL));
    }

    @Test
    void theExampleOfRfc1071() {
        byte[] bytes = {0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7};
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(8);
            Frames.write(segment, 0, bytes);
            assertEquals(0xddf2, Checksum.sum(segment, 0, 8));
        }
    }
}
