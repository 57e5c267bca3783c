package dev.warren.bench;

import dev.warren.crypto.noise.PrivateKey;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.crypto.noise.X25519;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// One Diffie-Hellman, with a static key (an engine may keep what it made of it) and with a fresh one.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class X25519Benchmark extends CryptoRun {
    private final SecureRandom random = new SecureRandom();
    private final PrivateKey mine = PrivateKey.generate(random);
    private final byte[] theirs = new byte[PublicKey.LENGTH];
    private final byte[] shared = new byte[X25519.LENGTH];

    @Setup
    public void otherKey() {
        try (var key = PrivateKey.generate(random)) {
            suite().x25519().publicKey(key, theirs, 0);
            suite().x25519().forget(key);
        }
    }

    @Benchmark
    public boolean agree() {
        return suite().x25519().agree(mine, theirs, 0, shared);
    }

    /// A key pair is made, used once and forgotten: two multiplications.
    @Benchmark
    public boolean ephemeral() {
        var x25519 = suite().x25519();
        try (var ephemeral = PrivateKey.generate(random)) {
            x25519.publicKey(ephemeral, shared, 0);
            boolean agreed = x25519.agree(ephemeral, theirs, 0, shared);
            x25519.forget(ephemeral);
            return agreed;
        }
    }

    @TearDown
    public void close() {
        suite().x25519().forget(mine);
        mine.close();
        closeSuite();
    }
}
