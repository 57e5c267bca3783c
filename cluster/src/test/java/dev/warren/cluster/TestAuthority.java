package dev.warren.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;

/// Real ZooKeeper servers in processes of their own, on loopback ports, with the settings of a fleet but for TLS. They
/// can be killed, stopped and started again.
public final class TestAuthority implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final List<Server> servers = new ArrayList<>();

    private static final class Server {
        final int clientPort;
        final int quorumPort;
        final int electionPort;

        @Nullable
        Process process;

        Server(int clientPort, int quorumPort, int electionPort) {
            this.clientPort = clientPort;
            this.quorumPort = quorumPort;
            this.electionPort = electionPort;
        }
    }

    private TestAuthority(Path folder, int count) throws IOException {
        this.folder = folder;
        var ports = freePorts(3 * count);
        for (int i = 0; i < count; i++) {
            servers.add(new Server(ports[3 * i], ports[3 * i + 1], ports[3 * i + 2]));
        }
        for (int i = 0; i < count; i++) {
            write(i);
        }
    }

    /// Starts so many servers and waits until they have a leader.
    public static TestAuthority start(int count) {
        try {
            var authority = new TestAuthority(Files.createTempDirectory("authority"), count);
            for (int i = 0; i < count; i++) {
                authority.start1(i);
            }
            authority.leader();
            return authority;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// For a client: `HOST:PORT` of all servers.
    public String servers() {
        return servers.stream().map(server -> "127.0.0.1:" + server.clientPort).collect(Collectors.joining(","));
    }

    /// For a client of one server only.
    public String server(int index) {
        return "127.0.0.1:" + servers.get(index).clientPort;
    }

    /// Starts a server that was killed.
    public void start1(int index) {
        var server = servers.get(index);
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                java,
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dzookeeper.admin.enableServer=false",
                "-Dzookeeper.preAllocSize=4096",
                "-Dzookeeper.jmx.log4j.disable=true",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath(),
                QuorumPeerMain.class.getName(),
                config(index).toString());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(
                folder.resolve("server" + index + ".log").toFile()));
        try {
            server.process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends a server at once, as `kill -9` does.
    public void kill(int index) {
        var process = servers.get(index).process;
        if (process == null) return;
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Makes a server silent, until [#resume].
    public void stop(int index) {
        signal(index, "STOP");
    }

    public void resume(int index) {
        signal(index, "CONT");
    }

    private void signal(int index, String name) {
        var process = servers.get(index).process;
        if (process == null || !process.isAlive()) return;
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The index of the server that leads; waits until there is one.
    public int leader() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            for (int i = 0; i < servers.size(); i++) {
                if (mode(i).equals("leader") || mode(i).equals("standalone")) return i;
            }
            pause();
        }
        throw new IllegalStateException("no leader; logs are in " + folder);
    }

    /// A server that follows the leader.
    public int follower() {
        int leader = leader();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            for (int i = 0; i < servers.size(); i++) {
                if (i != leader && mode(i).equals("follower")) return i;
            }
            pause();
        }
        throw new IllegalStateException("no follower; logs are in " + folder);
    }

    /// Whether the server serves clients: `leader`, `follower`, or nothing.
    public String mode(int index) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), servers.get(index).clientPort), 500);
            socket.setSoTimeout(500);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.lines()
                    .filter(line -> line.startsWith("Mode: "))
                    .map(line -> line.substring(6))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /// Whether anybody listens on the server's port for clients; one without a majority refuses them.
    public boolean listens(int index) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), servers.get(index).clientPort), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path config(int index) {
        return folder.resolve("server" + index + ".cfg");
    }

    private void write(int index) throws IOException {
        var data = Files.createDirectories(folder.resolve("data" + index));
        Files.writeString(data.resolve("myid"), Integer.toString(index + 1));
        var quorum = servers.size() == 1
                ? ""
                : IntStream.range(0, servers.size())
                        .mapToObj(i -> "server." + (i + 1) + "=127.0.0.1:" + servers.get(i).quorumPort + ":"
                                + servers.get(i).electionPort)
                        .collect(Collectors.joining("\n"));
        Files.writeString(config(index), """
                tickTime=500
                initLimit=60
                syncLimit=4
                cnxTimeout=1000
                maxSessionTimeout=20000
                snapCount=1000000
                4lw.commands.whitelist=srvr
                dataDir=%s
                clientPortAddress=127.0.0.1
                clientPort=%d
                %s
                """.formatted(data, servers.get(index).clientPort, quorum));
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static int[] freePorts(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    /// Kills all servers and removes their files.
    @Override
    public void close() {
        for (int i = 0; i < servers.size(); i++) {
            kill(i);
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
