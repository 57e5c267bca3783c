package dev.warren.conf;

import dev.warren.crypto.key.PresharedKey;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a member of a fleet, or an operator of it, has to know.
///
/// @param name of the fleet: 1 to 32 small letters, digits and `-`
/// @param node this one's name in it, likewise
/// @param authority the servers of the authority, one or more, as clients reach them
/// @param busListen where other nodes reach this one's event bus, no wildcard; null: this is no relay
/// @param ca PEM, the certificate of the fleet's CA
/// @param certificate PEM, this one's own
/// @param key PEM, its private key and, behind that, its certificate once more
/// @param secret encrypts preshared keys in the directory; owned by this record
/// @param slot 0 to 255, the top 8 bits of this node's receiver indices; empty: a free one
public record FleetConfig(
        String name,
        String node,
        List<HostAndPort> authority,
        @Nullable HostAndPort busListen,
        Path ca,
        Path certificate,
        Path key,
        PresharedKey secret,
        OptionalInt slot)
        implements AutoCloseable {
    /// Goes into certificates and into paths of the authority's tree.
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");

    /// Whether a fleet or a node may be called so.
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /// Wipes the secret.
    @Override
    public void close() {
        secret.close();
    }
}
