package dev.warren.app.command;

import dev.warren.app.cli.UapiClient;
import dev.warren.app.daemon.Cryptography;
import dev.warren.app.daemon.RunningInterface;
import dev.warren.app.log.LogFormat;
import dev.warren.app.log.LogSettings;
import dev.warren.app.warmup.WarmupHandshakes;
import dev.warren.app.warmup.WarmupTraffic;
import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.ConfigException;
import dev.warren.conf.ConfigLoader;
import dev.warren.conf.CryptoConfig;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.host.IpTool;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.io.TunDevice;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.netlink.RouteMonitor;
import dev.warren.io.tun.MemoryTun;
import dev.warren.io.udp.LinuxUdp;
import dev.warren.io.udp.UdpOptions;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.device.Device;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.uapi.UapiSocket;
import dev.warren.verticles.uapi.UapiVerticle;
import io.vertx.core.Future;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `warren aot-warmup`: what a start does, as far as it goes without root, so that the JVM's ahead-of-time
/// cache knows the classes of it; with `--traffic` also what is busy, so that the JIT compiles it at once
/// in the next start. Run by the launcher after a build. Each part for itself: one that fails costs only
/// its share.
@Command(name = "aot-warmup", hidden = true, header = "Rehearse a start for the ahead-of-time cache.")
final class WarmupCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PACKETS = 200;

    private final PrintStream out;

    @Option(names = "--traffic", description = "Also TCP and UDP through real interfaces, in a namespace of its own.")
    private boolean traffic;

    WarmupCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        new LogSettings(Level.ERROR, LogFormat.TEXT).apply();
        if (traffic) part("loopback", () -> IpTool.run("link", "set", "lo", "up"));
        part("keys", WarmupCommand::keys);
        part("configuration", WarmupCommand::configuration);
        part("network interfaces", WarmupCommand::interfaces);
        part("tunnel and control socket", WarmupCommand::tunnel);
        if (traffic) {
            part("an interface", WarmupCommand::command);
            part("handshakes", WarmupHandshakes::run);
            part("packet path", WarmupTraffic::run);
        }
        return 0;
    }

    private void part(String what, UndoLog.Step step) {
        try {
            step.run();
            out.println("done: " + what);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | LinkageError e) {
            out.println("not done: " + what + ": " + e);
        }
    }

    private static void keys() {
        try (var suite = Suite.open(Suite.Choice.AUTO)) {
            suite.describe();
        }
        var nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        var key = new ByteArrayOutputStream();
        new KeyCommands(System.in, new PrintStream(key, true, StandardCharsets.UTF_8), nowhere).genkey();
        new KeyCommands(new ByteArrayInputStream(key.toByteArray()), nowhere, nowhere).pubkey();
        RootCommand.line(nowhere, nowhere).execute("--help");
    }

    private static void configuration() {
        var home = System.getProperty("warren.home");
        if (home != null) {
            try {
                ConfigLoader.load(Path.of(home).resolve(RunCommand.DEFAULT)).close();
            } catch (ConfigException e) {
                // `run` reports it; the rehearsal goes on.
            }
        }
    }

    private static void interfaces() throws Exception {
        try (var netlink = Netlink.open();
                var routes = RouteMonitor.open()) {
            netlink.routeMtu(InetAddress.getLoopbackAddress());
            netlink.link("lo");
            routes.poll();
        }
    }

    /// `warren INTERFACE` itself, to the first answers of its control socket and back.
    private static void command() throws Exception {
        var name = "aot-warmup" + ProcessHandle.current().pid();
        var socket = UapiSocket.DIRECTORY.resolve(name + ".sock");
        // Not in the common pool: it waits for work of that, and there may be but one thread.
        var command =
                CompletableFuture.supplyAsync(() -> new InterfaceCommand(_ -> null).run(name), new ForkJoinPool(1));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(socket) && !command.isDone() && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        try (var conversation = new UapiClient(socket);
                var key = PrivateKey.generate(new SecureRandom())) {
            conversation.ask("get=1");
            var request = new StringBuilder("set=1\nprivate_key=");
            key.writeHex(request);
            conversation.ask(request.append("\nlisten_port=0"));
        } finally {
            Files.deleteIfExists(socket);
            command.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// Two devices, packets through memory and UDP through the loopback interface, and a client at the socket of one.
    private static void tunnel() throws Exception {
        var directory = Files.createTempDirectory("warren-warmup");
        var cryptography = new Cryptography(CryptoConfig.auto());
        var loops = RunningInterface.vertx(1, cryptography);
        var vertx = loops.vertx();
        try (var a = PrivateKey.generate(new SecureRandom());
                var b = PrivateKey.generate(new SecureRandom());
                var suite = Suite.open(Suite.Choice.AUTO);
                var tunA = new MemoryTun("warmup-a", 1420);
                var tunB = new MemoryTun("warmup-b", 1420)) {
            var deviceA = device(loops, cryptography, tunA);
            var deviceB = device(loops, cryptography, tunB);
            var socket = UapiSocket.listen(directory, "warmup-a");
            var verticle = new UapiVerticle(Future.succeededFuture(deviceA), socket, UapiVerticle.Limits.usual());
            var id = RunningInterface.await("warm-up", loops.deploy(verticle), PATIENCE);
            int port;
            try (var update = update(b, a.publicKey(suite.x25519()), 1, 0)) {
                RunningInterface.await("warm-up", deviceB.update(update), PATIENCE);
                try (var status = RunningInterface.await("warm-up", deviceB.status(), PATIENCE)) {
                    port = status.listenPort();
                }
            }
            try (var conversation = new UapiClient(socket.path())) {
                var request = new StringBuilder("set=1\nprivate_key=");
                a.writeHex(request);
                request.append("\nlisten_port=0\nreplace_peers=true\npublic_key=")
                        .append(b.publicKey(suite.x25519()).toHex())
                        .append("\nendpoint=127.0.0.1:")
                        .append(port)
                        .append("\nreplace_allowed_ips=true\nallowed_ip=10.0.0.2/32\nallowed_ip=fd00::/8");
                conversation.ask(request);
                for (int i = 0; i < PACKETS; i++) {
                    tunA.inject(packet(1, 2));
                    tunB.inject(packet(2, 1));
                }
                tunB.written().poll(5, TimeUnit.SECONDS);
                tunA.written().poll(5, TimeUnit.SECONDS);
                conversation.ask("get=1");
                conversation.ask("stats=1");
            }
            RunningInterface.await("warm-up", vertx.undeploy(id), PATIENCE);
            RunningInterface.await("warm-up", deviceA.close(), PATIENCE);
            RunningInterface.await("warm-up", deviceB.close(), PATIENCE);
        } finally {
            RunningInterface.await("warm-up", vertx.close(), PATIENCE);
            Files.deleteIfExists(directory);
        }
    }

    private static Device device(EventLoops loops, Cryptography cryptography, TunDevice tun) throws SetupException {
        var udp = UdpOptions.standard();
        var options = new Device.Options(
                cryptography, loops.device(0, 1), (port, mark) -> LinuxUdp.open(port, mark, udp), null);
        return RunningInterface.await("warm-up", Device.start(loops.vertx(), List.of(tun), options), PATIENCE);
    }

    private static DeviceUpdate update(PrivateKey key, PublicKey peer, int host, int port) {
        var allowed = new AllowedIpChange(IpPrefix.parse("10.0.0." + host + "/32"), false);
        var entry = new PeerUpdate(peer, false, false, null, null, OptionalInt.empty(), true, List.of(allowed));
        return new DeviceUpdate(key.copy(), OptionalInt.of(port), OptionalInt.empty(), true, List.of(entry));
    }

    /// An IPv4 packet of 28 bytes: a UDP datagram without content.
    private static byte[] packet(int from, int to) {
        var packet = new byte[28];
        packet[0] = 0x45;
        packet[3] = (byte) packet.length;
        packet[8] = 64;
        packet[9] = 17;
        packet[12] = packet[16] = 10;
        packet[15] = (byte) from;
        packet[19] = (byte) to;
        packet[25] = 8;
        return packet;
    }
}
