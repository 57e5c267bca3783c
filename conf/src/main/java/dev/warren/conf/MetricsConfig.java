package dev.warren.conf;

import java.time.Duration;

/// How figures are published.
///
/// @param interval between publications on the event bus, 1 to 3600 seconds
/// @param labelledPeers up to so many peers of an interface each has series of its own in `/metrics`
public record MetricsConfig(Duration interval, int labelledPeers) {
    /// Once a second; 1000 peers.
    public static MetricsConfig standard() {
        return new MetricsConfig(Duration.ofSeconds(1), 1000);
    }
}
