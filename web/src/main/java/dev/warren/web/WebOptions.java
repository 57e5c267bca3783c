package dev.warren.web;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How figures are served.
///
/// @param version of the program
/// @param host to listen on
/// @param port 0 for any
/// @param token that a client has to show (`Authorization: Bearer ...`); null: none, which only loopback may do
/// @param certificate PEM file; null: no TLS
/// @param key PEM file; null as `certificate` is
/// @param labelledPeers up to so many peers of an interface each has series of its own
/// @param busiestPeers of more peers, so many have
public record WebOptions(
        String version,
        String host,
        int port,
        @Nullable AccessToken token,
        @Nullable Path certificate,
        @Nullable Path key,
        int labelledPeers,
        int busiestPeers) {
    public WebOptions {
        if (token == null && !WebVerticle.isLoopback(host)) {
            throw new IllegalArgumentException(
                    "Without a token only this host may look: listen on 127.0.0.1, or set a token.");
        }
    }

    /// On loopback, without a token.
    public static WebOptions loopback(String version, int port) {
        return new WebOptions(version, "127.0.0.1", port, null, null, null, 1000, 50);
    }
}
