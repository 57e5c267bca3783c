package dev.warren.crypto;

import dev.warren.crypto.noise.PrivateKey;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.crypto.noise.X25519;

/// The static key pair of a device. Immutable; usable from any thread. Takes the key over: [#close] wipes it.
public final class LocalIdentity implements AutoCloseable {
    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    public LocalIdentity(PrivateKey key, X25519 x25519) {
        this.privateKey = key;
        this.publicKey = x25519.publicKey(key);
    }

    public LocalIdentity(PrivateKey key, Suite suite) {
        this(key, suite.x25519());
    }

    public PrivateKey privateKey() {
        return privateKey;
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public void close() {
        privateKey.close();
    }
}
