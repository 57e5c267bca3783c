package dev.warren.cluster.bus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.io.tun.MemoryTun;
import dev.warren.verticles.device.Device;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.metrics.MetricsVerticle;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A node in a JVM of its own, and the program that it runs.
final class BusChild {
    final Process process;
    final String id;
    private final BufferedReader output;

    private BusChild(Process process, String id, BufferedReader output) {
        this.process = process;
        this.id = id;
        this.output = output;
    }

    /// @param program `sink`, `source` or `router`: see [#main]
    /// @param heapMegabytes of the JVM
    /// @param arguments of the program
    static BusChild start(BusLab lab, int heapMegabytes, String program, String... arguments) throws IOException {
        var directory = Objects.requireNonNull(lab.certificates.authority().getParent());
        var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of("-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BusChild.class.getName()));
        command.addAll(List.of(lab.zooKeeper.address(), directory.toString(), program));
        command.addAll(List.of(arguments));
        var process = lab.child(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        var output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        var child = new BusChild(process, "", output);
        return new BusChild(process, child.next("ready "), output);
    }

    /// The rest of the next line that begins so.
    String next(String begin) throws IOException {
        while (true) {
            var line = output.readLine();
            if (line == null) throw new IOException("the child has ended");
            if (line.startsWith(begin)) return line.substring(begin.length());
        }
    }

    /// What is printed each second by `sink` and `source`: the last that is there.
    long[] figures() throws IOException {
        var line = next("figures ");
        while (output.ready()) line = next("figures ");
        var numbers = line.split(" ");
        var figures = new long[numbers.length];
        for (int i = 0; i < numbers.length; i++) figures[i] = Long.parseLong(numbers[i]);
        return figures;
    }

    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /// - `sink [MICROSECONDS]`: takes what is sent to the node, so long for each message, and prints how many that were
    /// - `source NODE LENGTH`: sends to a node what is taken; prints messages sent, dropped and failed
    /// - `router`: a WireGuard interface, its TUN in memory, with figures and events; it has a new peer each second
    ///
    /// @param args address of ZooKeeper, directory of the certificates, program and its arguments
    public static void main(String[] args) throws Exception {
        var certificates = BusCertificates.in(Path.of(args[1]), "fleet");
        var node = BusNode.start(args[0], certificates, 0);
        switch (args[2]) {
            case "sink" -> sink(node, MICROSECONDS.toNanos(args.length > 3 ? Long.parseLong(args[3]) : 0));
            case "source" -> source(node, args[3], Integer.parseInt(args[4]));
            case "router" -> router(node);
            default -> throw new IllegalArgumentException(args[2]);
        }
        System.out.println("ready " + node.id());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0); // whoever started it has gone
    }

    /// On the management loop, as whoever listens there is to be.
    private static void sink(BusNode node, long nanosPerMessage) throws Exception {
        node.reply("child");
        var listening = new CompletableFuture<Void>();
        EventLoops.of(node.vertx).management().runOnContext(_ -> {
            var received = new AtomicLong();
            node.vertx
                    .eventBus()
                    .<Buffer>consumer(BusAddresses.node(node.id()), message -> {
                        received.incrementAndGet();
                        long until = System.nanoTime() + nanosPerMessage;
                        while (System.nanoTime() < until) Thread.onSpinWait();
                    })
                    .completion()
                    .onSuccess(listening::complete);
            node.vertx.setPeriodic(1000, _ -> System.out.println("figures " + received.get()));
        });
        listening.get(30, SECONDS);
    }

    private static void source(BusNode node, String target, int length) {
        EventLoops.of(node.vertx).management().runOnContext(_ -> {
            var sender = new BoundedSender(node.vertx, BusAddresses.node(target));
            var content = new byte[length];
            node.vertx.setPeriodic(1, _ -> {
                boolean taken = true;
                for (int i = 0; taken && i < 2 * BoundedSender.MAX_MESSAGES; i++) {
                    taken = sender.write(Buffer.buffer(content));
                }
            });
            node.vertx.setPeriodic(
                    1000,
                    _ -> System.out.println(
                            "figures " + sender.sent() + " " + sender.dropped() + " " + sender.failed()));
        });
    }

    private static void router(BusNode node) throws Exception {
        var vertx = node.vertx;
        var loops = EventLoops.of(vertx).device(0, 1);
        var device = Device.start(vertx, List.of(new MemoryTun("mem0", 1420)), Device.Options.standard(loops))
                .await(30, SECONDS);
        try (var own = update(PrivateKey.generate(new SecureRandom()))) {
            device.update(own).await(30, SECONDS);
        }
        var options = new MetricsVerticle.Options("test", "child", Duration.ofMillis(200), 500);
        vertx.deployVerticle(new MetricsVerticle(() -> List.of(device), options))
                .await(30, SECONDS);
        vertx.setPeriodic(1000, _ -> addPeer(vertx, device));
    }

    private static void addPeer(Vertx vertx, Device device) {
        vertx.executeBlocking(() -> {
                    try (var key = PrivateKey.generate(new SecureRandom());
                            var x25519 = new JavaX25519()) {
                        return key.publicKey(x25519);
                    }
                })
                .compose(key -> device.update(update(
                        null, new PeerUpdate(key, false, false, null, null, OptionalInt.empty(), true, List.of()))))
                .onFailure(Throwable::printStackTrace);
    }

    private static DeviceUpdate update(@Nullable PrivateKey key, PeerUpdate... peers) {
        return new DeviceUpdate(key, OptionalInt.empty(), OptionalInt.empty(), false, List.of(peers));
    }
}
