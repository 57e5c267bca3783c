package dev.warren.conf;

import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.suite.X25519Choice;
import java.nio.file.Path;
import java.util.Optional;

/// The choice of cryptography.
///
/// @param awsLc path of AWS-LC's libcrypto; empty for the one that is shipped with Warren
/// @param useAwsLc false: it is not loaded
public record CryptoConfig(Suite.Choice aead, X25519Choice x25519, boolean useAwsLc, Optional<Path> awsLc) {
    /// The fastest implementations that are available.
    public static CryptoConfig auto() {
        return new CryptoConfig(Suite.Choice.AUTO, X25519Choice.AUTO, true, Optional.empty());
    }
}
