package dev.warren.crypto.noise;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.key.X25519;
import dev.warren.crypto.primitive.SymmetricState;
import dev.warren.crypto.suite.Suite;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A fresh ephemeral key for one response and its Diffie-Hellmans with both keys of the initiator
/// (whitepaper §5.4.3). With the public key of the ephemeral one these are three of the four scalar
/// multiplications of a response. They need only public keys of the peer, so another thread than that of
/// the handshake may compute them. Make it for authenticated initiations only. [#close] wipes it.
public final class ResponderDh implements AutoCloseable {
    private final byte[] remoteEphemeral;
    private final byte[] ephemeral = new byte[PublicKey.LENGTH];
    // On the heap because they change threads.
    private final byte[] withEphemeral = new byte[X25519.LENGTH];
    private final byte[] withStatic = new byte[X25519.LENGTH];

    private ResponderDh(byte[] remoteEphemeral) {
        this.remoteEphemeral = remoteEphemeral;
    }

    /// Generates the ephemeral key and computes both Diffie-Hellmans.
    ///
    /// @param suite of the calling thread
    /// @param remoteEphemeral 32 bytes of [ReceivedInitiation#ephemeral]; kept, must not change
    /// @param remote static public key of the initiator
    /// @return null when a result is zero: one of the keys is a point of low order
    public static @Nullable ResponderDh make(
            Suite suite, SecureRandom random, byte[] remoteEphemeral, PublicKey remote) {
        var made = new ResponderDh(remoteEphemeral);
        var x25519 = suite.x25519();
        var cell = suite.keyCells().take();
        try (var key = new PrivateKey(cell.asSlice(0, PrivateKey.LENGTH))) {
            key.regenerate(random, made.withStatic);
            x25519.publicKey(key, made.ephemeral, 0);
            //
            boolean nonZero = x25519.agree(key, remoteEphemeral, 0, made.withEphemeral)
                    && x25519.agree(key, remote, made.withStatic);
            x25519.forget(key);
            if (nonZero) {
                return made;
            }
            made.close();
            return null;
        } finally {
            suite.keyCells().giveBack(cell);
        }
    }

    /// True when this was made for the initiation with this ephemeral key.
    boolean belongsTo(byte[] remoteEphemeral) {
        return MessageDigest.isEqual(this.remoteEphemeral, remoteEphemeral);
    }

    /// Our public ephemeral key.
    byte[] ephemeral() {
        return ephemeral;
    }

    void loadWithEphemeral(SymmetricState symmetric) {
        System.arraycopy(withEphemeral, 0, symmetric.shared, 0, X25519.LENGTH);
    }

    void loadWithStatic(SymmetricState symmetric) {
        System.arraycopy(withStatic, 0, symmetric.shared, 0, X25519.LENGTH);
    }

    @Override
    public void close() {
        Arrays.fill(withEphemeral, (byte) 0);
        Arrays.fill(withStatic, (byte) 0);
    }
}
