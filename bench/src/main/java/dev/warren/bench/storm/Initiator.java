package dev.warren.bench.storm;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.suite.Suite;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// One of the initiators: its keys follow from its number, so that a responder can be configured in one process and
/// stormed from another. Keys that anybody can compute are no secret.
final class Initiator {
    /// The first number that no responder is told of.
    static final int FIRST_STRANGER = 1 << 24;

    private Initiator() {}

    /// @param number 0 or more
    static StaticIdentity identity(int number, Suite suite) {
        var seed = ByteBuffer.allocate(64)
                .put("warren bench initiator ".getBytes(StandardCharsets.US_ASCII))
                .putInt(number)
                .flip();
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(seed);
            return new StaticIdentity(PrivateKey.of(digest.digest()), suite);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every JDK has SHA-256.", e);
        }
    }

    /// The peers as `wg addconf` takes them: numbers 0 to `count - 1`, each with an address of its own in 10.64.0.0/10.
    static String configuration(int count, Suite suite) {
        var text = new StringBuilder(count * 96);
        for (int number = 0; number < count; number++) {
            try (var identity = identity(number, suite)) {
                text.append("[Peer]\nPublicKey = ").append(identity.publicKey().toBase64());
            }
            text.append("\nAllowedIPs = 10.")
                    .append(64 + (number >> 16))
                    .append('.')
                    .append(number >> 8 & 0xFF)
                    .append('.')
                    .append(number & 0xFF)
                    .append("/32\n");
        }
        return text.toString();
    }
}
