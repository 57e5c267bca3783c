package dev.warren.app.fleet;

import dev.warren.cluster.authority.ClientSettings;
import dev.warren.cluster.pki.CertificateAuthority;
import dev.warren.cluster.pki.CertificateRole;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/// A fleet of three as `warren fleet init` makes it, and the processes of its authority. All of them are
/// at 127.0.0.1, by ports of their own: on the loopback whoever connects comes from there, and the
/// servers look at where others come from.
@SuppressWarnings("try") // closing may be interrupted
final class TestEnsemble implements AutoCloseable {
    private static final Pattern JARS = Pattern.compile(
            ".*/(zookeeper|zookeeper-jute|metrics-core|snappy-java|slf4j-[a-z]+|netty-[a-z0-9-]+)-[0-9][^/]*\\.jar");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final int port;
    private final List<Server> servers = new ArrayList<>();

    /// A process of it, as it was started last.
    static final class Server {
        private final String name;
        private final int port;
        private @Nullable Process process;

        private Server(String name, int port) {
            this.name = name;
            this.port = port;
        }

        String name() {
            return name;
        }

        int clientPort() {
            return port;
        }

        int quorumPort() {
            return port + 1;
        }

        int electionPort() {
            return port + 2;
        }

        Process process() {
            return Objects.requireNonNull(process);
        }

        long residentMegabytes() throws IOException {
            return Files.readAllLines(Path.of("/proc/" + process().pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        }
    }

    TestEnsemble(Path directory) throws IOException, GeneralSecurityException {
        folder = directory.resolve("edge");
        port = freePort();
        int code = FleetCommand.line(quiet(), System.err)
                .execute(
                        "init",
                        "--name=edge",
                        "--nodes=a=127.0.0.1,b=127.0.0.2,c=127.0.0.3",
                        "--authority-port=" + port,
                        "--out=" + folder);
        if (code != 0) {
            throw new IOException("init failed");
        }
        for (var node : List.of("a", "b", "c")) {
            servers.add(new Server(node, port + 3 * servers.size()));
            var file = folder.resolve(node + "/warren-authority/authority.conf");
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replace("/var/lib/warren-authority", directory + "/state-" + node)
                            .replace("127.0.0.2:" + port, "127.0.0.1:" + (port + 3))
                            .replace("127.0.0.3:" + port, "127.0.0.1:" + (port + 6)));
            reissue("ca", node, CertificateRole.AUTHORITY, "authority", "127.0.0.1");
            reissue("quorum-ca", node, CertificateRole.QUORUM, "quorum", "127.0.0.1");
        }
    }

    /// Gives a server a certificate for another host.
    void reissue(String ca, String node, CertificateRole role, String name, String host)
            throws IOException, GeneralSecurityException {
        var identity = CertificateAuthority.read(folder.resolve("ca/" + ca + ".key"), new SecureRandom())
                .issue(role, "edge", node, host, Instant.now(), Duration.ofDays(1));
        Files.writeString(folder.resolve(node + "/warren-authority/" + name + ".key"), identity.keyPem());
    }

    private static PrintStream quiet() {
        return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    }

    /// The first of nine free ones, below those that the kernel gives out.
    private static int freePort() throws IOException {
        for (int first = 21000 + (int) (ProcessHandle.current().pid() % 5000); first < 32000; first += 9) {
            if (IntStream.range(first, first + 9).allMatch(TestEnsemble::isFree)) {
                return first;
            }
        }
        throw new IOException("no free ports");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    Path folder() {
        return folder;
    }

    List<Server> servers() {
        return servers;
    }

    /// Starts all, and waits until a client is served by the first.
    void start() throws Exception {
        for (var server : servers) {
            start(server);
        }
        client("a/warren/node", "a", PATIENCE).close();
        client("a/warren/node", "b", PATIENCE).close();
    }

    /// As the launcher does: what `warren fleet authority` prints, with the flags of
    /// dist/authority.options.
    void start(Server server) throws IOException {
        var out = new ByteArrayOutputStream();
        int code = FleetCommand.line(new PrintStream(out, true, StandardCharsets.UTF_8), System.err)
                .execute(
                        "authority",
                        "--config",
                        folder.resolve(server.name + "/warren-authority/authority.conf")
                                .toString());
        if (code != 0) {
            throw new IOException("server " + server.name + " cannot be started");
        }
        var jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> JARS.matcher(jar).matches())
                .collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<String>();
        command.add(System.getProperty("java.home") + "/bin/java");
        for (var line : Files.readAllLines(Path.of("../dist/authority.options"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                command.addAll(List.of(line.split(" ")));
            }
        }
        command.addAll(List.of("-cp", jars, "org.apache.zookeeper.server.quorum.QuorumPeerMain"));
        command.add(out.toString(StandardCharsets.UTF_8).strip());
        server.process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(server)))
                .start();
    }

    private File log(Server server) {
        return folder.resolveSibling(server.name + ".log").toFile();
    }

    /// What `warren fleet authority` says instead of starting.
    String refused(String node) {
        return refused(folder.resolve(node + "/warren-authority/authority.conf"));
    }

    String refused(Path file) {
        var err = new ByteArrayOutputStream();
        int code = FleetCommand.line(quiet(), new PrintStream(err, true, StandardCharsets.UTF_8))
                .execute("authority", "--config", file.toString());
        return code == 0 ? "it started" : err.toString(StandardCharsets.UTF_8);
    }

    /// The one that listens for the others.
    Server leader() throws IOException {
        for (var server : servers) {
            try (var socket = new java.net.Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.quorumPort()), 2000);
                return server;
            } catch (java.net.ConnectException e) {
                // A follower.
            }
        }
        throw new IOException("nobody leads");
    }

    /// @param who a file of the folder, without .key
    /// @param where names of servers, a letter each
    ZooKeeper client(String who, String where) throws Exception {
        return client(who, where, PATIENCE);
    }

    /// @throws IllegalStateException when there is no session in time
    ZooKeeper client(String who, String where, Duration patience) throws Exception {
        var config = ClientSettings.of(folder.resolve("ca/ca.pem"), folder.resolve(who + ".key"));
        var addresses = servers.stream()
                .filter(server -> where.contains(server.name))
                .map(server -> "127.0.0.1:" + server.port)
                .collect(Collectors.joining(","));
        var connected = new CountDownLatch(1);
        var client = new ZooKeeper(
                addresses,
                10_000,
                event -> {
                    if (event.getState() == KeeperState.SyncConnected) {
                        connected.countDown();
                    }
                },
                config);
        if (!connected.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            client.close(1000);
            var logs = new StringBuilder();
            for (var server : servers) {
                if (log(server).exists()) {
                    logs.append(server.name)
                            .append(":\n")
                            .append(Files.readString(log(server).toPath()));
                }
            }
            throw new IllegalStateException("no session at " + addresses + "\n" + logs);
        }
        return client;
    }

    @Override
    public void close() throws InterruptedException {
        for (var server : servers) {
            if (server.process != null) {
                server.process.destroyForcibly().waitFor();
            }
        }
    }
}
