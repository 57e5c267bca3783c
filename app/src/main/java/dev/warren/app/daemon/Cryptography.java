package dev.warren.app.daemon;

import dev.warren.conf.CryptoConfig;
import dev.warren.crypto.key.KeyMemory;
import dev.warren.crypto.suite.Engines;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.suite.SuiteOpener;
import dev.warren.crypto.suite.X25519Choice;
import dev.warren.host.SetupException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/// The libraries that encrypt, found and tried by another core while the event loops start. The loops wait for it.
public final class Cryptography implements SuiteOpener {
    /// What dist/build puts beside the jars.
    private static final String SHIPPED = "libcrypto-awslc.so";

    private final CryptoConfig wanted;
    private final CompletableFuture<Engines> engines = new CompletableFuture<>();
    private final AtomicBoolean swappableTold = new AtomicBoolean();

    public Cryptography(CryptoConfig wanted) {
        this.wanted = wanted;
    }

    /// Begins to look. Until then whoever opens one waits.
    void begin() {
        engines.completeAsync(() ->
                Engines.choose(wanted.aead(), wanted.x25519(), file(wanted).orElse(null)));
    }

    private static Optional<Path> file(CryptoConfig wanted) {
        if (!wanted.useAwsLc()) {
            return Optional.empty();
        }
        return wanted.awsLc().or(Cryptography::shipped);
    }

    private static Optional<Path> shipped() {
        for (var folder : System.getProperty("java.library.path", "").split(File.pathSeparator)) {
            var file = Path.of(folder, SHIPPED);
            if (file.isAbsolute() && Files.exists(file)) return Optional.of(file);
        }
        return Optional.empty();
    }

    @Override
    public Suite open() {
        return chosen().open();
    }

    private Engines chosen() {
        try {
            return engines.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IllegalStateException exception) throw exception;
            throw e;
        }
    }

    /// One line, in which it may be read what runs; and why it is not the best. Once, when keys may be swapped out.
    void log(Logger log, String name) {
        var engines = chosen();
        log.info("({}) Cryptography: {}", name, engines.describe());
        for (var reason : engines.passedOver()) log.warn("({}) {}", name, reason);
        if (KeyMemory.unlocked() > 0 && !swappableTold.getAndSet(true)) {
            log.warn(
                    "({}) Keys may be swapped out: the system lets us lock too little memory (ulimit -l, or"
                            + " LimitMEMLOCK= in a unit of systemd)",
                    name);
        }
    }

    /// WARREN_AEAD, WARREN_X25519 and WARREN_AWS_LC, as crypto.aead, crypto.x25519 and crypto.aws-lc of a file.
    public static CryptoConfig ofEnvironment(Function<String, @Nullable String> environment) throws SetupException {
        var aead = choice(environment, "WARREN_AEAD", Suite.Choice.class, Suite.Choice.AUTO);
        var x25519 = choice(environment, "WARREN_X25519", X25519Choice.class, X25519Choice.AUTO);
        var awsLc = environment.apply("WARREN_AWS_LC");
        return switch (awsLc == null || awsLc.isEmpty() ? "auto" : awsLc) {
            case "auto" -> new CryptoConfig(aead, x25519, true, Optional.empty());
            case "off" -> new CryptoConfig(aead, x25519, false, Optional.empty());
            case String path
            when path.startsWith("/") -> new CryptoConfig(aead, x25519, true, Optional.of(Path.of(path)));
            default ->
                throw new SetupException("WARREN_AWS_LC=" + awsLc + " is neither auto nor off nor a path from / on");
        };
    }

    private static <E extends Enum<E>> E choice(
            Function<String, @Nullable String> environment, String variable, Class<E> type, E otherwise)
            throws SetupException {
        var value = environment.apply(variable);
        if (value == null || value.isEmpty()) {
            return otherwise;
        }
        var words = new StringBuilder();
        for (E each : type.getEnumConstants()) {
            var word = each.name().toLowerCase(Locale.ROOT);
            if (word.equals(value)) return each;
            words.append(words.isEmpty() ? "" : ", ").append(word);
        }
        throw new SetupException(variable + "=" + value + " is none of " + words);
    }
}
