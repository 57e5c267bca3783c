package dev.warren.crypto.primitive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.warren.crypto.key.PublicKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Chaining key, hash and cipher key of Noise (Noise §5.2), as in WireGuard (whitepaper §5.4). One per
/// thread, as scratch: a handshake is loaded into it for each step and wiped afterwards, so that secrets
/// are on the heap for microseconds only.
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

    /// Receives the result of a Diffie-Hellman, 32 bytes, before it is mixed in.
    public final byte[] shared = new byte[LENGTH];

    public SymmetricState(Blake2s blake2s, Aead aead) {
        this.blake2s = blake2s;
        this.kdf = new Kdf(blake2s);
        this.aead = aead;
        blake2s.hash(CONSTRUCTION, EMPTY, 0, 0, initialChainKey);
        blake2s.hash(initialChainKey, IDENTIFIER, 0, IDENTIFIER.length, initialHash);
    }

    /// Starts a handshake with this responder.
    public void begin(PublicKey responder) {
        System.arraycopy(initialChainKey, 0, chainKey, 0, LENGTH);
        blake2s.hash(initialHash, responder.raw(), 0, LENGTH, hash);
    }

    /// Loads chaining key and hash, 64 bytes written by [#save].
    public void load(MemorySegment chainKeyAndHash, long at) {
        MemorySegment.copy(chainKeyAndHash, ValueLayout.JAVA_BYTE, at, chainKey, 0, LENGTH);
        MemorySegment.copy(chainKeyAndHash, ValueLayout.JAVA_BYTE, at + LENGTH, hash, 0, LENGTH);
    }

    /// Writes chaining key and hash, 64 bytes.
    public void save(MemorySegment chainKeyAndHash, long at) {
        MemorySegment.copy(chainKey, 0, chainKeyAndHash, ValueLayout.JAVA_BYTE, at, LENGTH);
        MemorySegment.copy(hash, 0, chainKeyAndHash, ValueLayout.JAVA_BYTE, at + LENGTH, LENGTH);
    }

    void mixHash(byte[] data, int at, int length) {
        blake2s.hash(hash, data, at, length, hash);
    }

    /// Mixes an ephemeral public key, 32 bytes at `message + at`, into hash and chaining key.
    public void mixEphemeral(byte[] message, int at) {
        mixHash(message, at, LENGTH);
        kdf.derive(chainKey, message, at, LENGTH, chainKey);
    }

    /// Mixes [#shared] into the chaining key and wipes it.
    public void mixShared() {
        kdf.derive(chainKey, shared, 0, LENGTH, chainKey);
        Arrays.fill(shared, (byte) 0);
    }

    /// Mixes [#shared] into the chaining key, derives a cipher key, and wipes [#shared].
    public void mixSharedToKey() {
        kdf.derive(chainKey, shared, 0, LENGTH, chainKey, key);
        Arrays.fill(shared, (byte) 0);
    }

    /// Mixes in a preshared key, 32 bytes at `psk + at`, and derives a cipher key.
    public void mixPresharedKey(MemorySegment psk, long at) {
        MemorySegment.copy(psk, ValueLayout.JAVA_BYTE, at, shared, 0, LENGTH);
        kdf.derive(chainKey, shared, 0, LENGTH, chainKey, mixed, key);
        Arrays.fill(shared, (byte) 0);
        mixHash(mixed, 0, LENGTH);
        Arrays.fill(mixed, (byte) 0);
    }

    /// Encrypts `length` bytes to `message + to`, with the tag after them, and mixes the result into the hash.
    public void encryptAndHash(byte[] plain, int at, int length, byte[] message, int to) {
        aead.seal(key, 0, hash, plain, at, length, message, to);
        mixHash(message, to, length + Aead.TAG_LENGTH);
    }

    /// Decrypts `length` bytes, tag included, to the start of `plain`, and mixes the ciphertext into the
    /// hash. False on a bad tag, and then nothing is changed.
    public boolean decryptAndHash(byte[] message, int at, int length, byte[] plain) {
        if (!aead.open(key, 0, hash, message, at, length, plain, 0)) {
            return false;
        }
        mixHash(message, at, length);
        return true;
    }

    /// Derives the two transport keys, 32 bytes each: the one the initiator sends with, and the
    /// responder's. Then wipes this state.
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
