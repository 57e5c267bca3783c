package dev.warren.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/// What a client has to show: `Authorization: Bearer TOKEN`. Only the SHA-256 of the header is kept, so that the token
/// cannot be printed, and a comparison says nothing of it by the time that it takes.
public final class AccessToken {
    private final byte[] digest;

    /// @param token the text behind `Bearer`, ASCII; the caller wipes it
    public AccessToken(byte[] token) {
        this.digest = sha256("Bearer ".getBytes(StandardCharsets.US_ASCII), token);
    }

    boolean matches(@Nullable String authorization) {
        if (authorization == null) return false;
        return MessageDigest.isEqual(digest, sha256(authorization.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            for (var part : parts) sha256.update(part);
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has it
        }
    }

    @Override
    public String toString() {
        return "token";
    }
}
