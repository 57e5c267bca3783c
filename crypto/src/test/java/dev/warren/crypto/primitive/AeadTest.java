package dev.warren.crypto.primitive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.warren.crypto.suite.Suite;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AeadTest {
    private static final byte[] EMPTY = {};

    // Three libraries, all lengths of a packet; and the margins at every one of them.
    @Test
    void openSslJdkAndBouncyCastleAgreeAtEveryLength() throws InvalidCipherTextException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var keyBytes = new byte[32];
        random.nextBytes(keyBytes);
        try (var openSsl = Suite.open(Suite.Choice.OPENSSL);
                var jdk = Suite.open(Suite.Choice.JDK);
                var bench = new PacketBench();
                var openSslKey = openSsl.aead().key(keyBytes);
                var jdkKey = jdk.aead().key(keyBytes)) {
            for (int length = 0; length <= 1600; length++) {
                var plain = new byte[length];
                random.nextBytes(plain);
                long counter = random.nextLong();
                var what = "seed " + seed + ", length " + length;
                var expected = bouncyCastle(keyBytes, counter, plain);

                bench.source(plain);
                bench.seal(openSsl.aead(), openSslKey, 0, counter, length);
                assertArrayEquals(expected, bench.destination(length + 16), what);
                assertArrayEquals(plain, bench.sourceNow(), what);
                bench.source(plain);
                bench.seal(jdk.aead(), jdkKey, 0, counter, length);
                assertArrayEquals(expected, bench.destination(length + 16), what);

                bench.source(expected);
                assertTrue(bench.opened(openSsl.aead(), openSslKey, 0, counter, length + 16), what);
                assertArrayEquals(plain, bench.destination(length), what);
                assertArrayEquals(expected, bench.sourceNow(), what);
                bench.source(expected);
                assertTrue(bench.opened(jdk.aead(), jdkKey, 0, counter, length + 16), what);
                assertArrayEquals(plain, bench.destination(length), what);
            }
        }
    }

    private static byte[] bouncyCastle(byte[] key, long counter, byte[] plain) throws InvalidCipherTextException {
        var nonce = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(4, counter);
        var cipher = new ChaCha20Poly1305();
        cipher.init(true, new ParametersWithIV(new KeyParameter(key), nonce.array()));
        var out = new byte[plain.length + 16];
        int done = cipher.processBytes(plain, 0, plain.length, out, 0);
        cipher.doFinal(out, done);
        return out;
    }

    //
    @ParameterizedTest
    @EnumSource(
            value = Suite.Choice.class,
            names = {"OPENSSL", "JDK"})
    void aTagThatIsWrongInAnyBitReleasesNothing(Suite.Choice choice) {
        var plain = new byte[100];
        Arrays.fill(plain, (byte) 'p');
        try (var suite = Suite.open(choice);
                var bench = new PacketBench();
                var key = suite.aead().key(new byte[32])) {
            bench.source(plain);
            bench.seal(suite.aead(), key, 0, 7, plain.length);
            var sealed = bench.destination(plain.length + 16);
            for (int at = 0; at < sealed.length; at++) {
                for (int bit = at < plain.length ? 7 : 0; bit < 8; bit++) {
                    var forged = sealed.clone();
                    forged[at] ^= (byte) (1 << bit);
                    bench.source(forged);
                    assertFalse(bench.opened(suite.aead(), key, 0, 7, forged.length));
                    for (byte b : bench.destination(plain.length)) {
                        assertTrue(b != 'p');
                    }
                    var out = new byte[plain.length];
                    assertFalse(suite.aead().open(new byte[32], 7, EMPTY, forged, 0, forged.length, out, 0));
                    assertArrayEquals(new byte[plain.length], out);
                }
            }
            for (int length = 0; length < sealed.length; length++) {
                bench.source(Arrays.copyOf(sealed, length));
                assertFalse(length >= 16 && bench.opened(suite.aead(), key, 0, 7, length));
                assertFalse(key.open(7, bench.src, bench.at, Math.min(length, 15), bench.dst, bench.to));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Suite.Choice.class,
            names = {"OPENSSL", "JDK"})
    void keysTakeTurnsWithoutMixing(Suite.Choice choice) {
        try (var suite = Suite.open(choice);
                var bench = new PacketBench()) {
            var random = new Random(3);
            var keys = new AeadKey[5];
            var bytes = new byte[5][32];
            for (int i = 0; i < keys.length; i++) {
                random.nextBytes(bytes[i]);
                keys[i] = suite.aead().key(bytes[i]);
            }
            for (int round = 0; round < 200; round++) {
                int i = random.nextInt(keys.length);
                var plain = new byte[random.nextInt(300)];
                random.nextBytes(plain);
                bench.source(plain);
                bench.seal(suite.aead(), keys[i], 0, round, plain.length);
                var out = new byte[plain.length + 16];
                if (random.nextBoolean()) {
                    PacketBench.forgetNonce(suite.aead());
                    suite.aead().seal(bytes[i], round, EMPTY, plain, 0, plain.length, out, 0);
                    assertArrayEquals(out, bench.destination(out.length));
                }
                if (round % 50 == 49) {
                    keys[i].close();
                    keys[i].close();
                    int closed = i;
                    assertThrows(
                            IllegalStateException.class,
                            () -> keys[closed].seal(1, bench.src, bench.at, 0, bench.dst, bench.to));
                    keys[i] = suite.aead().key(bytes[i]);
                }
            }
            for (var key : keys) {
                key.close();
            }
            assertEquals(0, suite.keyCells().taken());
        }
    }

    //
    @Test
    void aClosedKeyIsWiped() {
        try (var suite = Suite.open(Suite.Choice.OPENSSL)) {
            var bytes = new byte[32];
            Arrays.fill(bytes, (byte) 9);
            var key = suite.aead().key(bytes);
            var memory = ((OpenSslAead.Key) key).memory();
            assertEquals(9, memory.get(ValueLayout.JAVA_BYTE, 31));
            key.close();
            assertArrayEquals(new byte[64], memory.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    // A counter that comes twice would give the key stream away. Who counts is Keypair; the JDK is a second look.
    @Test
    void theJdkSealsNothingTwiceInARow() {
        try (var suite = Suite.open(Suite.Choice.JDK);
                var bench = new PacketBench();
                var key = suite.aead().key(new byte[32])) {
            bench.source(new byte[100]);
            bench.seal(suite.aead(), key, 0, 7, 100);
            assertThrows(IllegalStateException.class, () -> key.seal(7, bench.src, bench.at, 100, bench.dst, bench.to));
        }
    }

    //
    @ParameterizedTest
    @EnumSource(
            value = Suite.Choice.class,
            names = {"OPENSSL", "JDK"})
    void nothingOutsideTheSegmentsIsEverReached(Suite.Choice choice) {
        try (var suite = Suite.open(choice);
                var arena = Arena.ofConfined();
                var key = suite.aead().key(new byte[32])) {
            var small = arena.allocate(200, 64);
            var large = arena.allocate(4096, 64);
            for (int[] c : new int[][] {{64, 300}, {300, 10}, {-1, 10}, {64, -1}, {64, Integer.MAX_VALUE}, {190, 80}}) {
                int at = c[0];
                int length = c[1];
                assertThrows(RuntimeException.class, () -> key.seal(1, small, at, length, large, 64));
                assertThrows(RuntimeException.class, () -> key.seal(1, large, 64, 200 + Math.abs(length), small, at));
                if (length >= 16) {
                    assertThrows(RuntimeException.class, () -> key.open(1, small, at, length, large, 64));
                }
            }
            assertDoesNotThrow(() -> key.seal(2, large, 64, 8, small, 64));
            var heap = MemorySegment.ofArray(new byte[4096]);
            if (choice == Suite.Choice.OPENSSL) {
                assertThrows(IllegalArgumentException.class, () -> key.seal(1, heap, 64, 8, small, 64));
                assertThrows(IllegalArgumentException.class, () -> key.open(1, small, 64, 24, heap, 64));
            }
        }
    }

    // libcrypto takes any address: what Java would refuse must be refused before.
    @Test
    void memoryThatIsNotOursToUseIsRefused() throws Exception {
        try (var suite = Suite.open(Suite.Choice.OPENSSL);
                var key = suite.aead().key(new byte[32]);
                var arena = Arena.ofConfined()) {
            var good = arena.allocate(512, 64);
            var readOnly = arena.allocate(512, 64).asReadOnly();
            var closing = Arena.ofConfined();
            var closed = closing.allocate(512, 64);
            closing.close();
            MemorySegment others;
            try (var executor = Executors.newSingleThreadExecutor()) {
                others = executor.submit(() -> Arena.ofConfined().allocate(512, 64))
                        .get();
            }
            for (var bad : List.of(closed, others)) {
                assertThrows(RuntimeException.class, () -> key.seal(1, bad, 64, 8, good, 64));
                assertThrows(RuntimeException.class, () -> key.open(1, bad, 64, 24, good, 64));
            }
            for (var bad : List.of(readOnly, closed, others)) {
                assertThrows(RuntimeException.class, () -> key.seal(1, good, 64, 8, bad, 64));
                assertThrows(RuntimeException.class, () -> key.open(1, good, 64, 24, bad, 64));
            }
            assertDoesNotThrow(() -> key.seal(2, good, 64, 8, good, 256));
        }
    }

    @Test
    void aPacketCostsNoGarbage() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var suite = Suite.open(Suite.Choice.OPENSSL);
                var bench = new PacketBench();
                var key = suite.aead().key(new byte[32]);
                var other = suite.aead().key(new byte[32])) {
            bench.source(new byte[1420]);
            long least = Long.MAX_VALUE; // until the compiler got to it, which takes as long as the machine lets it
            int packets = 20_000;
            for (int window = 0; window < 20 && least >= packets; window++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < packets; i++) {
                    (i % 64 < 32 ? key : other).seal(i, bench.src, bench.at, 1420, bench.dst, bench.to);
                    (i % 64 < 32 ? key : other).open(i, bench.dst, bench.to, 1436, bench.src, bench.at);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least < packets, "bytes in " + packets + " packets: " + least);
        }
    }

    @Test
    void aClosedEngineRefuses() {
        try (var bench = new PacketBench()) {
            var suite = Suite.open(Suite.Choice.OPENSSL);
            var key = suite.aead().key(new byte[32]);
            suite.close();
            suite.close();
            assertThrows(IllegalStateException.class, () -> key.seal(1, bench.src, bench.at, 8, bench.dst, bench.to));
            key.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.Choice.class)
    void theSuiteSaysWhatItIs(Suite.Choice choice) {
        try (var suite = Suite.open(choice)) {
            assertTrue(
                    suite.describe()
                            .matches(
                                    choice == Suite.Choice.JDK
                                            ? "JDK \\d+ ChaCha20-Poly1305, X25519 Java"
                                            : "OpenSSL 3[.0-9]+\\S* \\(ChaCha20 \\+ Poly1305\\), X25519 OpenSSL"),
                    suite.describe());
        }
    }
}
