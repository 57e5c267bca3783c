package dev.warren.app.daemon;

import dev.warren.conf.RouterConfig;
import dev.warren.conf.WebConfig;
import dev.warren.crypto.key.KeyText;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.host.SetupException;
import dev.warren.host.UndoLog;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.metrics.MetricsVerticle;
import dev.warren.web.AccessToken;
import dev.warren.web.WebOptions;
import dev.warren.web.WebVerticle;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Starts what shows the figures of a running router: on the event bus, and over HTTP if that is
/// configured. Both run on the management loop. The classes of HTTP are loaded only then.
public final class Figures {
    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration STOP = Duration.ofMillis(500);
    private static final int PAGE = 500;
    private static final int BUSIEST = 50;

    private Figures() {}

    /// @param devices the running ones, read on the management loop
    /// @param sinks that events go to
    public static void start(
            EventLoops loops,
            RouterConfig config,
            String version,
            List<? extends DeviceControl> devices,
            List<? extends EventSink> sinks,
            UndoLog undo)
            throws SetupException {
        var options = new MetricsVerticle.Options(
                version, node(config.node()), config.metrics().interval(), PAGE);
        deploy("metrics", loops, loops.deploy(new MetricsVerticle(() -> devices, sinks, options)), undo);
        if (config.web().listen() != null) Web.start(loops, config, version, devices, sinks, undo);
    }

    static String node(String configured) {
        if (!configured.equals("auto")) return configured;
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "local";
        }
    }

    private static void deploy(String what, EventLoops loops, Future<String> deployment, UndoLog undo)
            throws SetupException {
        var id = RunningInterface.await(what, deployment, START);
        undo.add(what, () -> RunningInterface.await(what, loops.vertx().undeploy(id), STOP));
    }

    /// Apart, so that a router without HTTP loads none of its classes.
    private static final class Web {
        static void start(
                EventLoops loops,
                RouterConfig config,
                String version,
                List<? extends DeviceControl> devices,
                List<? extends EventSink> sinks,
                UndoLog undo)
                throws SetupException {
            var http = config.web();
            var listen = Objects.requireNonNull(http.listen());
            var options = new WebOptions(
                    version,
                    listen.getAddress().getHostAddress(),
                    listen.getPort(),
                    token(http),
                    http.certificate(),
                    http.key(),
                    config.metrics().labelledPeers(),
                    BUSIEST);
            var web = new WebVerticle(() -> devices, sinks, options);
            try {
                deploy("warren.web", loops, loops.deploy(web), undo);
            } catch (SetupException e) {
                var where = listen.getAddress().isLoopbackAddress() ? "another port" : "another address or port";
                throw new SetupException(
                        e.getMessage() + " (listen = " + listen.getAddress().getHostAddress() + " port "
                                + listen.getPort() + "); take " + where + ", or warren.web.listen = off",
                        e);
            }
        }

        private static @Nullable AccessToken token(WebConfig web) throws SetupException {
            var source = web.token();
            if (source == null) return null;
            var bytes = new byte[PrivateKey.LENGTH];
            byte[] text = {};
            try (var token = source.obtain(new SecureRandom())) {
                token.copyTo(bytes);
                text = KeyText.toBase64(bytes);
                return new AccessToken(text);
            } catch (IOException e) {
                throw SetupException.of("warren.web.token-file", e);
            } finally {
                Arrays.fill(bytes, (byte) 0);
                Arrays.fill(text, (byte) 0);
            }
        }
    }
}
