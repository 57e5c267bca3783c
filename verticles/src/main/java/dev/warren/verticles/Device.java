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
import dev.warren.verticles.bus.TunMessage;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.bus.UdpMessage;
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
import io.vertx.core.internal.VertxInternal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One running interface: all its actors. Built by [#start].
///
/// TUN, UDP and peers live on the packet loops, router and handshakes on a loop of their own, so that a large change or
/// a flood of strangers does not hold up packets.
public final class Device implements DeviceControl {
    private final TunDevice tun;
    private final VertxInternal vertx;
    private final RouterMailbox router;
    private final Promise<String> ended = Promise.promise();
    private final List<String> controlActors = new ArrayList<>();
    private final List<String> packetActors = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final List<PeerLoop> peerLoops = new ArrayList<>();
    private @Nullable Future<Void> closed;

    private Device(Vertx vertx, TunDevice tun) {
        this.vertx = (VertxInternal) vertx;
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
        var opening = new ArrayList<Future<Loop>>();
        for (int i = 0; i <= options.packetLoops(); i++) opening.add(Loop.open(vertx, options.aead()));
        return Future.join(opening)
                .eventually(() -> {
                    opening.stream()
                            .filter(Future::succeeded)
                            .map(Future::result)
                            .forEach(loops::add);
                    return Future.succeededFuture();
                })
                .mapEmpty();
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
        var roster = new Roster(control, tun.name(), List.copyOf(peerLoops), controlTun, controlUdp, router, random);

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
            (loop == loops.getFirst() ? controlActors : packetActors).add(id);
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
        Promise<Void> applied = vertx.promise();
        router.tell(new RouterMessage.Update(update, applied));
        return applied.future();
    }

    @Override
    public Future<DeviceStatus> status() {
        Promise<DeviceStatus> told = vertx.promise();
        router.tell(new RouterMessage.Status(told));
        return told.future();
    }

    @Override
    public Future<Map<String, Long>> counters() {
        Promise<Map<String, Long>> told = vertx.promise();
        router.tell(new RouterMessage.Counters(told));
        return told.future();
    }

    /// Ends all actors and takes the interface away, in the order in which packets walk: nothing is read any
    /// more, then the peers go, then what they have gathered leaves, then those who own the descriptors go. A
    /// message that finds its receiver gone is given back by its sender, but one that is queued for a
    /// receiver when it goes would be lost, and its batch with it: so nobody goes before those who send to
    /// him have been quiet.
    public Future<Void> close() {
        var done = closed;
        if (done == null) {
            done = quiet().compose(_ -> undeploy(controlActors.reversed()))
                    .compose(_ -> each(peerLoops, PeerLoop::close))
                    .compose(_ -> undeploy(packetActors))
                    .compose(_ -> each(loops, Loop::close))
                    .onComplete(_ -> tun.close());
            closed = done;
        }
        return done;
    }

    /// No frame and no datagram is read from now on.
    private Future<Void> quiet() {
        if (peerLoops.isEmpty()) return Future.succeededFuture();
        var control = loops.getFirst();
        Promise<Void> tunQuiet = control.promise();
        Promise<Integer> unbound = control.promise();
        peerLoops.getFirst().tun().tell(new TunMessage.Quiet(tunQuiet));
        peerLoops.getFirst().udp().tell(new UdpMessage.Bind(false, 0, unbound));
        return Future.join(tunQuiet.future(), unbound.future()).otherwiseEmpty().mapEmpty();
    }

    private Future<Void> undeploy(List<String> actors) {
        return each(actors, vertx::undeploy);
    }

    /// One after the other, whether or not those before went well.
    private static <T> Future<Void> each(List<T> those, Function<T, Future<Void>> step) {
        Future<Void> done = Future.succeededFuture();
        for (var one : those) done = done.compose(_ -> step.apply(one)).otherwiseEmpty();
        return done;
    }

    /// Batches that are not home, of all loops; also when it is closed. For tests.
    Future<Integer> batchesOut() {
        Future<Integer> sum = Future.succeededFuture(0);
        for (var loop : loops) {
            Promise<Integer> told = Promise.promise();
            loop.context().runOnContext(_ -> told.complete(loop.batchesOut()));
            sum = sum.compose(before -> told.future().map(out -> before + out));
        }
        return sum;
    }

    /// Completes with the reason when the interface was taken away.
    public Future<String> ended() {
        return ended.future();
    }
}
