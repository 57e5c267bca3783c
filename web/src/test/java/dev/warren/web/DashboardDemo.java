package dev.warren.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/// Serves the dashboard with figures that are made up, to look at it in a browser:
/// `DashboardDemo [port [peers-of-the-first-interface [token]]]`.
public final class DashboardDemo {
    private DashboardDemo() {}

    /// @param args port (8080), peers of the first interface (3), token (none)
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
        int peers = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        var token = args.length > 2 ? new AccessToken(args[2].getBytes(UTF_8)) : null;
        var vertx = Vertx.vertx();
        vertx.deployVerticle(new MadeUpRouter(peers, Duration.ofSeconds(1))).await(10, SECONDS);
        vertx.deployVerticle(new WebVerticle(
                        List::of, new WebOptions("demo", "127.0.0.1", port, token, null, null, 1000, 50)))
                .await(10, SECONDS);
    }
}
