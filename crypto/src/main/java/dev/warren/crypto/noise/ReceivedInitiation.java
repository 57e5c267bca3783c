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

/// An initiation whose static key is decrypted but whose sender is not authenticated yet: decrypting the
/// timestamp does that, in [#authenticate] or [Handshake#consumeInitiation]. May be handed to another
/// thread; [#close] wipes it.
public final class ReceivedInitiation implements AutoCloseable {
    private static final int STATIC_LENGTH = PublicKey.LENGTH + 16;

    private final StaticIdentity identity;
    private final PublicKey remoteStatic;
    private final byte[] message;
    // Chaining key and hash after es; on the heap because they change threads.
    private final byte[] state = new byte[2 * Blake2s.LENGTH];
    private byte @Nullable [] timestamp;

    private ReceivedInitiation(StaticIdentity identity, PublicKey remoteStatic, byte[] message) {
        this.identity = identity;
        this.remoteStatic = remoteStatic;
        this.message = message;
    }

    /// Decrypts the static key of an initiation, with one Diffie-Hellman. Does not check MAC1, which
    /// [dev.warren.crypto.cookie.HandshakeGate] does.
    ///
    /// @param message kept; must not change any more
    /// @return null when the message is no initiation, does not authenticate or contains a point of low
    /// order
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

    /// Authenticates the initiator, with one more Diffie-Hellman. Until then anyone who knows both public
    /// keys may have made the message, so it is not worth waking an idle peer.
    ///
    /// @param suite of the calling thread
    /// @return false when the message is forged
    public boolean authenticate(Suite suite) {
        //
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

    /// Decrypts the timestamp once the static-static secret is mixed in, and saves the state after it.
    boolean decryptTimestamp(SymmetricState symmetric) {
        var stamp = new byte[Tai64n.LENGTH];
        if (!symmetric.decryptAndHash(message, InitiationMessage.TIMESTAMP, Tai64n.LENGTH + 16, stamp)) {
            return false;
        }
        symmetric.save(MemorySegment.ofArray(state), 0);
        timestamp = stamp;
        return true;
    }

    /// The TAI64N; null until the message is authenticated.
    byte @Nullable [] timestamp() {
        return timestamp;
    }

    /// Compares the timestamp of an authenticated initiation with another: negative when it is older, 0
    /// when equal.
    ///
    /// @param tai64n 12 bytes
    public int compareTimestamp(byte[] tai64n) {
        return Arrays.compareUnsigned(Objects.requireNonNull(timestamp, "not authenticated"), tai64n);
    }

    /// The static public key in the message: the claimed sender until the message is authenticated.
    public PublicKey remoteStatic() {
        return remoteStatic;
    }

    /// The ephemeral public key in the message, 32 bytes, a copy.
    public byte[] ephemeral() {
        return Arrays.copyOfRange(message, InitiationMessage.EPHEMERAL, InitiationMessage.EPHEMERAL + PublicKey.LENGTH);
    }

    public int senderIndex() {
        return InitiationMessage.sender(message);
    }

    /// Our identity that the message was decrypted with.
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
