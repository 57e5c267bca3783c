package dev.warren.cluster.authority;

import dev.warren.cluster.pki.CertificateRole;
import dev.warren.conf.AuthorityConfig;
import dev.warren.conf.HostAndPort;
import dev.warren.routing.ip.IpAddress;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;

/// What a server of ZooKeeper reads at its start: `zoo.cfg` with its settings, and `myid` with its number. Both are
/// written anew each time, from the configuration.
public final class AuthorityFiles {
    private AuthorityFiles() {}

    /// Writes both below a directory that is made if it is missing, for its owner alone. Blocks.
    ///
    /// @return the path of `zoo.cfg`
    /// @throws IOException with a sentence for the operator
    public static Path write(AuthorityConfig config, Path stateDirectory) throws IOException {
        var directory = stateDirectory.resolve("authority");
        var data = directory.resolve("data");
        try {
            Files.createDirectories(
                    data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var id = data.resolve("myid");
            var own = Integer.toString(config.server());
            // Two servers with one number, or one with another's data, could both vote for what they do not know.
            if (Files.exists(id) && !Files.readString(id).strip().equals(own)) {
                throw new IOException("what is in " + data + " is of server "
                        + Files.readString(id).strip() + ", not of server " + own
                        + "; put server = back in the configuration, or move this directory away");
            }
            replace(id, own + "\n");
            var settings = directory.resolve("zoo.cfg");
            replace(settings, text(settings(config, data)));
            return settings;
        } catch (FileSystemException e) {
            throw new IOException(
                    "cannot write to " + directory + ": "
                            + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason())
                            + "; state-dir must be a directory of the user that runs this server",
                    e);
        }
    }

    private static void replace(Path file, String text) throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String text(Properties settings) throws IOException {
        var text = new StringWriter();
        settings.store(text, "Written by warren fleet authority at every start.");
        return text.toString();
    }

    /// What ZooKeeper does not know by these names it takes for system properties, with `zookeeper.` before them.
    private static Properties settings(AuthorityConfig config, Path data) {
        var settings = new Properties();
        settings.setProperty("dataDir", data.toString());
        // A tick is half a second: a follower that was not heard for four of them is given up, as is a silent leader.
        settings.setProperty("tickTime", "500");
        settings.setProperty("syncLimit", "4");
        settings.setProperty("initLimit", "60"); // a follower that starts may fetch everything
        settings.setProperty("cnxTimeout", "1000");
        settings.setProperty("maxSessionTimeout", "20000");
        // A fleet has at most 256 nodes. Connections: of one address, in all, and without a certificate yet.
        settings.setProperty("maxClientCnxns", "250");
        settings.setProperty("maxCnxns", "2000");
        settings.setProperty("netty.server.outstandingHandshake.limit", "500");
        settings.setProperty("reconfigEnabled", "false");
        settings.setProperty("admin.enableServer", "false");
        settings.setProperty("4lw.commands.whitelist", "srvr,mntr");
        // A snapshot every 20 minutes at 833 writes a second, rather than every minute or two. Three are kept.
        settings.setProperty("snapCount", "1000000");
        settings.setProperty("autopurge.snapRetainCount", "3");
        settings.setProperty("autopurge.purgeInterval", "1");
        // Else ZooKeeper leaves the names of hosts to the JDK, which does not look at them between servers.
        settings.setProperty("fips-mode", "false");
        servers(settings, config);
        clients(settings, config);
        return settings;
    }

    private static void servers(Properties settings, AuthorityConfig config) {
        if (config.servers().size() == 1) {
            return; // alone, it has no quorum and listens to clients only
        }
        boolean named = false;
        for (int i = 0; i < config.servers().size(); i++) {
            var server = config.servers().get(i);
            int port = server.port();
            settings.setProperty("server." + (i + 1), host(server) + ":" + (port + 1) + ":" + (port + 2));
            named |= IpAddress.parseOrNull(server.host()) == null;
        }
        settings.setProperty("sslQuorum", "true");
        tls(settings, "ssl.quorum.", config.quorumCa(), config.quorumKey());
        settings.setProperty("ssl.quorum.hostnameVerification", "true");
        // Of who connects to us only an address is known: where certificates have names, DNS must lead back to them.
        settings.setProperty("ssl.quorum.allowReverseDnsLookup", Boolean.toString(named));
    }

    private static void clients(Properties settings, AuthorityConfig config) {
        settings.setProperty("secureClientPort", Integer.toString(config.own().port()));
        settings.setProperty("secureClientPortAddress", config.own().host());
        settings.setProperty("serverCnxnFactory", "org.apache.zookeeper.server.NettyServerCnxnFactory");
        tls(settings, "ssl.", config.ca(), config.key());
        settings.setProperty("enforce.auth.enabled", "true");
        settings.setProperty("enforce.auth.schemes", "x509");
        // Operators may do everything; what relays may do is in the ACLs (FleetTree).
        settings.setProperty("X509AuthenticationProvider.superUser", CertificateRole.OPERATOR.subject(config.fleet()));
    }

    private static void tls(Properties settings, String prefix, Path ca, Path key) {
        settings.setProperty(prefix + "keyStore.location", key.toString());
        settings.setProperty(prefix + "keyStore.type", "PEM");
        settings.setProperty(prefix + "trustStore.location", ca.toString());
        settings.setProperty(prefix + "trustStore.type", "PEM");
        settings.setProperty(prefix + "protocol", "TLSv1.3");
        settings.setProperty(prefix + "enabledProtocols", "TLSv1.3");
        settings.setProperty(prefix + "clientAuth", "need");
    }

    private static String host(HostAndPort server) {
        return server.host().indexOf(':') >= 0 ? "[" + server.host() + "]" : server.host();
    }
}
