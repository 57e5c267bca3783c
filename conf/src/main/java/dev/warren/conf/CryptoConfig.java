package dev.warren.conf;

import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.suite.X25519Choice;
import java.nio.file.Path;
import java.util.Optional;

/// Which cryptography runs.
///
/// @param awsLc where AWS-LC's libcrypto is: empty for the one that comes with Warren
/// @param useAwsLc false: it is not loaded, wherever it is
public record CryptoConfig(Suite.Choice aead, X25519Choice x25519, boolean useAwsLc, Optional<Path> awsLc) {
    /// The best that is there.
    public static CryptoConfig auto() {
        return new CryptoConfig(Suite.Choice.AUTO, X25519Choice.AUTO, true, Optional.empty());
    }
}
