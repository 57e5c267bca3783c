package dev.warren.crypto.aead;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.crypto.Secrets;
import dev.warren.crypto.openssl.LibCrypto;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// libcrypto's ChaCha20 and Poly1305, composed as RFC 8439 §2.8 says. Its own ChaCha20-Poly1305 makes a call of 64
/// bytes for the
/// Poly1305 key and takes what is no multiple of 64 byte by byte. Here 64 zero bytes and the packet, rounded up to
/// whole blocks, go
/// through one ChaCha20 call, whose first block is the Poly1305 key; then everything that is authenticated goes through
/// one Poly1305 call.
///
/// One cipher context serves all keys: while the key stays the same only the nonce is set.
public final class OpenSslAead implements Aead {
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK = 64;

    // What a call may touch behind the end of a packet: its last block, padding, lengths.
    private static final int BEHIND = MARGIN + TAG_LENGTH;

    // A short message lies behind its additional data: margin, additional data, message, margin.
    private static final int SHORT_AT = BLOCK + LONGEST_SHORT;
    private static final int SHORT_SIZE = SHORT_AT + LONGEST_SHORT + TAG_LENGTH + BEHIND;

    private final Secrets cells;
    private final Arena arena = Arena.ofAuto();
    // Block counter (always 0), then the nonce of 12 bytes.
    private final MemorySegment iv = arena.allocate(16, 16);
    private final MemorySegment outLength = arena.allocate(8, 8);
    private final MemorySegment tag = arena.allocate(TAG_LENGTH, 16);
    private final MemorySegment shortKey = arena.allocate(KEY_LENGTH, 16);
    private final MemorySegment shortIn = arena.allocate(SHORT_SIZE, 64);
    private final MemorySegment shortOut = arena.allocate(SHORT_SIZE, 64);
    private final long ivAddress = iv.address();
    private final long outLengthAddress = outLength.address();
    private final long tagAddress = tag.address();

    private long cipher;
    private long cipherContext;
    private long mac;
    private long macContext;

    /// Whose key is in the cipher context.
    private @Nullable Key current;

    /// @throws IllegalStateException when libcrypto has no ChaCha20 or no Poly1305
    public OpenSslAead(Secrets cells) {
        this.cells = cells;
        cipher = LibCrypto.cipherFetch(arena.allocateFrom("ChaCha20"));
        mac = LibCrypto.macFetch(arena.allocateFrom("POLY1305"));
        if (cipher == 0 || mac == 0) {
            throw new IllegalStateException("libcrypto has no " + (cipher == 0 ? "ChaCha20." : "Poly1305."));
        }
        cipherContext = LibCrypto.cipherContext();
        macContext = LibCrypto.macContext(mac);
        LibCrypto.encryptInit(cipherContext, cipher, shortKey.address(), ivAddress);
    }

    @Override
    public AeadKey key(MemorySegment key32) {
        var key = new Key(cells.take());
        key.bytes.asSlice(0, KEY_LENGTH).copyFrom(key32.asSlice(0, KEY_LENGTH));
        return key;
    }

    @Override
    public AeadKey key(byte[] key32) {
        return key(MemorySegment.ofArray(key32));
    }

    final class Key implements AeadKey {
        private final MemorySegment bytes;
        private boolean closed;

        private Key(MemorySegment bytes) {
            this.bytes = bytes;
        }

        MemorySegment memory() {
            return bytes;
        }

        @Override
        public void seal(long counter, MemorySegment src, long at, int length, MemorySegment dst, long to) {
            sealPacket(this, 0, counter, src, at, length, dst, to);
        }

