package dev.warren.verticles.launch;

import dev.warren.conf.ConfigLoader;
import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.crypto.Suite;
import dev.warren.verticles.DeviceControl;
import dev.warren.verticles.uapi.UapiSocket;
import dev.warren.verticles.uapi.UapiVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `warren train`: what a start does, as far as it goes without root, so that the JVM's ahead-of-time cache knows the
/// classes of it. Run by the launcher after a build. Each part for itself: one that fails costs only its share.
@Command(name = "train", hidden = true, header = "Rehearse a start for the ahead-of-time cache.")
final class TrainCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PrintStream out;

    TrainCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        LogLevel.apply("error");
        part("keys", TrainCommand::keys);
        part("configuration", TrainCommand::configuration);
        part("control socket", TrainCommand::controlSocket);
        return 0;
    }

    private void part(String what, Teardown.Step step) {
        try {
            step.run();
            out.println("trained: " + what);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | LinkageError e) {
            out.println("not trained: " + what + ": " + e);
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
        Main.commandLine(nowhere, nowhere).execute("--help");
    }

    private static void configuration() throws Exception {
        var home = System.getProperty("warren.home");
        if (home != null) {
            ConfigLoader.load(Path.of(home).resolve(RunCommand.DEFAULT)).close();
        }
    }

    private static void controlSocket() throws Exception {
        var directory = Files.createTempDirectory("warren-train");
        Vertx vertx = RunningInterface.vertx(1);
        try {
            var socket = UapiSocket.listen(directory, "train");
            var verticle = new UapiVerticle(new Rehearsal(), socket, UapiVerticle.Limits.usual());
            var id = RunningInterface.await("train", vertx.deployVerticle(verticle), PATIENCE);
            try (var conversation = new UapiConversation(socket.path())) {
                conversation.ask(
                        "set=1\nreplace_peers=true\npublic_key=" + "ab".repeat(32)
                                + "\nendpoint=192.0.2.1:51820\nreplace_allowed_ips=true\nallowed_ip=10.0.0.0/8\nallowed_ip=fd00::/8");
                conversation.ask("get=1");
                conversation.ask("stats=1");
            }
            RunningInterface.await("train", vertx.undeploy(id), PATIENCE);
        } finally {
            RunningInterface.await("train", vertx.close(), PATIENCE);
            Files.deleteIfExists(directory);
        }
    }

    /// A device that does nothing.
    private record Rehearsal() implements DeviceControl {
        @Override
        public String name() {
            return "train";
        }

        @Override
        public Future<Void> update(DeviceUpdate update) {
            return Future.succeededFuture();
        }

        @Override
        public Future<DeviceStatus> status() {
            return Future.succeededFuture(new DeviceStatus(null, 51820, 0, List.of()));
        }

        @Override
        public Future<Map<String, Long>> counters() {
            return Future.succeededFuture(Map.of("drops.none", 0L));
        }
    }
}
