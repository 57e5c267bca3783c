package dev.warren.conf;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads `warren.metrics` and `warren.web`.
final class WebReader {
    private static final String LISTEN = "off, or an address and a port as \"127.0.0.1:9586\"";
    private static final String PEM = "a PEM file";

    private final Path directory;
    private final InterfaceReader keys;
    private final AddressText addresses = new AddressText();

    /// @param keys reads key files
    WebReader(Path directory, InterfaceReader keys) {
        this.directory = directory;
        this.keys = keys;
    }

    MetricsConfig metrics(@Nullable Section section) {
        var standard = MetricsConfig.standard();
        if (section == null) {
            return standard;
        }
        section.allow(List.of("interval", "labelled-peers"));
        long seconds = section.number("interval", "1s", 1, 1, 3600, "1 to 3600 seconds")
                .orElse(standard.interval().toSeconds());
        long peers = section.number("labelled-peers", "all", Integer.MAX_VALUE, 0, 1_000_000, "all, or 0 to 1000000")
                .orElse(standard.labelledPeers());
        return new MetricsConfig(Duration.ofSeconds(seconds), (int) peers);
    }

    WebConfig web(@Nullable Section section) {
        if (section == null) {
            return WebConfig.off();
        }
        section.allow(List.of("listen", "token-file", "tls"));
        var listen = listen(section);
        var token = token(section);
        var tls = section.section("tls");
        Path certificate = null;
        Path key = null;
        if (tls != null) {
            tls.allow(List.of("certificate", "key"));
            certificate = pem(tls, "certificate", directory);
            key = pem(tls, "key", directory);
            if ((certificate == null) != (key == null)) {
                section.problem("tls", "has one of certificate and key", "both of them");
            }
        }
        if (listen != null && !listen.getAddress().isLoopbackAddress()) {
            if (token == null) {
                section.problem(
                        "listen",
                        "is an address that others can reach, without a token",
                        "token-file, or an address of this host alone as 127.0.0.1");
            }
            if (certificate == null) {
                section.problem(
                        "listen",
                        "is an address that others can reach, without TLS",
                        "tls { certificate, key }, or an address of this host alone as 127.0.0.1");
            }
        }
        return new WebConfig(listen, token, certificate, key);
    }

    private @Nullable InetSocketAddress listen(Section section) {
        var written = section.text("listen", LISTEN);
        if (written == null || written.string().equals("off")) {
            return null;
        }
        var ascii = written.utf8();
        var address = addresses.endpoint(ascii, 0, ascii.length);
        if (address == null) {
            section.problem("listen", "is " + Problems.echo(written), LISTEN);
        }
        return address;
    }

    private @Nullable PrivateKeySource token(Section section) {
        var name = keys.keyFileName(section, "token-file");
        if (name == null) {
            return null;
        }
        var file = directory.resolve(name).normalize();
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                ? keys.keySource(section, "token-file", file)
                : new PrivateKeySource.Missing(file);
    }

    /// A file that is there, or null after adding a problem.
    static @Nullable Path pem(Section section, String key, Path directory) {
        var given = section.text(key, PEM);
        if (given == null) {
            return null;
        }
        var file = directory.resolve(given.string()).normalize();
        if (!Files.isRegularFile(file)) {
            section.problem(key, "is " + file + ", which is no file", PEM);
        }
        return file;
    }
}
