package dev.warren.crypto.primitive;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.crypto.key.KeyCells;
import dev.warren.crypto.key.KeyMemory;
import dev.warren.crypto.openssl.ChaChaPoly;
import dev.warren.crypto.openssl.LibCrypto;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// libcrypto's ChaCha20 and Poly1305, composed as in RFC 8439 §2.8. libcrypto's own ChaCha20-Poly1305 makes
/// a separate call of 64 bytes for the Poly1305 key and encrypts a partial last block byte by byte. Here 64
/// zero bytes and the packet, rounded up to whole blocks, go through one ChaCha20 call, whose first block
/// is the Poly1305 key; then all authenticated data go through one Poly1305 call.
///
/// One cipher context serves all keys: while the key stays the same, only the nonce is set.
public final class OpenSslAead implements Aead {
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK = 64;

    // Bytes that a call may write after the end of a packet: last block, padding, lengths.
    private static final int BEHIND = MARGIN + TAG_LENGTH;

    // Layout of a short message: margin, additional data, message, margin.
    private static final int SHORT_AT = BLOCK + LONGEST_SHORT;
    private static final int SHORT_SIZE = SHORT_AT + LONGEST_SHORT + TAG_LENGTH + BEHIND;

    // The whole address space. Ranges checked once in [#bound] are accessed by address, so that the
    // compiler emits no check of bounds, lifetime and owner for each word: half the code, and half the time
    // to compile it.
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final KeyCells cells;
    private final Arena arena = Arena.ofAuto();
    // Block counter (always 0), then the nonce of 12 bytes.
    private final MemorySegment iv = arena.allocate(16, 16);
    private final MemorySegment outLength = arena.allocate(8, 8);
    private final SegmentAllocator scratch =
            SegmentAllocator.slicingAllocator(KeyMemory.pages(4 * BLOCK + 2 * SHORT_SIZE));
    private final MemorySegment tag = scratch.allocate(TAG_LENGTH, 16);
    private final MemorySegment shortKey = scratch.allocate(KEY_LENGTH, 16);
    private final MemorySegment shortIn = scratch.allocate(SHORT_SIZE, 64);
    private final MemorySegment shortOut = scratch.allocate(SHORT_SIZE, 64);
    private final long ivAddress = iv.address();
    private final long outLengthAddress = outLength.address();
    private final long tagAddress = tag.address();

    private final ChaChaPoly functions;
    private boolean closed;

    /// The key set in the cipher context; null when that is not certain.
    private @Nullable Key current;

    /// @throws IllegalStateException with a sentence when libcrypto has no ChaCha20 or no Poly1305
    public OpenSslAead(KeyCells cells) {
        this(cells, new ChaChaPoly());
    }

