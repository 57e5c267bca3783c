package dev.warren.crypto.key;

/// Diffie-Hellman on Curve25519 (RFC 7748). Confined to the thread of its Suite.
public sealed interface X25519 extends AutoCloseable
        permits AwsLcX25519, OpenSslX25519, JavaX25519, BouncyCastleX25519 {
    int LENGTH = 32;

    /// Writes the shared secret to `shared`, 32 bytes. False when it is all zero (a low-order point, R-09): `shared` is
    /// zero then and must not be used.
    boolean agree(PrivateKey mine, byte[] theirs, int at, byte[] shared);

    default boolean agree(PrivateKey mine, PublicKey theirs, byte[] shared) {
        return agree(mine, theirs.raw(), 0, shared);
    }

    /// Writes the public key of `mine`, 32 bytes, to `out + at`.
    void publicKey(PrivateKey mine, byte[] out, int at);

    default PublicKey publicKey(PrivateKey mine) {
        var bytes = new byte[LENGTH];
        publicKey(mine, bytes, 0);
        return PublicKey.of(bytes);
    }

    /// Drops and wipes what the engine keeps of a private key, and of all that were closed meanwhile. To be
    /// called on the thread of each engine that may have used the key: when an ephemeral key is about to
    /// change, and when a static key was replaced. It may be closed already.
    void forget(PrivateKey mine);

    /// How many private keys the engine keeps something of.
    int kept();

    String describe();

    @Override
    void close();
}
