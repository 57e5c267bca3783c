package dev.warren.crypto.primitive;

import dev.warren.crypto.key.KeyCells;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/// ChaCha20-Poly1305 of the JDK, used where libcrypto is missing. Slower, and the provider allocates a few
/// small objects per packet. It also copies each key to the heap, keeps the last one until the next is
/// used, and leaves the others to the garbage collector: those cannot be wiped.
public final class JdkAead implements Aead {
    private static final int NONCE_LENGTH = 12;
    private static final int BLOCK = 64;

    private final KeyCells cells;
    private final Cipher cipher;
    private final Cipher stream;
    private final byte[] nonce = new byte[NONCE_LENGTH];
    private final ByteBuffer nonceWords = ByteBuffer.wrap(nonce).order(ByteOrder.LITTLE_ENDIAN);
    private final View source = new View();
    private final View destination = new View();

    public JdkAead(KeyCells cells) {
        this.cells = cells;
        try {
            cipher = Cipher.getInstance("ChaCha20-Poly1305");
            stream = Cipher.getInstance("ChaCha20");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK has no ChaCha20-Poly1305.", e);
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
        private final Handle handle;
        private boolean closed;

        private Key(MemorySegment bytes) {
            this.bytes = bytes;
            this.handle = new Handle(bytes.asSlice(0, KEY_LENGTH));
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
                cells.giveBack(bytes);
            }
        }
    }

    /// A key for the JDK, backed by off-heap memory.
    private record Handle(MemorySegment bytes) implements SecretKey {
        @Override
        public String getAlgorithm() {
            return "ChaCha20";
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        // A heap copy, which the provider wipes or keeps.
        @Override
        public byte[] getEncoded() {
            return bytes.toArray(ValueLayout.JAVA_BYTE);
        }

        @Override
        public String toString() {
            return "Handle[hidden]";
        }
    }

    /// Caches the buffer of the last segment, which is nearly always the same.
    private static final class View {
        private MemorySegment segment = MemorySegment.NULL;
        private ByteBuffer buffer = ByteBuffer.allocate(0);

        ByteBuffer of(MemorySegment wanted, long at, long length) {
            if (wanted != segment) {
                buffer = wanted.asByteBuffer();
                segment = wanted;
            }
            Objects.checkFromIndexSize(at, length, wanted.byteSize());
            return buffer.limit((int) (at + length)).position((int) at);
        }
    }

    void sealPacket(
            Key key, int head, long counter, MemorySegment src, long at, int length, MemorySegment dst, long to) {
        ready(key);
        try {
            init(Cipher.ENCRYPT_MODE, key.handle, head, counter);
            cipher.doFinal(source.of(src, at, length), destination.of(dst, to, length + (long) TAG_LENGTH));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20-Poly1305 of the JDK failed.", e);
        }
    }

    boolean openPacket(
            Key key, int head, long counter, MemorySegment src, long at, int sealed, MemorySegment dst, long to) {
        ready(key);
        int length = sealed - TAG_LENGTH;
        if (length < 0) {
            return false;
        }
        try {
            init(Cipher.DECRYPT_MODE, key.handle, head, counter);
            cipher.doFinal(source.of(src, at, sealed), destination.of(dst, to, length));
            return true;
        } catch (AEADBadTagException e) {
            dst.asSlice(to, length).fill((byte) 0);
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20-Poly1305 of the JDK failed.", e);
        }
    }

    private static void ready(Key key) {
        if (key.closed) {
            throw new IllegalStateException("The key was closed.");
        }
    }

    private void init(int mode, SecretKey key, int head, long counter) throws GeneralSecurityException {
        nonceWords.putInt(0, head).putLong(4, counter);
        // The provider also refuses a key and counter equal to those of the last encryption.
        cipher.init(mode, key, new IvParameterSpec(nonce));
    }

    // ---- short messages

    @Override
    public void seal(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        seal(key32, 0, counter, aad, in, at, length, out, to);
    }

    @Override
    public boolean open(byte[] key32, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        return open(key32, 0, counter, aad, in, at, length, out, to);
    }

    void seal(byte[] key32, int head, long counter, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        try {
            init(Cipher.ENCRYPT_MODE, new Handle(MemorySegment.ofArray(key32)), head, counter);
            cipher.updateAAD(aad);
            cipher.doFinal(in, at, length, out, to);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20-Poly1305 of the JDK failed.", e);
        }
    }

    boolean open(byte[] key32, int head, long counter, byte[] aad, byte[] in, int at, int sealed, byte[] out, int to) {
        Objects.checkFromIndexSize(at, sealed, in.length);
        if (sealed < TAG_LENGTH) {
            return false;
        }
        try {
            init(Cipher.DECRYPT_MODE, new Handle(MemorySegment.ofArray(key32)), head, counter);
            cipher.updateAAD(aad);
            var plain = cipher.doFinal(in, at, sealed);
            System.arraycopy(plain, 0, out, to, plain.length);
            Arrays.fill(plain, (byte) 0);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20-Poly1305 of the JDK failed.", e);
        }
    }

    @Override
    public void sealX(
            byte[] key32, byte[] xnonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        var subkey = subkey(key32, xnonce, nonceAt);
        try {
            seal(subkey, XNonce.tail(xnonce, nonceAt), aad, in, at, length, out, to);
        } finally {
            Arrays.fill(subkey, (byte) 0);
        }
    }

    @Override
    public boolean openX(
            byte[] key32, byte[] xnonce, int nonceAt, byte[] aad, byte[] in, int at, int length, byte[] out, int to) {
        var subkey = subkey(key32, xnonce, nonceAt);
        try {
            return open(subkey, XNonce.tail(xnonce, nonceAt), aad, in, at, length, out, to);
        } finally {
            Arrays.fill(subkey, (byte) 0);
        }
    }

    private byte[] subkey(byte[] key32, byte[] xnonce, int nonceAt) {
        try {
            var tail = Arrays.copyOfRange(xnonce, nonceAt + 4, nonceAt + 16);
            var parameters = new ChaCha20ParameterSpec(tail, XNonce.blockCounter(xnonce, nonceAt));
            // Decryption gives the same stream and, unlike encryption, may be repeated with one nonce.
            stream.init(Cipher.DECRYPT_MODE, new Handle(MemorySegment.ofArray(key32)), parameters);
            return XNonce.subkey(stream.doFinal(new byte[BLOCK]), xnonce, nonceAt);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20 of the JDK failed.", e);
        }
    }

    @Override
    public String describe() {
        return "JDK " + Runtime.version().feature() + " ChaCha20-Poly1305";
    }

    /// Makes the provider drop the last key.
    @Override
    public void close() {
        try {
            var none = new Handle(MemorySegment.ofArray(new byte[KEY_LENGTH]));
            cipher.init(Cipher.DECRYPT_MODE, none, new IvParameterSpec(new byte[NONCE_LENGTH]));
            stream.init(Cipher.DECRYPT_MODE, none, new ChaCha20ParameterSpec(new byte[NONCE_LENGTH], 0));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20-Poly1305 of the JDK failed.", e);
        }
    }
}