    /// Uses functions of the caller's, and closes them with itself. For tests.
    OpenSslAead(KeyCells cells, ChaChaPoly functions) {
        this.cells = cells;
        this.functions = functions;
        try {
            functions.init(shortKey.address(), ivAddress);
        } catch (RuntimeException e) {
            functions.close();
            throw e;
        }
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
                try {
                    if (current == this) {
                        forgetKey();
                    }
                } finally {
                    cells.giveBack(bytes);
                }
            }
        }
    }

    /// `head` is the first 4 bytes of the nonce, which are zero in WireGuard.
    void sealPacket(
            Key key, int head, long counter, MemorySegment src, long at, int length, MemorySegment dst, long to) {
        int whole = bound(src, at, length, dst, to);
        boolean done = false;
        try {
            seal(key, head, counter, src.address() + at, length, dst.address() + to, whole);
            done = true;
        } finally {
            if (!done) {
                wipe(dst, to, whole, length);
            }
            Reference.reachabilityFence(src);
            Reference.reachabilityFence(dst);
            Reference.reachabilityFence(this);
        }
    }

    private void seal(Key key, int head, long counter, long from, int length, long to, int whole) {
        long ks = to - BLOCK;
        long s0 = word(ks), s1 = word(ks + 8), s2 = word(ks + 16), s3 = word(ks + 24);
        long s4 = word(ks + 32), s5 = word(ks + 40), s6 = word(ks + 48), s7 = word(ks + 56);
        try {
            stream(key, head, counter, from, to, whole);

            long end = to + length;
            long afterPad = pad(end, length);
            word(afterPad, 0);
            word(afterPad + 8, length);
            functions.mac(ks, to, afterPad + TAG_LENGTH - to, end, outLengthAddress);
        } finally {
            // Restores the end of the datagram before this one, which the one-time key of Poly1305 has
            // overwritten.
            word(ks, s0);
            word(ks + 8, s1);
            word(ks + 16, s2);
            word(ks + 24, s3);
            word(ks + 32, s4);
            word(ks + 40, s5);
            word(ks + 48, s6);
            word(ks + 56, s7);
        }
    }

    // Wipes the output of a call that failed halfway.
    private static void wipe(MemorySegment dst, long to, int whole, int length) {
        dst.asSlice(to, Math.max(whole, length + TAG_LENGTH)).fill((byte) 0);
    }

    /// `head` is the first 4 bytes of the nonce, which are zero in WireGuard.
    boolean openPacket(
            Key key, int head, long counter, MemorySegment src, long at, int sealed, MemorySegment dst, long to) {
        int length = sealed - TAG_LENGTH;
        if (length < 0) {
            return false;
        }
        int whole = bound(src, at, length, dst, to);
        boolean opened = false;
        try {
            opened = open(key, head, counter, src.address() + at, length, dst.address() + to, whole);
            return opened;
        } finally {
            if (!opened) {
                wipe(dst, to, whole, length);
            }
            Reference.reachabilityFence(src);
            Reference.reachabilityFence(dst);
            Reference.reachabilityFence(this);
        }
    }

    // The caller wipes the output at `to` unless this returns true.
    private boolean open(Key key, int head, long counter, long from, int length, long to, int whole) {
        long ks = to - BLOCK;
        long s0 = word(ks), s1 = word(ks + 8), s2 = word(ks + 16), s3 = word(ks + 24);
        long s4 = word(ks + 32), s5 = word(ks + 40), s6 = word(ks + 48), s7 = word(ks + 56);
        // Padding and lengths are written over the tag and up to 15 bytes after it, and restored.
        long end = from + length;
        long t0 = word(end), t1 = word(end + 8);
        long b0 = word(end + 16), b1 = word(end + 24);
        try {
            stream(key, head, counter, from, to, whole);
            long afterPad = pad(end, length);
            word(afterPad, 0);
            word(afterPad + 8, length);
            functions.mac(ks, from, afterPad + TAG_LENGTH - from, tagAddress, outLengthAddress);
        } finally {
            word(end, t0);
            word(end + 8, t1);
            word(end + 16, b0);
            word(end + 24, b1);
            word(ks, s0);
            word(ks + 8, s1);
            word(ks + 16, s2);
            word(ks + 24, s3);
            word(ks + 32, s4);
            word(ks + 40, s5);
            word(ks + 48, s6);
            word(ks + 56, s7);
        }
        // Both words are always compared: constant time.
        return ((t0 ^ word(tagAddress)) | (t1 ^ word(tagAddress + 8))) == 0;
    }

    // Checks the caller's segments before their addresses go to libcrypto and to [#word]; the only place
    // that does. Returns the length in whole blocks.
    private static int bound(MemorySegment src, long at, int length, MemorySegment dst, long to) {
        if (!src.isNative() || !dst.isNative()) {
            throw new IllegalArgumentException("Packets lie in native segments.");
        }
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("A packet cannot be written to what is only for reading.");
        }
        var thread = Thread.currentThread();
        if (!src.isAccessibleBy(thread) || !dst.isAccessibleBy(thread)) {
            throw new WrongThreadException("The memory of a packet is another thread's.");
        }
        if (!src.scope().isAlive() || !dst.scope().isAlive()) {
            throw new IllegalStateException("The memory of a packet was closed.");
        }
        long whole = (length + (BLOCK - 1L)) & -BLOCK;
        long touched = BLOCK + Math.max(whole, length + 32L);
        Objects.checkFromIndexSize(at - BLOCK, touched, src.byteSize());
        Objects.checkFromIndexSize(to - BLOCK, touched, dst.byteSize());
        if (length < 0 || whole > Integer.MAX_VALUE - BLOCK) {
            throw new IndexOutOfBoundsException(length);
        }
        return (int) whole;
    }

    // Writes keystream block 0 to `to` - 64 and the encrypted message after it.
    private void stream(Key key, int head, long counter, long from, long to, int whole) {
        if (key.closed) {
            throw new IllegalStateException("The key was closed.");
        }
        long keyAddress = 0;
        if (current != key) {
            keyAddress = key.bytes.address();
            current = null;
        }
        long block = from - BLOCK;
        word(block, 0);
        word(block + 8, 0);
        word(block + 16, 0);
        word(block + 24, 0);
        word(block + 32, 0);
        word(block + 40, 0);
        word(block + 48, 0);
        word(block + 56, 0);
        iv(0, head, counter);
        functions.init(keyAddress, ivAddress);
        if (keyAddress != 0) {
            current = key;
        }
        functions.update(to - BLOCK, outLengthAddress, block, BLOCK + whole);
    }

    private void iv(int block, int head, long counter) {
        if (closed) {
            throw new IllegalStateException("The engine was closed.");
        }
        word(ivAddress, Integer.toUnsignedLong(block) | (long) head << 32);
        word(ivAddress + 8, counter);
    }

    // Writes zeros up to a multiple of 16 and returns the address after them.
    private static long pad(long end, int length) {
        long padded = end + (-length & 15);
        for (long i = end; i < padded; i++) {
            MEMORY.set(JAVA_BYTE, i, (byte) 0);
        }
        return padded;
    }

    private static long word(long address) {
        return MEMORY.get(U64, address);
    }

    private static void word(long address, long value) {
        MEMORY.set(U64, address, value);
    }

    private void forgetKey() {
        current = null;
        shortKey.fill((byte) 0);
        if (!closed) {
            functions.init(shortKey.address(), ivAddress);
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
        checkShort(aad, length);
        try {
            shortStream(key32, head, counter, in, at, length);
            shortMac(shortOut, aad, length);
            MemorySegment.copy(shortOut, JAVA_BYTE, SHORT_AT, out, to, length);
            MemorySegment.copy(tag, JAVA_BYTE, 0, out, to + length, TAG_LENGTH);
        } finally {
            wipeShort(aad.length, length);
        }
    }

    boolean open(byte[] key32, int head, long counter, byte[] aad, byte[] in, int at, int sealed, byte[] out, int to) {
        Objects.checkFromIndexSize(at, sealed, in.length);
        int length = sealed - TAG_LENGTH;
        if (length < 0) {
            return false;
        }
        Objects.checkFromIndexSize(to, length, out.length);
        checkShort(aad, length);
        try {
            shortStream(key32, head, counter, in, at, length);
            shortMac(shortIn, aad, length);
            long difference = 0;
            for (int i = 0; i < TAG_LENGTH; i++) {
                difference |= in[at + length + i] ^ tag.get(JAVA_BYTE, i);
            }
            if (difference == 0) {
                MemorySegment.copy(shortOut, JAVA_BYTE, SHORT_AT, out, to, length);
            }
            return difference == 0;
        } finally {
            wipeShort(aad.length, length);
        }
    }

    private static void checkShort(byte[] aad, int length) {
        if (length > LONGEST_SHORT || aad.length > LONGEST_SHORT - TAG_LENGTH) {
            throw new IllegalArgumentException("Longer than " + LONGEST_SHORT + " bytes.");
        }
    }

    // Copies the message to shortIn; writes keystream block 0 and the result to shortOut.
    private void shortStream(byte[] key32, int head, long counter, byte[] in, int at, int length) {
        MemorySegment.copy(in, at, shortIn, JAVA_BYTE, SHORT_AT, length);
        int whole = BLOCK + ((length + BLOCK - 1) & -BLOCK);
        shortIn.asSlice(SHORT_AT - BLOCK, BLOCK).fill((byte) 0);
        shortRun(key32, 0, head, counter, SHORT_AT - BLOCK, whole);
    }

    // Runs ChaCha20 from shortIn to shortOut.
    private void shortRun(byte[] key32, int block, int head, long counter, int at, int length) {
        current = null;
        iv(block, head, counter);
        MemorySegment.copy(key32, 0, shortKey, JAVA_BYTE, 0, KEY_LENGTH);
        functions.init(shortKey.address(), ivAddress);
        functions.update(shortOut.address() + at, outLengthAddress, shortIn.address() + at, length);
    }

    // Copies the additional data before the ciphertext in `text` and writes its Poly1305 to [#tag].
    private void shortMac(MemorySegment text, byte[] aad, int length) {
        shortKey.copyFrom(shortOut.asSlice(SHORT_AT - BLOCK, KEY_LENGTH));
        int padding = -aad.length & 15;
        long start = (long) SHORT_AT - padding - aad.length;
        MemorySegment.copy(aad, 0, text, JAVA_BYTE, start, aad.length);
        pad(text.address() + start + aad.length, aad.length);
        long afterPad = pad(text.address() + SHORT_AT + length, length) - text.address();
        text.set(U64, afterPad, aad.length);
        text.set(U64, afterPad + 8, length);
        functions.mac(
                shortKey.address(),
                text.address() + start,
                afterPad + TAG_LENGTH - start,
                tagAddress,
                outLengthAddress);
    }

    private void wipeShort(int additional, int length) {
        long from = Math.max(0, SHORT_AT - BLOCK - TAG_LENGTH - additional);
        long end = Math.min(SHORT_SIZE, SHORT_AT + length + BEHIND);
        shortIn.asSlice(from, end - from).fill((byte) 0);
        shortOut.asSlice(from, end - from).fill((byte) 0);
        tag.fill((byte) 0);
        forgetKey();
    }

    /// True when short messages and their keys are wiped. For tests.
    boolean scratchIsZero() {
        long any = 0;
        for (var scratch : new MemorySegment[] {shortKey, shortIn, shortOut, tag}) {
            for (long i = 0; i < scratch.byteSize(); i++) {
                any |= scratch.get(JAVA_BYTE, i);
            }
        }
        return any == 0;
    }

    @Override
    public void sealX(
            byte[] key32, byte[] nonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        var subkey = subkey(key32, nonce, nonceAt);
        try {
            seal(subkey, XNonce.tail(nonce, nonceAt), aad, in, at, length, out, to);
        } finally {
            Arrays.fill(subkey, (byte) 0);
        }
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
        var block = new byte[BLOCK];
        try {
            shortIn.asSlice(0, BLOCK).fill((byte) 0);
            shortRun(key32, state.get(U32, 0), state.get(U32, 4), state.get(U64, 8), 0, BLOCK);
            MemorySegment.copy(shortOut, JAVA_BYTE, 0, block, 0, BLOCK);
        } finally {
            wipeShort(SHORT_AT - BLOCK, 0);
        }
        return XNonce.subkey(block, nonce, nonceAt);
    }

    @Override
    public String describe() {
        return LibCrypto.version() + " (ChaCha20 + Poly1305)";
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            current = null;
            shortKey.fill((byte) 0);
            functions.close();
        }
    }
}
