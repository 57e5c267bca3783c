package dev.warren.verticles.examples;

import dev.warren.conf.AllowedIpChange;
import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.JavaX25519;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.peer.PeerEvent;
import dev.warren.io.TunDevice;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.tun.LinuxTun;
import dev.warren.io.tun.TunOptions;
import dev.warren.routing.ip.IpPrefix;
import dev.warren.verticles.bus.PeerNotice;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.device.Device;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.metrics.MetricsVerticle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The whole router inside a Vert.x application: a verticle that has a WireGuard interface while it is
/// deployed, and prints what happens to its peers.
///
/// [Device] is the router: the actors of one interface (TUN, sockets, router, handshakes, one for each
/// active peer). It may be changed and asked from any thread; the future is complete when that is done.
public final class Embedded extends VerticleBase {
    private final TunDevice tun;
    private final Device.Options options;
    private final DeviceUpdate configuration;
    private final PrintStream out;
    private @Nullable Device device;

    /// @param tun belongs to the device from now on, which closes it
    /// @param configuration key, port and peers; closed, which wipes its keys, when the device has copied them
    public Embedded(TunDevice tun, Device.Options options, DeviceUpdate configuration, PrintStream out) {
        this.tun = tun;
        this.options = options;
        this.configuration = configuration;
        this.out = out;
    }

    /// The interface `embedded0`, 10.0.0.1, with one peer, 10.0.0.2, until Enter is pressed. Needs root.
    ///
    /// @param args public key of the peer, and its address and port on the network
    public static void main(String[] args) throws Exception {
        // The native transport and enough event loops, one of them for packets. All other options are yours.
        var vertx = Vertx.vertx(EventLoops.options(1));

        // An interface of the kernel, which has its addresses and routes like any other.
        var tun = LinuxTun.open("embedded0", TunOptions.standard());
        try (var netlink = Netlink.open()) {
            int index = netlink.link(tun.name()).index();
            netlink.mtu(index, 1420);
            netlink.addAddress(index, InetAddress.ofLiteral("10.0.0.1"), 24);
            netlink.up(index);
        }

        // The first device of this Vert.x; the next would be number 1, so that they are on loops of their own.
        var loops = EventLoops.of(vertx).device(0, 1);
        var key = PrivateKey.generate(new SecureRandom());
        try (var x25519 = new JavaX25519()) {
            System.out.println("our public key is " + key.publicKey(x25519).toBase64());
        }
        var endpoint = new InetSocketAddress(args[1], Integer.parseInt(args[2]));
        var peer = peer(PublicKey.fromBase64(args[0]), endpoint, IpPrefix.parse("10.0.0.2/32"));
        var embedded =
                new Embedded(tun, Device.Options.standard(loops, tun), configuration(key, 51820, peer), System.out);
        vertx.deployVerticle(embedded).await();

        // Figures and events on the event bus, for whoever listens.
        var metrics =
                new MetricsVerticle(() -> List.of(embedded.device()), MetricsVerticle.Options.standard("example"));
        vertx.deployVerticle(metrics).await();
        vertx.deployVerticle(new Watcher(System.out)).await();
        var _ = System.in.read();
        vertx.close().await(); // the interface goes with it
    }

    /// What `wg set INTERFACE private-key FILE listen-port PORT peer ...` would tell an interface.
    public static DeviceUpdate configuration(PrivateKey key, int port, PeerUpdate... peers) {
        var noMark = OptionalInt.empty();
        return new DeviceUpdate(key, OptionalInt.of(port), noMark, true, List.of(peers));
    }

    /// A peer to which these addresses belong: packets to them go to it, and it may send from them.
    ///
    /// @param endpoint null: not known until it comes to us
    public static PeerUpdate peer(PublicKey key, @Nullable InetSocketAddress endpoint, IpPrefix allowedIps) {
        var allowed = List.of(new AllowedIpChange(allowedIps, false));
        return new PeerUpdate(key, false, false, null, endpoint, OptionalInt.empty(), true, allowed);
    }

    @Override
    public Future<?> start() {
        // Published on the event bus, by the name of the interface, and heard on this verticle's context.
        var listening = PeerNotices.listen(vertx, tun.name(), this::heard);
        return listening
                .completion()
                .compose(_ -> Device.start(vertx, List.of(tun), options))
                .compose(started -> {
                    device = started;
                    started.ended().onSuccess(reason -> out.println(tun.name() + " has ended: " + reason));
                    return started.update(configuration);
                })
                .eventually(() -> {
                    configuration.close();
                    return Future.succeededFuture();
                })
                .recover(failure -> stop().transform(_ -> Future.failedFuture(failure)));
    }

    private void heard(PeerNotice notice) {
        var peer = notice.peer().toBase64().substring(0, 8);
        var what =
                switch (notice.event()) {
                    case PeerEvent.HandshakeStarted started -> "handshake, attempt " + started.attempt();
                    case PeerEvent.SessionEstablished session ->
                        session.initiator() ? "session, " + session.rtt() / 1000 + " us" : "session, it began";
                    case PeerEvent.HandshakeGivenUp _ -> "does not answer";
                    case PeerEvent.PathInDoubt _ -> "may not hear us";
                    case PeerEvent.TimestampRefused _ -> "sent an old timestamp";
                    case PeerEvent.KeysZeroed _ -> "session forgotten";
                };
        out.println(tun.name() + ", peer " + peer + ": " + what);
    }

    /// The running router. To be asked for when the verticle is deployed.
    public Device device() {
        return Objects.requireNonNull(device, "not deployed");
    }

    /// What `wg show` would print: port, peers, endpoints, bytes. Whoever asks closes it, since it holds keys.
    public Future<DeviceStatus> status() {
        return device == null ? Future.failedFuture("not deployed") : device.status();
    }

    /// Takes the interface away.
    @Override
    public Future<?> stop() {
        return device == null ? Future.succeededFuture() : device.close();
    }
}
