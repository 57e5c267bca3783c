package dev.warren.crypto.key;

/// Diffie-Hellman on Curve25519 (RFC 7748). Confined to the thread of its Suite.
public sealed interface X25519 extends AutoCloseable
        permits AwsLcX25519, OpenSslX25519, JavaX25519, BouncyCastleX25519 {
    int LENGTH = 32;

    /// Computes a Diffie-Hellman and writes the shared secret to the first 32 bytes of `shared`, which the
    /// caller wipes.
    ///
    /// @param at offset of the 32-byte public key in `theirs`
    /// @return false when the result is all zero because the public key is a point of low order (RFC 7748
    /// §6.1): `shared` is zero then and must not be used
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

    /// Drops and wipes cached state of a private key, and of all keys closed meanwhile. Call it on the
    /// thread of each engine that may have used the key: before an ephemeral key changes, and after a
    /// static key was replaced. The key may be closed already.
    void forget(PrivateKey mine);

    /// Number of private keys the engine has cached.
    int kept();

    /// Name of the library, for the log.
    String describe();

    @Override
    void close();
}
