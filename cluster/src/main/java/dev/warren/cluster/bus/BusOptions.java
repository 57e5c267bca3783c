package dev.warren.cluster.bus;

import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// How the event bus of a node speaks with the others: TLS 1.3, and certificates of the fleet's own
/// authority on both sides. Vert.x checks no host name on the event bus and cannot be told to, so that
/// whoever has a certificate of this authority may be any node: it must sign for nothing else.
public final class BusOptions {
    private static final int CONNECT_MILLIS = 2000;
    private static final int TLS_SECONDS = 3;

    /// A connection without an answer for so long is closed, and what waits for it fails. Together they are
    /// more than what a session of ZooKeeper lives, after which the node is taken to have left.
    private static final int PING_MILLIS = 2000;

    private static final int PONG_MILLIS = 6000;

    private BusOptions() {}

    /// @param options of the node, which get those of the event bus
    /// @param host address at which this node listens and the others reach it
    /// @param port 0: any
    /// @param certificate PEM file with the node's certificate, and those between it and the authority
    /// @param key PEM file with its private key, PKCS 8
    /// @param authority PEM file with the certificate of the fleet's authority
    public static VertxOptions of(
            VertxOptions options, String host, int port, Path certificate, Path key, Path authority) {
        return options.setEventBusOptions(new EventBusOptions()
                .setHost(host)
                .setPort(port)
                .setSsl(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setClientAuth(ClientAuth.REQUIRED)
                .setTrustAll(false) // the event bus trusts everybody otherwise
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(certificate.toString())
                        .setKeyPath(key.toString()))
                .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString()))
                .setConnectTimeout(CONNECT_MILLIS)
                .setSslHandshakeTimeout(TLS_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setClusterPingInterval(PING_MILLIS)
                .setClusterPingReplyInterval(PONG_MILLIS));
    }
}
