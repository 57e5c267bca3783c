package dev.warren.crypto.noise;

import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.primitive.Blake2s;
import dev.warren.crypto.primitive.SymmetricState;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.MessageType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An initiation whose sender is known but not yet proved: its static key was decrypted, its timestamp only after
/// [#authenticate], or by the peer.
/// May be handed to another thread; [#close] wipes.
public final class ReceivedInitiation implements AutoCloseable {
    private static final int STATIC_LENGTH = PublicKey.LENGTH + 16;

    private final StaticIdentity identity;
    private final PublicKey remoteStatic;
    private final byte[] message;
    // Chaining key and hash after es; on the heap because it changes threads.
    private final byte[] state = new byte[2 * Blake2s.LENGTH];
    private byte @Nullable [] timestamp;

    private ReceivedInitiation(StaticIdentity identity, PublicKey remoteStatic, byte[] message) {
        this.identity = identity;
        this.remoteStatic = remoteStatic;
        this.message = message;
    }

    /// One DH and one decryption. Null when the message does not authenticate or carries a low-order point. MAC1 is the
    /// gate's affair. Keeps `message`, which must not change.
    public static @Nullable ReceivedInitiation read(Suite suite, StaticIdentity identity, byte[] message) {
        if (MessageType.classify(message) != MessageType.INITIATION) {
            return null;
        }
        var symmetric = suite.symmetricState();
        try {
            symmetric.begin(identity.publicKey());
            symmetric.mixEphemeral(message, InitiationMessage.EPHEMERAL);
            if (!suite.x25519().agree(identity.privateKey(), message, InitiationMessage.EPHEMERAL, symmetric.shared)) {
                return null;
            }
            symmetric.mixSharedToKey();
            var remote = new byte[PublicKey.LENGTH];
            if (!symmetric.decryptAndHash(message, InitiationMessage.STATIC, STATIC_LENGTH, remote)) {
                return null;
            }
            var received = new ReceivedInitiation(identity, PublicKey.of(remote), message);
            symmetric.save(MemorySegment.ofArray(received.state), 0);
            return received;
        } finally {
            symmetric.wipe();
        }
    }

    /// Proves the sender: one more DH and one decryption. Until then anybody who knows two public keys may have made
    /// it; so no peer need be woken for it before. False when it is forged.
    public boolean authenticate(Suite suite) {
        var symmetric = suite.symmetricState();
        try {
            load(symmetric);
            if (!suite.x25519().agree(identity.privateKey(), remoteStatic, symmetric.shared)) {
                return false;
            }
            symmetric.mixSharedToKey();
            return decryptTimestamp(symmetric);
        } finally {
            symmetric.wipe();
        }
    }

    /// With the key that the static-static secret was mixed to; keeps the state behind it.
    boolean decryptTimestamp(SymmetricState symmetric) {
        var stamp = new byte[Tai64n.LENGTH];
        if (!symmetric.decryptAndHash(message, InitiationMessage.TIMESTAMP, Tai64n.LENGTH + 16, stamp)) {
            return false;
        }
        symmetric.save(MemorySegment.ofArray(state), 0);
        timestamp = stamp;
        return true;
    }

    /// Its TAI64N, once it is authenticated.
    byte @Nullable [] timestamp() {
        return timestamp;
    }

    /// Compares the timestamp of an authenticated initiation with another: negative when it is older, 0 when it is the
    /// same.
    public int compareTimestamp(byte[] tai64n) {
        return Arrays.compareUnsigned(Objects.requireNonNull(timestamp, "not authenticated"), tai64n);
    }

    /// Who says he sent it.
    public PublicKey remoteStatic() {
        return remoteStatic;
    }

    /// The public ephemeral key in it, 32 bytes, a copy.
    public byte[] ephemeral() {
        return Arrays.copyOfRange(message, InitiationMessage.EPHEMERAL, InitiationMessage.EPHEMERAL + PublicKey.LENGTH);
    }

    public int senderIndex() {
        return InitiationMessage.sender(message);
    }

    /// Whom it was sent to.
    public StaticIdentity identity() {
        return identity;
    }

    byte[] message() {
        return message;
    }

    void load(SymmetricState symmetric) {
        symmetric.load(MemorySegment.ofArray(state), 0);
    }

    @Override
    public void close() {
        Arrays.fill(state, (byte) 0);
    }
}
