package dev.warren.web.webhook;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// HMAC-SHA256 (RFC 2104) of what is posted. The JDK's own keeps copies of the key that nobody can wipe.
final class WebhookSignature implements AutoCloseable {
    private static final int BLOCK = 64;

    private final byte[] inner = new byte[BLOCK];
    private final byte[] outer = new byte[BLOCK];

    /// @param secret the caller wipes it
    WebhookSignature(byte[] secret) {
        var key = secret.length > BLOCK ? sha256().digest(secret) : secret.clone();
        for (int i = 0; i < BLOCK; i++) {
            byte b = i < key.length ? key[i] : 0;
            inner[i] = (byte) (b ^ 0x36);
            outer[i] = (byte) (b ^ 0x5c);
        }
        Arrays.fill(key, (byte) 0);
    }

    /// `v1=` and the HMAC of `timestamp.body` in hex.
    String of(String timestamp, byte[] body) {
        var sha256 = sha256();
        sha256.update(inner);
        sha256.update((timestamp + ".").getBytes(StandardCharsets.US_ASCII));
        var hash = sha256.digest(body);
        sha256.update(outer);
        return "v1=" + HexFormat.of().formatHex(sha256.digest(hash));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has it
        }
    }

    /// Wipes the secret.
    @Override
    public void close() {
        Arrays.fill(inner, (byte) 0);
        Arrays.fill(outer, (byte) 0);
    }

    @Override
    public String toString() {
        return "signature";
    }
}
