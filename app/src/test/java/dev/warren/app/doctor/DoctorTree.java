package dev.warren.app.doctor;

import dev.warren.conf.ConfigException;
import dev.warren.conf.ConfigLoader;
import dev.warren.conf.RouterConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder with files as a host has them, and interfaces from configuration files.
final class DoctorTree {
    static final String KEY_A = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    static final String KEY_B = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";

    /// A server with two peers that come to it.
    static final String HUB = """
            warren.interfaces.wg0 {
              addresses = ["10.8.0.1/24"], listen-port = 51820
              peers.a { public-key = "%s", allowed-ips = ["10.8.0.2/32"] }
              peers.b { public-key = "%s", allowed-ips = ["10.8.0.3/32"] }
            }
            """.formatted(KEY_A, KEY_B);

    /// One peer, that everything goes to.
    static final String CLIENT = """
            warren.interfaces.wg0 {
              addresses = ["10.8.0.2/32"]
              peers.server { public-key = "%s", allowed-ips = ["0.0.0.0/0"], endpoint = "127.0.0.1:51820" }
            }
            """.formatted(KEY_A);

    private final Path root;

    DoctorTree(Path root) {
        this.root = root;
    }

    HostFiles files() {
        return new HostFiles(root);
    }

    DoctorTree with(String path, String content) {
        try {
            var file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content + "\n");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DoctorTree sysctl(String name, int value) {
        return with("proc/sys/" + name, "" + value);
    }

    RouterConfig config(String text) {
        with("warren.conf", text);
        try {
            return ConfigLoader.check(root.resolve("warren.conf"));
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /// The first interface of a file; it does not run.
    InspectedInterface configured(String text) {
        try (var config = config(text)) {
            return InspectedInterface.of(config.interfaces().getFirst(), null);
        }
    }

    /// The same while it runs.
    InspectedInterface running(String text, JsonObject status) {
        try (var config = config(text)) {
            return InspectedInterface.of(config.interfaces().getFirst(), status);
        }
    }

    /// The status of a running wg0 that has one peer, as docs/METRICS.md describes it.
    static JsonObject status() {
        var peer = new JsonObject()
                .put("publicKey", KEY_A)
                .put("allowedIps", new JsonArray().add("10.8.0.2/32"))
                .put("endpoint", "127.0.0.1:4711")
                .put("online", true)
                .put("initiations", 0)
                .put("drops", new JsonObject());
        return new JsonObject()
                .put("interface", "wg0")
                .put("up", true)
                .put("publicKey", KEY_B)
                .put("listenPort", 51820)
                .put("fwmark", 0)
                .put("mtu", 1420)
                .put("counters", new JsonObject())
                .put("peerCount", 1)
                .put("peers", new JsonArray().add(peer));
    }
}
