package dev.warren.crypto.key;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.warren.crypto.openssl.LibCrypto;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// X25519 of libcrypto. Imports each private key once and caches the last few; changes its one peer key in
/// place. So a DH costs the scalar multiplication and half a microsecond.
///
/// Imports keys with a public part of zeros, which is never read: without one libcrypto computes it, which
/// costs more than a DH. The public key is the DH with the base point.
public final class OpenSslX25519 implements X25519 {
    // Private keys cached: the static key and a few ephemeral ones.
    private static final int KEPT = 4;
    // OSSL_PARAM: key(8) type(4) 0(4) data(8) size(8) return size(8).
    private static final int PARAMETER = 40;
    private static final int OCTET_STRING = 5;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment holder = arena.allocate(8, 8);
    private final MemorySegment length = arena.allocate(8, 8);
    private final MemorySegment theirs = arena.allocate(LENGTH, 16);
    private final MemorySegment result = KeyMemory.cell();
    private final MemorySegment parameters = arena.allocate(3 * PARAMETER, 16);
    private final byte[] basePoint = new byte[LENGTH];

    private final @Nullable PrivateKey[] keys = new PrivateKey[KEPT];
    private final long[] handles = new long[KEPT];
    private final long[] derivers = new long[KEPT];
    private final long[] lastUse = new long[KEPT];
    private long uses;

    private long importer;
    private final long peer;

    /// @throws IllegalStateException with a sentence when libcrypto is missing or has no X25519
    public OpenSslX25519() {
        LibCrypto.require();
        importer = LibCrypto.keyImporter(arena.allocateFrom("X25519"));
        if (importer == 0) {
            throw new IllegalStateException("OpenSSL cannot be used: it does not know X25519.");
        }
        basePoint[0] = 9;
        var zeros = arena.allocate(LENGTH, 16);
        parameter(0, "pub", zeros);
        try {
            peer = LibCrypto.importKey(importer, holder, LibCrypto.PUBLIC_KEY, parameters.address());
        } catch (RuntimeException e) {
            LibCrypto.contextFree(importer);
            throw e;
        }
        parameter(PARAMETER, "priv", zeros);
    }

    private void parameter(int at, String name, MemorySegment data) {
        parameters.set(JAVA_LONG, at, arena.allocateFrom(name).address());
        parameters.set(JAVA_INT, at + 8, OCTET_STRING);
        parameters.set(JAVA_LONG, at + 16, data.address());
        parameters.set(JAVA_LONG, at + 24, data.byteSize());
        parameters.set(JAVA_LONG, at + 32, -1L);
    }

    @Override
    public boolean agree(PrivateKey mine, byte[] theirPublic, int at, byte[] shared) {
        long deriver = derivers[slot(mine)];
        MemorySegment.copy(theirPublic, at, theirs, JAVA_BYTE, 0, LENGTH);
        LibCrypto.changePublicKey(peer, theirs.address(), LENGTH);
        length.set(JAVA_LONG, 0, LENGTH);
        boolean derived;
        try {
            derived = LibCrypto.derive(deriver, peer, result.address(), length.address());
            MemorySegment.copy(result, JAVA_BYTE, 0, shared, 0, LENGTH);
        } finally {
            result.fill((byte) 0);
            Reference.reachabilityFence(this);
        }
        int any = 0;
        for (int i = 0; i < LENGTH; i++) {
            any |= shared[i];
        }
        if (derived && any != 0) {
            return true;
        }
        Arrays.fill(shared, 0, LENGTH, (byte) 0);
        return false;
    }

    @Override
    public void publicKey(PrivateKey mine, byte[] out, int at) {
        var shared = new byte[LENGTH];
        if (!agree(mine, basePoint, 0, shared)) {
            throw new IllegalStateException("A clamped scalar has a public key.");
        }
        System.arraycopy(shared, 0, out, at, LENGTH);
    }

    @Override
    public void forget(PrivateKey mine) {
        for (int i = 0; i < KEPT; i++) {
            var key = keys[i];
            if (key == mine || (key != null && key.closed())) {
                drop(i);
            }
        }
    }

    @Override
    public int kept() {
        int kept = 0;
        for (var key : keys) {
            if (key != null) {
                kept++;
            }
        }
        return kept;
    }

    // The slot of a private key; imports it, if need be, in place of the least recently used one.
    private int slot(PrivateKey mine) {
        int oldest = 0;
        for (int i = 0; i < KEPT; i++) {
            var key = keys[i];
            if (key == mine) {
                if (!mine.closed()) {
                    lastUse[i] = ++uses;
                    return i;
                }
                drop(i);
            } else if (key != null && key.closed()) {
                drop(i);
            }
            if (lastUse[i] < lastUse[oldest]) {
                oldest = i;
            }
        }
        var memory = mine.memory();
        drop(oldest);
        parameters.set(JAVA_LONG, PARAMETER + 16, memory.address());
        long handle = LibCrypto.importKey(importer, holder, LibCrypto.KEYPAIR, parameters.address());
        try {
            derivers[oldest] = LibCrypto.deriver(handle);
        } catch (RuntimeException e) {
            LibCrypto.keyFree(handle);
            throw e;
        }
        handles[oldest] = handle;
        keys[oldest] = mine;
        lastUse[oldest] = ++uses;
        return oldest;
    }

    private void drop(int slot) {
        if (keys[slot] != null) {
            keys[slot] = null;
            lastUse[slot] = 0;
            LibCrypto.contextFree(derivers[slot]);
            LibCrypto.keyFree(handles[slot]);
        }
    }

    @Override
    public String describe() {
        return "OpenSSL";
    }

    @Override
    public void close() {
        if (importer == 0) {
            return;
        }
        for (int i = 0; i < KEPT; i++) {
            drop(i);
        }
        LibCrypto.keyFree(peer);
        LibCrypto.contextFree(importer);
        importer = 0;
    }
}
