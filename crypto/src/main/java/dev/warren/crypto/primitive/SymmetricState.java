package dev.warren.crypto.primitive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.warren.crypto.key.PublicKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Chaining key, hash and cipher key of Noise (Noise §5.2), as WireGuard runs it (whitepaper §5.4). There
/// is one per thread: a scratch into which a handshake is loaded for each step and from which it is wiped
/// after it, so that secrets stay on the heap for microseconds.
public final class SymmetricState {
    private static final int LENGTH = Blake2s.LENGTH;
    private static final byte[] EMPTY = {};
    private static final byte[] CONSTRUCTION = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".getBytes(US_ASCII);
    private static final byte[] IDENTIFIER = "WireGuard v1 zx2c4 Jason@zx2c4.com".getBytes(US_ASCII);

    private final Blake2s blake2s;
    private final Kdf kdf;
    private final Aead aead;
    private final byte[] initialChainKey = new byte[LENGTH];
    private final byte[] initialHash = new byte[LENGTH];
    private final byte[] chainKey = new byte[LENGTH];
    private final byte[] hash = new byte[LENGTH];
    private final byte[] key = new byte[LENGTH];
    private final byte[] mixed = new byte[LENGTH];

    /// What a DH writes to before it is mixed in.
    public final byte[] shared = new byte[LENGTH];

    public SymmetricState(Blake2s blake2s, Aead aead) {
        this.blake2s = blake2s;
        this.kdf = new Kdf(blake2s);
        this.aead = aead;
        blake2s.hash(CONSTRUCTION, EMPTY, 0, 0, initialChainKey);
        blake2s.hash(initialChainKey, IDENTIFIER, 0, IDENTIFIER.length, initialHash);
    }

    /// The start of every handshake.
    public void begin(PublicKey responder) {
        System.arraycopy(initialChainKey, 0, chainKey, 0, LENGTH);
        blake2s.hash(initialHash, responder.raw(), 0, LENGTH, hash);
    }

    /// Takes up where [#save] left.
    public void load(MemorySegment chainKeyAndHash, long at) {
        MemorySegment.copy(chainKeyAndHash, ValueLayout.JAVA_BYTE, at, chainKey, 0, LENGTH);
        MemorySegment.copy(chainKeyAndHash, ValueLayout.JAVA_BYTE, at + LENGTH, hash, 0, LENGTH);
    }

    public void save(MemorySegment chainKeyAndHash, long at) {
        MemorySegment.copy(chainKey, 0, chainKeyAndHash, ValueLayout.JAVA_BYTE, at, LENGTH);
        MemorySegment.copy(hash, 0, chainKeyAndHash, ValueLayout.JAVA_BYTE, at + LENGTH, LENGTH);
    }

    void mixHash(byte[] data, int at, int length) {
        blake2s.hash(hash, data, at, length, hash);
    }

    /// Hash and chaining key take up an ephemeral public key.
    public void mixEphemeral(byte[] message, int at) {
        mixHash(message, at, LENGTH);
        kdf.derive(chainKey, message, at, LENGTH, chainKey);
    }

    /// Takes up [#shared] without making a cipher key.
    public void mixShared() {
        kdf.derive(chainKey, shared, 0, LENGTH, chainKey);
        Arrays.fill(shared, (byte) 0);
    }

    /// Takes up [#shared] and makes a cipher key.
    public void mixSharedToKey() {
        kdf.derive(chainKey, shared, 0, LENGTH, chainKey, key);
        Arrays.fill(shared, (byte) 0);
    }

    /// Takes up 32 bytes of a preshared key, and makes a cipher key.
    public void mixPresharedKey(MemorySegment psk, long at) {
        MemorySegment.copy(psk, ValueLayout.JAVA_BYTE, at, shared, 0, LENGTH);
        kdf.derive(chainKey, shared, 0, LENGTH, chainKey, mixed, key);
        Arrays.fill(shared, (byte) 0);
        mixHash(mixed, 0, LENGTH);
        Arrays.fill(mixed, (byte) 0);
    }

    public void encryptAndHash(byte[] plain, int at, int length, byte[] message, int to) {
        aead.seal(key, 0, hash, plain, at, length, message, to);
        mixHash(message, to, length + Aead.TAG_LENGTH);
    }

    /// `length` counts the tag.
    public boolean decryptAndHash(byte[] message, int at, int length, byte[] plain) {
        if (!aead.open(key, 0, hash, message, at, length, plain, 0)) {
            return false;
        }
        mixHash(message, at, length);
        return true;
    }

    /// The two transport keys, that of the initiator first.
    public void split(MemorySegment initiator, MemorySegment responder) {
        kdf.derive(chainKey, EMPTY, 0, 0, shared, mixed);
        MemorySegment.copy(shared, 0, initiator, ValueLayout.JAVA_BYTE, 0, LENGTH);
        MemorySegment.copy(mixed, 0, responder, ValueLayout.JAVA_BYTE, 0, LENGTH);
        wipe();
    }

    public void wipe() {
        Arrays.fill(chainKey, (byte) 0);
        Arrays.fill(hash, (byte) 0);
        Arrays.fill(key, (byte) 0);
        Arrays.fill(mixed, (byte) 0);
        Arrays.fill(shared, (byte) 0);
    }
}
