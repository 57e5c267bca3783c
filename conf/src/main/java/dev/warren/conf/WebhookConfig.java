package dev.warren.conf;

import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where events are posted to.
///
/// @param url https, or http to an address of this host; the part behind the host may be a secret
/// @param events that are posted, not empty
/// @param secret signs what is posted
/// @param ca PEM file with the authorities that are trusted; null: those that the JDK trusts
public record WebhookConfig(
        URI url,
        Set<EventType> events,
        WebhookSecret secret,
        @Nullable Path ca) implements AutoCloseable {
    /// Wipes the secret.
    @Override
    public void close() {
        secret.close();
    }

    /// Without the secret parts.
    @Override
    public String toString() {
        return "webhook of " + url.getHost();
    }
}
