package dev.warren.conf;

import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.suite.X25519Choice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Walks the object `warren`.
final class ConfigReader {
    private static final List<String> KEYS = List.of(
            "interfaces",
            "defaults",
            "loops",
            "tun-queues",
            "crypto",
            "offload",
            "log",
            "metrics",
            "node",
            "web",
            "audit",
            "webhooks",
            "fleet",
            "authority",
            "state-dir",
            "insecure-key-files");
    private static final List<String> OFFLOADS =
            List.of("tun-tso", "tun-uso", "tun-gro", "tun-udp-gro", "udp-gso", "udp-gro", "udp-gso-equal-tail");

    /// A number that no configuration can have, for `auto`.
    private static final long AUTO = -2;

    private final Section warren;
    private final ConfigFiles files;
    private final Path directory;

    ConfigReader(Section warren, ConfigFiles files) {
        this.warren = warren;
        this.files = files;
        this.directory = files.directory();
    }

    /// Reads the records. They are valid if no problem was reported.
    RouterConfig read() {
        warren.allow(KEYS);
        var loops = count("loops", AUTO);
        var tunQueues = count("tun-queues", 1);
        var stateDirectory = directory.resolve("state");
        var stateText = warren.text("state-dir", "a directory");
        if (stateText != null && !stateText.string().isBlank()) {
            stateDirectory = directory.resolve(stateText.string()).normalize();
        } else if (stateText != null) {
            warren.problem("state-dir", "is empty", "a directory");
        }
        var crypto = crypto();
        var log = warren.section("log");
        if (log != null) {
            log.allow(List.of("level", "format"));
        }
        var node = warren.text("node", "a name of this router among others");
        var reader = new InterfaceReader(files, directory, stateDirectory, warren.flag("insecure-key-files", false));
        var web = new WebReader(directory, reader);
        var events = new EventsReader(directory, reader);
        var fleet = warren.section("fleet");
        var authority = warren.section("authority");
        return new RouterConfig(
                interfaces(reader),
                loops,
                tunQueues,
                crypto,
                offload(),
                choice(log, "level", RouterConfig.LogLevel.class, RouterConfig.LogLevel.INFO),
                choice(log, "format", RouterConfig.LogFormat.class, RouterConfig.LogFormat.AUTO),
                node == null || node.string().isBlank() ? "auto" : node.string(),
                web.metrics(warren.section("metrics")),
                web.web(warren.section("web")),
                events.audit(warren.section("audit")),
                events.webhooks(warren),
                fleet == null ? null : new FleetReader(directory, reader).fleet(fleet),
                authority == null ? null : new FleetReader(directory, reader).authority(authority),
                stateDirectory,
                List.of());
    }

    /// Empty for `auto`.
    private OptionalInt count(String key, long otherwise) {
        long count =
                warren.number(key, "auto", AUTO, 1, 256, "auto or 1 to 256").orElse(otherwise);
        return count == AUTO ? OptionalInt.empty() : OptionalInt.of((int) count);
    }

    private static <E extends Enum<E>> E choice(@Nullable Section section, String key, Class<E> type, E otherwise) {
        return section == null ? otherwise : section.choice(key, type, otherwise);
    }

    private CryptoConfig crypto() {
        var crypto = warren.section("crypto");
        if (crypto == null) {
            return CryptoConfig.auto();
        }
        crypto.allow(List.of("aead", "x25519", "aws-lc"));
        var aead = crypto.choice("aead", Suite.Choice.class, Suite.Choice.AUTO);
        var x25519 = crypto.choice("x25519", X25519Choice.class, X25519Choice.AUTO);
        var awsLc = crypto.text("aws-lc", "auto, off or the path of a libcrypto.so");
        return switch (awsLc == null ? "auto" : awsLc.string()) {
            case "auto" -> new CryptoConfig(aead, x25519, true, Optional.empty());
            case "off" -> new CryptoConfig(aead, x25519, false, Optional.empty());
            case String path -> new CryptoConfig(aead, x25519, true, Optional.of(directory.resolve(path)));
        };
    }

    private OffloadConfig offload() {
        var offload = warren.section("offload");
        if (offload == null) {
            return OffloadConfig.on();
        }
        offload.allow(OFFLOADS);
        return new OffloadConfig(
                offload.flag("tun-tso", true),
                offload.flag("tun-uso", true),
                offload.flag("tun-gro", true),
                offload.flag("tun-udp-gro", true),
                offload.flag("udp-gso", true),
                offload.flag("udp-gro", true),
                offload.flag("udp-gso-equal-tail", true));
    }

    private List<InterfaceConfig> interfaces(InterfaceReader reader) {
        var defaults = warren.section("defaults");
        if (defaults != null) {
            defaults.allow(List.of("interface", "peer"));
            reader.defaults(defaults.section("interface"), defaults.section("peer"));
        }
        var result = new ArrayList<InterfaceConfig>();
        var overlaps = new Overlaps();
        var ports = new HashMap<Integer, String>();
        var interfaces = warren.section("interfaces");
        if (interfaces == null) {
            return result;
        }
        for (var section : interfaces.sections()) {
            var device = reader.read(section);
            result.add(device);
            overlaps.add(section, device);
            var taken = device.listenPort() == 0 ? null : ports.putIfAbsent(device.listenPort(), device.name());
            if (taken != null) {
                section.problem(
                        "listen-port",
                        "is " + device.listenPort() + ", which " + taken + " listens on",
                        "a port of its own, or auto");
            }
        }
        return result;
    }
}
