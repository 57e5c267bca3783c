package dev.warren.crypto.key;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.crypto.openssl.AwsLc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/// X25519 of AWS-LC. Reads private keys in place and keeps none: the copy on its stack is overwritten by
/// the inversion that ends every call.
public final class AwsLcX25519 implements X25519 {
    private final AwsLc library;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment theirs = arena.allocate(LENGTH, 16);
    private final MemorySegment result = KeyMemory.cell();

    public AwsLcX25519(AwsLc library) {
        this.library = library;
    }

    @Override
    public boolean agree(PrivateKey mine, byte[] theirPublic, int at, byte[] shared) {
        var scalar = mine.memory();
        MemorySegment.copy(theirPublic, at, theirs, JAVA_BYTE, 0, LENGTH);
        try {
            boolean good = library.agree(result.address(), scalar.address(), theirs.address());
            MemorySegment.copy(result, JAVA_BYTE, 0, shared, 0, LENGTH);
            int any = 0;
            for (int i = 0; i < LENGTH; i++) {
                any |= shared[i];
            }
            return good && any != 0;
        } finally {
            result.fill((byte) 0);
            Reference.reachabilityFence(scalar);
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void publicKey(PrivateKey mine, byte[] out, int at) {
        var scalar = mine.memory();
        try {
            library.publicKey(result.address(), scalar.address());
            MemorySegment.copy(result, JAVA_BYTE, 0, out, at, LENGTH);
        } finally {
            Reference.reachabilityFence(scalar);
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forget(PrivateKey mine) {
        // Nothing is kept.
    }

    @Override
    public int kept() {
        return 0;
    }

    @Override
    public String describe() {
        return library.version();
    }

    @Override
    public void close() {
        // Nothing is kept.
    }
}
