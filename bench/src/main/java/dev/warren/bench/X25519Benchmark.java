package dev.warren.bench;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.key.X25519;
import dev.warren.crypto.suite.Engines;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.suite.X25519Choice;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// One Diffie-Hellman, with a static key (an engine may keep what it made of it) and with a fresh one; by each engine
/// that there is. AWS-LC's file is the one that Maven unpacked, or that of `-Dwarren.bench.aws-lc`.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class X25519Benchmark extends ShortRun {
    @Param({"AWSLC", "OPENSSL", "JAVA", "BOUNCYCASTLE"})
    public X25519Choice engine = X25519Choice.AUTO;

    private @Nullable Suite suite;
    private final SecureRandom random = new SecureRandom();
    private final PrivateKey mine = PrivateKey.generate(random);
    private final byte[] theirs = new byte[PublicKey.LENGTH];
    private final byte[] shared = new byte[X25519.LENGTH];

    private Suite suite() {
        if (suite == null) {
            var file = System.getProperty("warren.bench.aws-lc");
            suite = Engines.choose(Suite.Choice.AUTO, engine, file == null ? null : Path.of(file))
                    .open();
        }
        return suite;
    }

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
        suite().close();
    }
}
