package dev.warren.conf;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where figures are served over HTTP.
///
/// @param listen null: nowhere
/// @param token what a client has to show, in the file format of keys; null: nothing, and `listen` is loopback then
/// @param certificate PEM; null: no TLS, and `listen` is loopback then
/// @param key PEM; null as `certificate` is
public record WebConfig(
        @Nullable InetSocketAddress listen,
        @Nullable PrivateKeySource token,
        @Nullable Path certificate,
        @Nullable Path key)
        implements AutoCloseable {
    /// Serves nothing.
    public static WebConfig off() {
        return new WebConfig(null, null, null, null);
    }

    /// Wipes the token.
    @Override
    public void close() {
        if (token != null) {
            token.close();
        }
    }
}
