package dev.warren.verticles;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.crypto.Suite;
import dev.warren.io.TunDevice;
import dev.warren.io.tun.LinkMonitor;
import dev.warren.routing.AllowedIps;
import dev.warren.verticles.bus.Bulletin;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.LocalCodec;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.RouterMessage;
import dev.warren.verticles.bus.TunMailbox;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.handshake.HandshakeVerticle;
import dev.warren.verticles.peer.PeerLoop;
import dev.warren.verticles.router.Roster;
import dev.warren.verticles.router.RouterVerticle;
import dev.warren.verticles.tun.TunVerticle;
import dev.warren.verticles.udp.SocketOpener;
import dev.warren.verticles.udp.UdpVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One running interface: all its actors. Built by [#start].
///
/// TUN, UDP and peers live on the packet loops, router and handshakes on a loop of their own, so that a large change or
/// a flood of strangers does not hold up packets.
public final class Device implements DeviceControl {
    private final TunDevice tun;
    private final Vertx vertx;
    private final RouterMailbox router;
    private final Promise<String> ended = Promise.promise();
    private final List<String> deployments = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final List<PeerLoop> peerLoops = new ArrayList<>();

    private Device(Vertx vertx, TunDevice tun) {
        this.vertx = vertx;
        this.tun = tun;
        this.router = new RouterMailbox(vertx, tun.name());
    }

    /// What a device is started with.
    ///
    /// @param aead the cryptography to use
    /// @param packetLoops event loops for packets, 1 or more
    /// @param sockets opens the UDP sockets
    /// @param links watches the interface, now the device's; null: it is taken to be up
    public record Options(
            Suite.Choice aead,
            int packetLoops,
            SocketOpener sockets,
            @Nullable LinkMonitor links) {}

    /// Deploys the actors around an open TUN device, which belongs to the device from now on. The Vert.x instance needs
    /// the native transport and one event loop more than there are packet loops.
    public static Future<Device> start(Vertx vertx, TunDevice tun, Options options) {
        LocalCodec.register(vertx.eventBus());
        var device = new Device(vertx, tun);
        return device.openLoops(options)
                .compose(_ -> device.deploy(options))
                .recover(failure -> device.close().transform(_ -> Future.failedFuture(failure)))
                .map(device);
    }

    private Future<Void> openLoops(Options options) {
        Future<Void> opened = Future.succeededFuture();
        for (int i = 0; i <= options.packetLoops(); i++) {
            opened = opened.compose(_ -> Loop.open(vertx, options.aead())).map(loop -> {
                loops.add(loop);
                return null;
            });
        }
        return opened;
    }

    private Future<Void> deploy(Options options) {
        var control = loops.getFirst();
        var packets = loops.subList(1, loops.size());
        var io = packets.getFirst();
        var random = new SecureRandom();
        var allowedIps = new AllowedIps<PeerRef>();
        var bulletin = new Bulletin(allowedIps.snapshot(), tun.mtu());
        var handshakes = new HandshakeMailbox(vertx, tun.name());
        Consumer<String> lost = reason -> ended.tryComplete(reason);

        for (var loop : packets) peerLoops.add(new PeerLoop(loop, bulletin, udp(loop), tun(loop)));
        var controlUdp = udp(control);
        var controlTun = tun(control);
        var roster = new Roster(vertx, tun.name(), List.copyOf(peerLoops), controlTun, controlUdp, router, random);

        return deploy(
                        control,
                        () -> new RouterVerticle(
                                control, bulletin, router, controlTun, controlUdp, handshakes, roster, allowedIps))
                .compose(_ ->
                        deploy(control, () -> new HandshakeVerticle(control, handshakes, router, controlUdp, random)))
                .compose(_ -> deploy(
                        io,
                        () -> new UdpVerticle(
                                io,
                                options.sockets(),
                                bulletin,
                                peerLoops.getFirst().udp(),
                                handshakes)))
                .compose(_ -> deploy(
                        io,
                        () -> new TunVerticle(
                                io,
                                tun,
                                options.links(),
                                bulletin,
                                peerLoops.getFirst().tun(),
                                peerLoops.getFirst().udp(),
                                router,
                                lost)));
    }

    private Future<Void> deploy(Loop loop, Supplier<VerticleBase> verticle) {
        return loop.deploy(verticle).map(id -> {
            deployments.add(id);
            return null;
        });
    }

    private UdpMailbox udp(Loop loop) {
        return new UdpMailbox(vertx, tun.name(), loop);
    }

    private TunMailbox tun(Loop loop) {
        return new TunMailbox(vertx, tun.name(), loop);
    }

    @Override
    public String name() {
        return tun.name();
    }

    @Override
    public Future<Void> update(DeviceUpdate update) {
        Promise<Void> applied = Promise.promise();
        router.tell(new RouterMessage.Update(update, applied));
        return applied.future();
    }

    @Override
    public Future<DeviceStatus> status() {
        Promise<DeviceStatus> told = Promise.promise();
        router.tell(new RouterMessage.Status(told));
        return told.future();
    }

    @Override
    public Future<Map<String, Long>> counters() {
        Promise<Map<String, Long>> told = Promise.promise();
        router.tell(new RouterMessage.Counters(told));
        return told.future();
    }

    /// Ends all actors and takes the interface away: peers first, so that every buffer is home when its owner goes.
    public Future<Void> close() {
        Future<Void> closed = Future.succeededFuture();
        for (var id : deployments)
            closed = closed.compose(_ -> vertx.undeploy(id)).otherwiseEmpty();
        deployments.clear();
        for (var loop : peerLoops) closed = closed.compose(_ -> loop.close());
        for (var loop : loops) closed = closed.compose(_ -> loop.close());
        peerLoops.clear();
        loops.clear();
        return closed.onComplete(_ -> tun.close());
    }

    /// Completes with the reason when the interface was taken away.
    public Future<String> ended() {
        return ended.future();
    }
}
