package dev.warren.conf;

import java.util.Arrays;

/// What we share with the receiver of a webhook. Does not print.
public final class WebhookSecret implements AutoCloseable {
    private final byte[] bytes;

    /// @param bytes owned by this object from now on
    WebhookSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    /// The bytes, which the caller wipes.
    public byte[] copy() {
        return bytes.clone();
    }

    /// Wipes it.
    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "secret";
    }
}
