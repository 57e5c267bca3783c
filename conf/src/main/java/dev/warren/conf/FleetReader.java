package dev.warren.conf;

import dev.warren.crypto.key.PresharedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Reads `warren.fleet` and `warren.authority`.
final class FleetReader {
    private static final String A_NAME = "1 to 32 small letters, digits and -, not at its ends";
    private static final String SERVERS = "the servers of the authority, as [\"10.0.0.1:2281\"]";
    private static final String LISTEN = "an address or name of this node and a port, as \"10.0.0.1:7900\"";
    private static final String PEM = "a PEM file, as `warren fleet init` makes it";
    private static final String KEY =
            "a PEM file with a private key and its certificate, as `warren fleet init` makes it";
    private static final String SECRET = "the file fleet.key that `warren fleet init` makes";

    /// The last that has two behind it.
    private static final int MAX_PORT = 65533;

    private final Path directory;
    private final InterfaceReader keys;
    private final EndpointReader endpoints = new EndpointReader();

    /// @param keys reads key files
    FleetReader(Path directory, InterfaceReader keys) {
        this.directory = directory;
        this.keys = keys;
    }

    /// What is missing or wrong reads as something that is right, after a problem was added.
    FleetConfig fleet(Section section) {
        section.allow(List.of("name", "node", "authority", "bus", "tls", "key-file", "slot"));
        var name = name(section, "name");
        var node = name(section, "node");
        var servers = section.texts("authority", SERVERS);
        if (!section.has("authority")) {
            section.problem("has no authority", SERVERS);
        } else if (servers.isEmpty()) {
            section.problem("authority", "has none in it", SERVERS);
        }
        var bus = section.section("bus");
        if (bus != null) {
            bus.allow(List.of("listen"));
        }
        var listen = bus == null ? null : listen(bus);
        var tls = section.section("tls");
        if (tls == null && !section.has("tls")) {
            section.problem("has no tls", "tls { ca, certificate, key }");
        } else if (tls != null) {
            tls.allow(List.of("ca", "certificate", "key"));
        }
        var ca = tls == null ? directory : file(tls, "ca", PEM);
        var certificate = tls == null ? directory : file(tls, "certificate", PEM);
        var key = tls == null ? directory : secretFile(tls, "key", KEY);
        return new FleetConfig(
                name,
                node,
                endpoints.endpoints(section, "authority", servers),
                listen,
                ca,
                certificate,
                key,
                secret(section),
                slot(section));
    }

    /// Likewise.
    AuthorityConfig authority(Section section) {
        section.allow(List.of("fleet", "servers", "server", "ca", "key", "quorum-ca", "quorum-key"));
        var fleet = name(section, "fleet");
        var texts = section.texts("servers", SERVERS);
        var servers = endpoints.endpoints(section, "servers", texts);
        int written = texts.size();
        if (!section.has("servers")) {
            section.problem("has no servers", SERVERS);
        } else if (written % 2 == 0 || written > 7) {
            section.problem("servers", "has " + written + " in it", "1, 3, 5 or 7: of an even number one is no help");
        }
        for (var server : servers) {
            if (server.port() > MAX_PORT) {
                section.problem(
                        "servers",
                        server + " leaves no two ports behind it, for the other servers",
                        "a port up to " + MAX_PORT);
            }
        }
        var which = "1 to " + Math.max(1, written) + ", which of the servers this is";
        if (!section.has("server")) {
            section.problem("has no server", which);
        }
        long server =
                section.number("server", "1", 1, 1, Math.max(1, written), which).orElse(1);
        return new AuthorityConfig(
                fleet,
                servers,
                (int) server,
                file(section, "ca", PEM),
                secretFile(section, "key", KEY),
                file(section, "quorum-ca", PEM),
                secretFile(section, "quorum-key", KEY));
    }

    private static String name(Section section, String key) {
        var written = section.text(key, A_NAME);
        if (written == null) {
            if (!section.has(key)) {
                section.problem("has no " + key, A_NAME);
            }
            return "";
        }
        if (!FleetConfig.isName(written.string())) {
            section.problem(key, "is " + Problems.echo(written), A_NAME);
        }
        return written.string();
    }

    private @Nullable HostAndPort listen(Section bus) {
        if (!bus.has("listen")) {
            bus.problem("has no listen", LISTEN);
        }
        var listen = endpoints.endpoint(bus, "listen");
        var literal = listen == null ? null : listen.literal();
        if (literal != null && literal.getAddress().isAnyLocalAddress()) {
            bus.problem("listen", "is " + listen + ", which nobody can connect to", LISTEN);
        }
        return listen;
    }

    private PresharedKey secret(Section section) {
        var file = path(section, "key-file", SECRET);
        var bytes = file == null ? null : keys.keyFile(section, "key-file", file);
        if (bytes == null) {
            return PresharedKey.zero();
        }
        try {
            return PresharedKey.of(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static OptionalInt slot(Section section) {
        long slot =
                section.number("slot", "auto", -2, 0, 255, "auto or 0 to 255").orElse(-2);
        return slot == -2 ? OptionalInt.empty() : OptionalInt.of((int) slot);
    }

    private Path file(Section section, String key, String expected) {
        var file = path(section, key, expected);
        if (file == null) {
            return directory;
        }
        if (!Files.isRegularFile(file)) {
            section.problem(key, "is " + file + ", which is no file", expected);
        }
        return file;
    }

    private Path secretFile(Section section, String key, String expected) {
        var file = path(section, key, expected);
        if (file == null) {
            return directory;
        }
        keys.checkSecret(section, key, file);
        return file;
    }

    private @Nullable Path path(Section section, String key, String expected) {
        var given = section.text(key, expected);
        if (given == null) {
            if (!section.has(key)) {
                section.problem("has no " + key, expected);
            }
            return null;
        }
        return directory.resolve(given.string()).normalize();
    }
}