        @Override
        public boolean open(long counter, MemorySegment src, long at, int length, MemorySegment dst, long to) {
            return openPacket(this, 0, counter, src, at, length, dst, to);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                if (current == this) {
                    forgetKey();
                }
                cells.giveBack(bytes);
            }
        }
    }

    /// With the first 4 bytes of the nonce, which are zero in WireGuard.
    void sealPacket(
            Key key, int head, long counter, MemorySegment src, long at, int length, MemorySegment dst, long to) {
        int whole = bound(src, at, length, dst, to);
        long ks = to - BLOCK;
        long s0 = dst.get(U64, ks),
                s1 = dst.get(U64, ks + 8),
                s2 = dst.get(U64, ks + 16),
                s3 = dst.get(U64, ks + 24),
                s4 = dst.get(U64, ks + 32),
                s5 = dst.get(U64, ks + 40),
                s6 = dst.get(U64, ks + 48),
                s7 = dst.get(U64, ks + 56);
        stream(key, head, counter, src, at, dst, to, whole);

        long end = to + length;
        long afterPad = pad(dst, end, length);
        lengths(dst, afterPad, 0, length);
        long base = dst.address();
        LibCrypto.mac(
                macContext, base + ks, KEY_LENGTH, base + to, afterPad + TAG_LENGTH - to, base + end, outLengthAddress);
        dst.set(U64, ks, s0);
        dst.set(U64, ks + 8, s1);
        dst.set(U64, ks + 16, s2);
        dst.set(U64, ks + 24, s3);
        dst.set(U64, ks + 32, s4);
        dst.set(U64, ks + 40, s5);
        dst.set(U64, ks + 48, s6);
        dst.set(U64, ks + 56, s7);
    }

    /// With the first 4 bytes of the nonce, which are zero in WireGuard.
    boolean openPacket(
            Key key, int head, long counter, MemorySegment src, long at, int sealed, MemorySegment dst, long to) {
        int length = sealed - TAG_LENGTH;
        if (length < 0) {
            return false;
        }
        int whole = bound(src, at, length, dst, to);
        long ks = to - BLOCK;
        long s0 = dst.get(U64, ks),
                s1 = dst.get(U64, ks + 8),
                s2 = dst.get(U64, ks + 16),
                s3 = dst.get(U64, ks + 24),
                s4 = dst.get(U64, ks + 32),
                s5 = dst.get(U64, ks + 40),
                s6 = dst.get(U64, ks + 48),
                s7 = dst.get(U64, ks + 56);
        stream(key, head, counter, src, at, dst, to, whole);

        // Padding and lengths are written over the tag and up to 15 bytes behind it, and taken back.
        long end = at + length;
        long t0 = src.get(U64, end), t1 = src.get(U64, end + 8);
        long b0 = src.get(U64, end + 16), b1 = src.get(U64, end + 24);
        long afterPad = pad(src, end, length);
        lengths(src, afterPad, 0, length);
        LibCrypto.mac(
                macContext,
                dst.address() + ks,
                KEY_LENGTH,
                src.address() + at,
                afterPad + TAG_LENGTH - at,
                tagAddress,
                outLengthAddress);
        src.set(U64, end, t0);
        src.set(U64, end + 8, t1);
        src.set(U64, end + 16, b0);
        src.set(U64, end + 24, b1);
        dst.set(U64, ks, s0);
        dst.set(U64, ks + 8, s1);
        dst.set(U64, ks + 16, s2);
        dst.set(U64, ks + 24, s3);
        dst.set(U64, ks + 32, s4);
        dst.set(U64, ks + 40, s5);
        dst.set(U64, ks + 48, s6);
        dst.set(U64, ks + 56, s7);

        // Both words are always compared: constant time.
        if (((t0 ^ tag.get(U64, 0)) | (t1 ^ tag.get(U64, 8))) == 0) {
            return true;
        }
        for (int i = 0; i < whole; i += Long.BYTES) {
            dst.set(U64, to + i, 0L);
        }
        return false;
    }

    // The one place where a caller's segments are measured before their addresses go to libcrypto.
    // Returns the length in whole blocks.
    private static int bound(MemorySegment src, long at, int length, MemorySegment dst, long to) {
        if (!src.isNative() || !dst.isNative()) {
            throw new IllegalArgumentException("Packets lie in native segments.");
        }
        long whole = (length + (BLOCK - 1L)) & -BLOCK;
        Objects.checkFromIndexSize(at - BLOCK, BLOCK + Math.max(whole, length + 32L), src.byteSize());
        Objects.checkFromIndexSize(to - BLOCK, BLOCK + Math.max(whole, length + 32L), dst.byteSize());
        if (length < 0 || whole > Integer.MAX_VALUE - BLOCK) {
            throw new IndexOutOfBoundsException(length);
        }
        return (int) whole;
    }

    // Keystream block 0 to dst + to - 64, the message behind it.
    private void stream(
            Key key, int head, long counter, MemorySegment src, long at, MemorySegment dst, long to, int whole) {
        if (key.closed) {
            throw new IllegalStateException("The key was closed.");
        }
        long keyAddress = 0;
        if (current != key) {
            keyAddress = key.bytes.address();
            current = key;
        }
        for (long i = at - BLOCK; i < at; i += Long.BYTES) {
            src.set(U64, i, 0L);
        }
        run(keyAddress, 0, head, counter, src.address() + at - BLOCK, dst.address() + to - BLOCK, BLOCK + whole);
    }

    private void run(long keyAddress, int block, int head, long counter, long in, long out, int length) {
        if (cipherContext == 0) {
            throw new IllegalStateException("The engine was closed.");
        }
        iv.set(U32, 0, block);
        iv.set(U32, 4, head);
        iv.set(U64, 8, counter);
        LibCrypto.encryptInit(cipherContext, 0, keyAddress, ivAddress);
        LibCrypto.encryptUpdate(cipherContext, out, outLengthAddress, in, length);
    }

    // Zeros up to a multiple of 16; returns where they end.
    private static long pad(MemorySegment buffer, long end, int length) {
        long padded = end + (-length & 15);
        for (long i = end; i < padded; i++) {
            buffer.set(JAVA_BYTE, i, (byte) 0);
        }
        return padded;
    }

    private static void lengths(MemorySegment buffer, long at, long additional, long length) {
        buffer.set(U64, at, additional);
        buffer.set(U64, at + 8, length);
    }

    private void forgetKey() {
        current = null;
        if (cipherContext != 0) {
            shortKey.fill((byte) 0);
            LibCrypto.encryptInit(cipherContext, 0, shortKey.address(), ivAddress);
        }
    }

    // ---- short messages, through native scratch

    @Override
    public void seal(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        seal(key32, 0, counter, aad, in, at, length, out, to);
    }

    @Override
    public boolean open(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        return open(key32, 0, counter, aad, in, at, length, out, to);
    }

    void seal(byte[] key32, int head, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        Objects.checkFromIndexSize(at, length, in.length);
        Objects.checkFromIndexSize(to, length + TAG_LENGTH, out.length);
        shortStream(key32, head, counter, aad, in, at, length);
        shortMac(shortOut, aad, length);
        MemorySegment.copy(shortOut, JAVA_BYTE, SHORT_AT, out, to, length);
        MemorySegment.copy(tag, JAVA_BYTE, 0, out, to + length, TAG_LENGTH);
        wipeShort(aad.length, length);
    }

    boolean open(byte[] key32, int head, long counter, byte[] aad, byte[] in, int at, int sealed, byte[] out, int to) {
        Objects.checkFromIndexSize(at, sealed, in.length);
        int length = sealed - TAG_LENGTH;
        if (length < 0) {
            return false;
        }
        Objects.checkFromIndexSize(to, length, out.length);
        shortStream(key32, head, counter, aad, in, at, length);
        shortMac(shortIn, aad, length);
        long difference = 0;
        for (int i = 0; i < TAG_LENGTH; i++) {
            difference |= in[at + length + i] ^ tag.get(JAVA_BYTE, i);
        }
        if (difference == 0) {
            MemorySegment.copy(shortOut, JAVA_BYTE, SHORT_AT, out, to, length);
        }
        wipeShort(aad.length, length);
        return difference == 0;
    }

    // Message to shortIn, keystream block 0 and the other text to shortOut.
    private void shortStream(byte[] key32, int head, long counter, byte[] aad, byte[] in, int at, int length) {
        if (length > LONGEST_SHORT || aad.length > LONGEST_SHORT - TAG_LENGTH) {
            throw new IllegalArgumentException("Longer than " + LONGEST_SHORT + " bytes.");
        }
        shortKey(key32);
        MemorySegment.copy(in, at, shortIn, JAVA_BYTE, SHORT_AT, length);
        int whole = BLOCK + ((length + BLOCK - 1) & -BLOCK);
        shortIn.asSlice(SHORT_AT - BLOCK, BLOCK).fill((byte) 0);
        run(
                shortKey.address(),
                0,
                head,
                counter,
                shortIn.address() + SHORT_AT - BLOCK,
                shortOut.address() + SHORT_AT - BLOCK,
                whole);
    }

    private void shortKey(byte[] key32) {
        current = null;
        MemorySegment.copy(key32, 0, shortKey, JAVA_BYTE, 0, KEY_LENGTH);
    }

    // Poly1305 over the ciphertext in `text`, with the additional data put before it; the tag goes to [#tag].
    private void shortMac(MemorySegment text, byte[] aad, int length) {
        shortKey.copyFrom(shortOut.asSlice(SHORT_AT - BLOCK, KEY_LENGTH));
        int padding = -aad.length & 15;
        long start = (long) SHORT_AT - padding - aad.length;
        MemorySegment.copy(aad, 0, text, JAVA_BYTE, start, aad.length);
        pad(text, start + aad.length, aad.length);
        long afterPad = pad(text, SHORT_AT + (long) length, length);
        lengths(text, afterPad, aad.length, length);
        LibCrypto.mac(
                macContext,
                shortKey.address(),
                KEY_LENGTH,
                text.address() + start,
                afterPad + TAG_LENGTH - start,
                tagAddress,
                outLengthAddress);
    }

    private void wipeShort(int additional, int length) {
        forgetKey();
        long from = Math.max(0, SHORT_AT - BLOCK - TAG_LENGTH - additional);
        long end = Math.min(SHORT_SIZE, SHORT_AT + length + BEHIND);
        shortIn.asSlice(from, end - from).fill((byte) 0);
        shortOut.asSlice(from, end - from).fill((byte) 0);
        tag.fill((byte) 0);
    }

    @Override
    public void sealX(
            byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        var subkey = subkey(key32, nonce, nonceAt);
        seal(subkey, XNonce.tail(nonce, nonceAt), aad, in, at, length, out, to);
        Arrays.fill(subkey, (byte) 0);
    }

    @Override
    public boolean openX(
            byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        var subkey = subkey(key32, nonce, nonceAt);
        try {
            return open(subkey, XNonce.tail(nonce, nonceAt), aad, in, at, length, out, to);
        } finally {
            Arrays.fill(subkey, (byte) 0);
        }
    }

    private byte[] subkey(byte[] key32, byte[] nonce, int nonceAt) {
        var state = MemorySegment.ofArray(nonce).asSlice(nonceAt, XNonce.LENGTH);
        shortKey(key32);
        shortIn.asSlice(0, BLOCK).fill((byte) 0);
        run(
                shortKey.address(),
                state.get(U32, 0),
                state.get(U32, 4),
                state.get(U64, 8),
                shortIn.address(),
                shortOut.address(),
                BLOCK);
        var block = new byte[BLOCK];
        MemorySegment.copy(shortOut, JAVA_BYTE, 0, block, 0, BLOCK);
        wipeShort(SHORT_AT - BLOCK, 0);
        return XNonce.subkey(block, nonce, nonceAt);
    }

    @Override
    public String describe() {
        return LibCrypto.version() + " (ChaCha20 + Poly1305)";
    }

    @Override
    public void close() {
        if (cipherContext != 0) {
            forgetKey();
            LibCrypto.cipherContextFree(cipherContext);
            LibCrypto.macContextFree(macContext);
            LibCrypto.cipherFree(cipher);
            LibCrypto.macFree(mac);
            cipherContext = 0;
            macContext = 0;
            cipher = 0;
            mac = 0;
        }
    }
}
