package dev.warren.bench;

import dev.warren.crypto.primitive.Aead;
import dev.warren.crypto.primitive.AeadKey;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// ChaCha20-Poly1305 of one packet, from one native buffer to another as on the data path.
public class AeadBenchmark extends CryptoRun {
    private static final int AT = 2 * Aead.MARGIN;

    @Param({"64", "1420"})
    public int bytes;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment plaintext = arena.allocate(4096, 64);
    private final MemorySegment sealed = arena.allocate(4096, 64);
    private final MemorySegment out = arena.allocate(4096, 64);
    private @Nullable AeadKey key;
    private long counter = 1; // sealOne took 0, and no nonce serves twice

    @Setup
    public void sealOne() {
        key = suite().aead().key(new byte[Aead.KEY_LENGTH]);
        key().seal(0, plaintext, AT, bytes, sealed, AT);
        if (!open()) {
            throw new IllegalStateException("What was sealed cannot be opened.");
        }
    }

    private AeadKey key() {
        if (key == null) {
            throw new IllegalStateException("There is no key yet.");
        }
        return key;
    }

    @Benchmark
    public void seal() {
        key().seal(counter++, plaintext, AT, bytes, out, AT);
    }

    @Benchmark
    public boolean open() {
        return key().open(0, sealed, AT, bytes + Aead.TAG_LENGTH, out, AT);
    }

    @TearDown
    public void close() {
        key().close();
        arena.close();
        closeSuite();
    }
}
