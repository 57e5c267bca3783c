package dev.warren.web.webhook;

import dev.warren.conf.EventType;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where events are posted to, and how patiently.
///
/// @param name of the webhook in the log and in figures; without what of the URL may be secret
/// @param node name of this router among others
/// @param url http or https
/// @param events that are posted
/// @param authorities PEM, those that are trusted; null: those that the JDK trusts
/// @param timeout of one request, with its connection
/// @param firstPause before the first repetition; each further one is twice as long, up to `longestPause`
public record WebhookOptions(
        String name,
        String node,
        URI url,
        Set<EventType> events,
        @Nullable Buffer authorities,
        Duration timeout,
        Duration firstPause,
        Duration longestPause) {
    /// 10 s for a request; from 1 s to 5 minutes between two.
    public static WebhookOptions patient(
            String name, String node, URI url, Set<EventType> events, @Nullable Buffer authorities) {
        return new WebhookOptions(
                name,
                node,
                url,
                events,
                authorities,
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ofMinutes(5));
    }
}
