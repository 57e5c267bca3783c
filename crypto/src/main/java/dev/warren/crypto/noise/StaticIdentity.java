package dev.warren.crypto.noise;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.key.X25519;
import dev.warren.crypto.suite.Suite;

/// The static key pair of a device. Immutable; usable from any thread. Owns the private key: [#close] wipes
/// it.
public final class StaticIdentity implements AutoCloseable {
    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    public StaticIdentity(PrivateKey key, X25519 x25519) {
        this.privateKey = key;
        this.publicKey = x25519.publicKey(key);
    }

    public StaticIdentity(PrivateKey key, Suite suite) {
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
