package dev.warren.app.fleet;

import dev.warren.cluster.pki.CertificateAuthority;
import dev.warren.cluster.pki.CertificateRole;
import dev.warren.cluster.pki.FleetIdentity;
import dev.warren.conf.ConfigException;
import dev.warren.conf.ConfigLoader;
import dev.warren.conf.HostAndPort;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.host.SetupException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The folder of a fleet, on the machine of whoever makes it: `ca/` with the keys that sign, `operator/`,
/// and a folder for each node. Files and folders are their owner's alone, and appear whole or not at all.
final class FleetFolder {
    private static final String SECRET = "fleet.key";

    private final Path directory;
    private final Instant now;
    private final Duration validity;
    private final SecureRandom random = new SecureRandom();

    /// @param validity of what is given to nodes and operators
    FleetFolder(Path directory, Instant now, Duration validity) {
        this.directory = directory.toAbsolutePath().normalize();
        this.now = now;
        this.validity = validity;
    }

    /// Makes the folder.
    ///
    /// @param servers how many of the nodes, the first ones, have a server of the authority
    void create(String fleet, List<FleetNode> nodes, int servers, int authorityPort, int busPort)
            throws SetupException {
        whole(directory, draft -> {
            var authority = nodes.stream()
                    .limit(servers)
                    .map(node -> new HostAndPort(node.host(), authorityPort))
                    .toList();
            var files = new NodeFiles(fleet, authority);
            var ca = CertificateAuthority.create("fleet", fleet, now, random);
            var quorum = CertificateAuthority.create("quorum", fleet, now, random);
            write(folder(draft.resolve("ca")), "ca.pem", ca.identity().certificatePem());
            write(draft.resolve("ca"), "ca.key", ca.identity().keyPem());
            write(draft.resolve("ca"), "quorum-ca.pem", quorum.identity().certificatePem());
            write(draft.resolve("ca"), "quorum-ca.key", quorum.identity().keyPem());
            var secret = secret();
            var operator = folder(draft.resolve("operator"));
            write(operator, "operator.conf", files.operator());
            identity(operator, "operator", ca, CertificateRole.OPERATOR, fleet, new FleetNode("operator", ""));
            write(operator, SECRET, secret);
            for (int i = 0; i < nodes.size(); i++) {
                var node = nodes.get(i);
                var own = folder(draft.resolve(node.name()));
                relay(own, files, ca, node, busPort, secret);
                if (i < servers) {
                    server(own, files, ca, quorum, node, i + 1);
                }
            }
        });
    }

    /// Adds the folder of one more node, which has no server of the authority.
    void add(FleetNode node, int busPort) throws SetupException {
        var operator = directory.resolve("operator");
        try (var config = ConfigLoader.load(operator.resolve("operator.conf"))) {
            var fleet = config.fleet();
            if (fleet == null) {
                throw new SetupException(operator.resolve("operator.conf") + " has no warren.fleet");
            }
            var files = new NodeFiles(fleet.name(), fleet.authority());
            whole(directory.resolve(node.name()), draft -> {
                var ca = CertificateAuthority.read(directory.resolve("ca").resolve("ca.key"), random);
                relay(draft, files, ca, node, busPort, Files.readString(operator.resolve(SECRET)));
            });
        } catch (ConfigException e) {
            throw new SetupException(
                    directory + " is no folder that `warren fleet init` has made: " + e.getMessage(), e);
        }
    }

    private void relay(Path own, NodeFiles files, CertificateAuthority ca, FleetNode node, int busPort, String secret)
            throws IOException, GeneralSecurityException {
        var relay = folder(own.resolve("warren"));
        write(relay, "warren.conf", files.relay(node, busPort));
        identity(relay, "node", ca, CertificateRole.RELAY, files.fleet(), node);
        write(relay, SECRET, secret);
        write(own, "warren-relay.service", NodeFiles.RELAY_UNIT);
    }

    private void server(
            Path own, NodeFiles files, CertificateAuthority ca, CertificateAuthority quorum, FleetNode node, int number)
            throws IOException, GeneralSecurityException {
        var server = folder(own.resolve("warren-authority"));
        write(server, "authority.conf", files.authority(number));
        identity(server, "authority", ca, CertificateRole.AUTHORITY, files.fleet(), node);
        write(server, "quorum-ca.pem", quorum.identity().certificatePem());
        write(
                server,
                "quorum.key",
                issue(quorum, CertificateRole.QUORUM, files.fleet(), node).keyPem());
        write(own, "warren-authority.service", NodeFiles.AUTHORITY_UNIT);
    }

    private void identity(
            Path to, String name, CertificateAuthority ca, CertificateRole role, String fleet, FleetNode node)
            throws IOException, GeneralSecurityException {
        var identity = issue(ca, role, fleet, node);
        write(to, "ca.pem", ca.identity().certificatePem());
        write(to, name + ".pem", identity.certificatePem());
        write(to, name + ".key", identity.keyPem());
    }

    private FleetIdentity issue(CertificateAuthority ca, CertificateRole role, String fleet, FleetNode node)
            throws GeneralSecurityException {
        @Nullable String host = node.host().isEmpty() ? null : node.host();
        return ca.issue(role, fleet, node.name(), host, now, validity);
    }

    private String secret() {
        try (var key = PresharedKey.generate(random)) {
            var text = new StringBuilder();
            key.writeBase64(text);
            return text.append('\n').toString();
        }
    }

    /// What makes a folder.
    private interface Making {
        void run(Path draft) throws IOException, GeneralSecurityException;
    }

    /// Makes a folder beside where it will be, and moves it there if nothing is there yet.
    private static void whole(Path target, Making making) throws SetupException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new SetupException(target + " exists already, and may have keys in it that are in use: name another"
                    + " folder, or move that one away");
        }
        try {
            var draft = Files.createTempDirectory(target.getParent(), "." + target.getFileName());
            try {
                making.run(draft);
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                remove(draft);
            }
        } catch (IOException | GeneralSecurityException e) {
            throw SetupException.of("cannot make " + target, e);
        }
    }

    private static void remove(Path draft) throws IOException {
        if (!Files.exists(draft)) {
            return;
        }
        try (var files = Files.walk(draft)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Path folder(Path path) throws IOException {
        return Files.createDirectory(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static void write(Path folder, String name, String text) throws IOException {
        var file = folder.resolve(name);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            var bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        // systemd wants to read these, and says so when it thinks that others may not.
        if (name.endsWith(".service")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }
}
