package dev.warren.crypto.suite;

import dev.warren.crypto.key.AwsLcX25519;
import dev.warren.crypto.key.BouncyCastleX25519;
import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.KeyCells;
import dev.warren.crypto.key.OpenSslX25519;
import dev.warren.crypto.key.X25519;
import dev.warren.crypto.openssl.AwsLc;
import dev.warren.crypto.openssl.LibCrypto;
import dev.warren.crypto.primitive.Aead;
import dev.warren.crypto.primitive.JdkAead;
import dev.warren.crypto.primitive.OpenSslAead;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The libraries chosen for cryptography: tested and chosen once, opened for each thread. Immutable; usable
/// from any thread.
public final class Engines implements SuiteOpener {
    private final Function<KeyCells, Aead> aead;
    private final Supplier<X25519> x25519;
    private final String description;
    private final List<String> passedOver;

    private Engines(
            Function<KeyCells, Aead> aead, Supplier<X25519> x25519, String description, List<String> passedOver) {
        this.aead = aead;
        this.x25519 = x25519;
        this.description = description;
        this.passedOver = passedOver;
    }

    /// Chooses the fastest library that is available and passes its self-test, or the requested one.
    ///
    /// @param awsLc the file of AWS-LC's libcrypto, if it is to be used
    /// @throws IllegalStateException with a sentence when the requested library cannot be used
    public static Engines choose(Suite.Choice aead, X25519Choice x25519, @Nullable Path awsLc) {
        var passedOver = new LinkedHashSet<String>();
        var ciphers = new ArrayList<Function<KeyCells, Aead>>();
        if (aead != Suite.Choice.JDK) {
            ciphers.add(Engines::openSsl);
        }
        if (aead != Suite.Choice.OPENSSL) {
            ciphers.add(JdkAead::new);
        }
        var cipher = first(ciphers, Engines::tried, passedOver);

        var exchanges = new ArrayList<Supplier<X25519>>();
        boolean any = x25519 == X25519Choice.AUTO;
        if (x25519 == X25519Choice.AWSLC && awsLc == null) {
            throw new IllegalStateException(
                    "AWS-LC was asked for, but it is not there: name the file of its libcrypto.so.");
        }
        if (awsLc != null && (any || x25519 == X25519Choice.AWSLC)) {
            exchanges.add(awsLc(awsLc));
        }
        if (any || x25519 == X25519Choice.OPENSSL) {
            exchanges.add(OpenSslX25519::new);
        }
        if (any || x25519 == X25519Choice.JAVA) {
            exchanges.add(JavaX25519::new);
        }
        if (x25519 == X25519Choice.BOUNCYCASTLE) {
            exchanges.add(BouncyCastleX25519::new);
        }
        var exchange = first(exchanges, Engines::tried, passedOver);
        return new Engines(
                cipher.engine,
                exchange.engine,
                cipher.description + ", X25519 " + exchange.description,
                List.copyOf(passedOver));
    }

    // Checked first, because OpenSslAead needs native access to be initialized.
    private static Aead openSsl(KeyCells cells) {
        LibCrypto.require();
        return new OpenSslAead(cells);
    }

    /// Loads the library on first use.
    private static Supplier<X25519> awsLc(Path file) {
        return () -> new AwsLcX25519(AwsLc.load(file));
    }

    private record Tried<T>(T engine, String description) {}

    private static <T> Tried<T> first(List<T> candidates, Function<T, String> trial, Set<String> passedOver) {
        for (var candidate : candidates) {
            try {
                return new Tried<>(candidate, trial.apply(candidate));
            } catch (IllegalStateException unusable) {
                if (candidate.equals(candidates.getLast())) {
                    throw unusable;
                }
                passedOver.add(String.valueOf(unusable.getMessage()));
            }
        }
        throw new IllegalStateException("There is no cryptography.");
    }

    private static String tried(Function<KeyCells, Aead> opener) {
        var cells = new KeyCells(64, 4);
        try (var engine = opener.apply(cells)) {
            SelfTest.aead(engine);
            return engine.describe();
        } finally {
            cells.close();
        }
    }

    private static String tried(Supplier<X25519> opener) {
        try (var engine = opener.get()) {
            SelfTest.x25519(engine);
            return engine.describe();
        }
    }

    @Override
    public Suite open() {
        return new Suite(aead, x25519);
    }

    /// Names of the chosen libraries, for the log: "OpenSSL 3.0.19 (ChaCha20 + Poly1305), X25519 AWS-LC
    /// 1.17.0".
    public String describe() {
        return description;
    }

    /// A sentence for each preferred library that could not be used; empty when the first choice was.
    public List<String> passedOver() {
        return passedOver;
    }
}
