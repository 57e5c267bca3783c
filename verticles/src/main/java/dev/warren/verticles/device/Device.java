package dev.warren.verticles.device;

import dev.warren.conf.DeviceStatus;
import dev.warren.conf.DeviceUpdate;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.suite.SuiteOpener;
import dev.warren.io.TunDevice;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.tun.LinkMonitor;
import dev.warren.io.tun.LinuxTun;
import dev.warren.io.udp.LinuxUdp;
import dev.warren.io.udp.UdpOptions;
import dev.warren.routing.allowedips.AllowedIps;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.LinkCommand;
import dev.warren.verticles.bus.LinkMailbox;
import dev.warren.verticles.bus.LocalCodec;
import dev.warren.verticles.bus.PeerNotices;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.bus.SharedState;
import dev.warren.verticles.bus.TunMailbox;
import dev.warren.verticles.bus.TunQueues;
import dev.warren.verticles.bus.UdpCommand;
import dev.warren.verticles.bus.UdpMailbox;
import dev.warren.verticles.control.DeviceControl;
import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.control.Origin;
import dev.warren.verticles.counters.DeviceCounters;
import dev.warren.verticles.handshake.HandshakeVerticle;
import dev.warren.verticles.link.LinkVerticle;
import dev.warren.verticles.loop.DeviceLoops;
import dev.warren.verticles.loop.Loop;
import dev.warren.verticles.loop.PoolLevel;
import dev.warren.verticles.peer.PeerLoop;
import dev.warren.verticles.router.Captures;
import dev.warren.verticles.router.PeerRegistry;
import dev.warren.verticles.router.RouterVerticle;
import dev.warren.verticles.tun.TunVerticle;
import dev.warren.verticles.udp.SocketOpener;
import dev.warren.verticles.udp.UdpVerticle;
import io.vertx.core.Closeable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One running interface: all its actors. Built by [#start].
///
/// TUN, UDP and peers live on the packet loops, router and handshakes on a loop of their own, so that a large change or
/// a flood of handshake messages does not hold up packets; so do the kernel's notifications of links and routes.
public final class Device implements DeviceControl {
    /// What packets that wait for sessions may take, of all peers.
    private static final long STAGED_BYTES = 12 << 20;

    private final String name;
    private final List<TunDevice> queues;
    private final @Nullable LinkMonitor links;
    private final VertxInternal vertx;
    private final RouterMailbox router;
    private final LinkMailbox link;
    private final DeviceCounters counters;
    private final Promise<String> ended = Promise.promise();
    private final List<String> controlActors = new ArrayList<>();
    private final List<String> packetActors = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final List<PeerLoop> peerLoops = new ArrayList<>();
    /// Cancel the notifications of the end of a loop.
    private final List<Runnable> notices = new ArrayList<>();
    /// When Vert.x is closed first: actors that it undeploys by itself know no order, and the TUN would stay open.
    private final Closeable closing = done -> close().onComplete(done);

    /// Of the interface, as they were when the first page of a snapshot was asked for last.
    private volatile List<String> addresses = List.of();

    private final AtomicBoolean closeBegun = new AtomicBoolean();
    private final Promise<Void> closed = Promise.promise();

    private Device(Vertx vertx, List<? extends TunDevice> queues, int packetLoops, @Nullable LinkMonitor links) {
        this.links = links;
        this.vertx = (VertxInternal) vertx;
        this.queues = List.copyOf(queues);
        this.name = queues.getFirst().name();
        this.router = new RouterMailbox(vertx, name);
        this.link = new LinkMailbox(vertx, name);
        this.counters = new DeviceCounters(queues.size(), packetLoops);
    }

    /// What a device is started with.
    ///
    /// @param cryptography is opened on each loop
    /// @param loops where everything runs, such as `EventLoops.of(vertx).device(0, 1)`
    /// @param sockets opens the UDP sockets
    /// @param links watches the interface, now the device's; null: it is taken to be up
    public record Options(
            SuiteOpener cryptography,
            DeviceLoops loops,
            SocketOpener sockets,
            @Nullable LinkMonitor links) {
        /// What suits most, for a TUN of the kernel: the fastest cryptography there is, the kernel's sockets with every
        /// offload they have, and a watch over the interface: up, down, MTU, name, routes.
        ///
        /// @throws ErrnoException when the kernel does not tell of the interface
        public static Options standard(DeviceLoops loops, LinuxTun tun) throws ErrnoException {
            var standard = standard(loops);
            return new Options(standard.cryptography, loops, standard.sockets, LinkMonitor.open(tun));
        }

        /// Likewise for a TUN that is no interface of the kernel, such as one in memory: it is taken to be up.
        public static Options standard(DeviceLoops loops) {
            var udp = UdpOptions.standard();
            return new Options(Suite.Choice.AUTO, loops, (port, mark) -> LinuxUdp.open(port, mark, udp), null);
        }

        /// The same with another cryptography.
        public Options withCryptography(SuiteOpener cryptography) {
            return new Options(cryptography, loops, sockets, links);
        }

        /// The same with other sockets.
        public Options withSockets(SocketOpener sockets) {
            return new Options(cryptography, loops, sockets, links);
        }
    }

    /// Deploys the actors around an open TUN device, which belongs to the device from now on. The Vert.x instance
    /// needs the native transport, as with `EventLoops.options`. May be called from any thread, also by a verticle
    /// as it starts; the actors are not its children. They end with [#close], or with the Vert.x instance.
    ///
    /// @param queues of the TUN, at least one and at most as many as packet loops: each on a loop of its own
    public static Future<Device> start(Vertx vertx, List<? extends TunDevice> queues, Options options) {
        int packetLoops = options.loops().packets().size();
        if (queues.isEmpty() || queues.size() > packetLoops) {
            throw new IllegalArgumentException(queues.size() + " queues on " + packetLoops + " packet loops");
        }
        LocalCodec.register(vertx.eventBus());
        var device = new Device(vertx, queues, packetLoops, options.links());
        device.vertx.addCloseHook(device.closing);
        return device.requireEpoll()
                .compose(_ -> device.openLoops(options))
                .compose(_ -> device.deploy(options))
                .recover(failure -> device.close().transform(_ -> Future.failedFuture(failure)))
                .map(device);
    }

    private Future<Void> requireEpoll() {
        if (vertx.isNativeTransportEnabled()) return Future.succeededFuture();
        return Future.failedFuture(new IllegalStateException(
                name + " needs epoll, and this Vert.x does without: VertxOptions.setPreferNativeTransport(true)",
                vertx.unavailableNativeTransportCause()));
    }

    private Future<Void> openLoops(Options options) {
        var opening = new ArrayList<Future<Loop>>();
        opening.add(Loop.open(vertx, options.loops().control(), options.cryptography()));
        for (var each : options.loops().packets()) opening.add(Loop.open(vertx, each, options.cryptography()));
        return Future.join(opening)
                .eventually(() -> {
                    opening.stream()
                            .filter(Future::succeeded)
                            .map(Future::result)
                            .forEach(this::use);
                    return Future.succeededFuture();
                })
                .mapEmpty();
    }

    private void use(Loop loop) {
        loops.add(loop);
        notices.add(loop.onEnd(() -> ended.tryComplete("an event loop of " + name + " has ended, by an error of this"
                + " program or because Vert.x was closed")));
    }

    private Future<Void> deploy(Options options) {
        var control = loops.getFirst();
        var random = new SecureRandom();
        var allowedIps = new AllowedIps<PeerRef>();
        var state = new SharedState(allowedIps.snapshot(), queues.getFirst().mtu());
        var handshakes = new HandshakeMailbox(vertx, name);
        var events = new PeerNotices(vertx, name);

        // A peer's packets are written to the queue of its own loop, and there the kernel puts the answers.
        var packets = loops.subList(1, loops.size());
        for (int i = 0; i < packets.size(); i++) {
            var loop = packets.get(i);
            peerLoops.add(new PeerLoop(
                    name,
                    loop,
                    state,
                    udp(loop),
                    tun(i % queues.size(), loop),
                    handshakes,
                    events,
                    STAGED_BYTES / packets.size()));
        }
        var controlUdp = udp(control);
        var tuns = tuns(control);
        var registry =
                new PeerRegistry(control, name, List.copyOf(peerLoops), tuns, controlUdp, router, random, counters);
        var captures = new Captures(control, List.copyOf(peerLoops), controlUdp, registry);

        return deploy(
                        control,
                        () -> new RouterVerticle(
                                control,
                                name,
                                state,
                                router,
                                controlUdp,
                                handshakes,
                                registry,
                                allowedIps,
                                events,
                                counters,
                                captures))
                .compose(_ -> deploy(
                        control,
                        () -> new HandshakeVerticle(
                                control, name, handshakes, router, controlUdp, random, counters.handshakes())))
                .compose(_ -> deployUdp(options.sockets(), handshakes))
                .compose(_ -> deployTun(state))
                .compose(_ -> deployLink(state, controlUdp, options.links()));
    }

    private Future<Void> deployUdp(SocketOpener sockets, HandshakeMailbox handshakes) {
        var first = peerLoops.getFirst();
        return deploy(
                first.loop(),
                () -> new UdpVerticle(first.loop(), sockets, first.udp(), handshakes, router, counters.udp()));
    }

    private Future<Void> deployTun(SharedState state) {
        Future<Void> deployed = Future.succeededFuture();
        for (int i = 0; i < queues.size(); i++) {
            var own = peerLoops.get(i);
            var queue = queues.get(i);
            var row = counters.queue(i);
            deployed = deployed.compose(_ -> deploy(
                    own.loop(),
                    () -> new TunVerticle(
                            own.loop(), queue, queues.size(), state, own.tun(), router, this::lost, row)));
        }
        return deployed;
    }

    /// Comes last: it says that the link is up, and then peers wake and all queues must hear of it.
    private Future<Void> deployLink(SharedState state, UdpMailbox udp, @Nullable LinkMonitor links) {
        if (links == null) {
            router.tell(new RouterCommand.Link(true));
            return Future.succeededFuture();
        }
        var control = loops.getFirst();
        return deploy(
                control,
                () -> new LinkVerticle(control, name, links, state, router, udp, link, counters.link(), this::lost));
    }

    private void lost(String reason) {
        ended.tryComplete(reason);
    }

    private Future<Void> deploy(Loop loop, Supplier<VerticleBase> verticle) {
        return loop.deploy(verticle).map(id -> {
            (loop == loops.getFirst() ? controlActors : packetActors).add(id);
            return null;
        });
    }

    private UdpMailbox udp(Loop loop) {
        return new UdpMailbox(vertx, name, loop);
    }

    private TunMailbox tun(int queue, Loop loop) {
        return new TunMailbox(vertx, name, queue, loop);
    }

    private TunQueues tuns(Loop control) {
        var mailboxes = new ArrayList<TunMailbox>();
        for (int i = 0; i < queues.size(); i++) mailboxes.add(tun(i, control));
        return new TunQueues(control, mailboxes);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Future<Void> update(DeviceUpdate update, Origin origin) {
        Promise<Void> applied = vertx.promise();
        router.tell(new RouterCommand.Update(update, origin, applied));
        return applied.future();
    }

    @Override
    public Future<DeviceStatus> status() {
        Promise<DeviceStatus> told = vertx.promise();
        router.tell(new RouterCommand.Status(told));
        return told.future();
    }

    @Override
    public Future<DeviceSnapshot> snapshot(int offset, int limit) {
        Promise<DeviceSnapshot> taken = vertx.promise();
        router.tell(new RouterCommand.Snapshot(offset, limit, taken));
        return taken.future().map(snapshot -> {
            var pools = new ArrayList<PoolLevel>();
            for (var loop : loops) pools.addAll(loop.poolLevels());
            if (offset == 0) addresses = InterfaceAddresses.of(name);
            return snapshot.with(pools, addresses);
        });
    }

    @Override
    public Future<Map<String, Long>> counters() {
        Promise<Void> counted = vertx.promise();
        link.tell(new LinkCommand.Count(counted));
        return counted.future().compose(_ -> {
            Promise<Map<String, Long>> told = vertx.promise();
            router.tell(new RouterCommand.Counters(told));
            return told.future();
        });
    }

    /// Ends all actors and takes the interface away, in the order in which packets walk: nothing is read any
    /// more, then the peers go, then what they have gathered leaves, then those who own the descriptors go. A
    /// message that finds its receiver gone is given back by its sender, but one that is queued for a
    /// receiver when it goes would be lost, and its batch with it: so no actor goes before those who send
    /// to it are quiet. May be called from any thread, and more than once.
    public Future<Void> close() {
        if (closeBegun.compareAndSet(false, true)) {
            vertx.removeCloseHook(closing);
            quiet().otherwiseEmpty()
                    .compose(_ -> undeployControl())
                    .compose(_ -> each(peerLoops, PeerLoop::close))
                    .compose(_ -> undeploy(packetActors))
                    .compose(_ -> each(loops, Loop::close))
                    .onComplete(_ -> {
                        notices.forEach(Runnable::run);
                        if (links != null) links.close();
                        queues.forEach(TunDevice::close);
                    })
                    .onComplete(closed);
        }
        return closed.future();
    }

    /// No frame and no datagram is read from now on.
    private Future<Void> quiet() {
        if (peerLoops.isEmpty() || loops.getFirst().ended()) return Future.succeededFuture();
        var control = loops.getFirst();
        Promise<Integer> unbound = control.promise();
        peerLoops.getFirst().udp().tell(new UdpCommand.Bind(false, 0, 0, unbound));
        return Future.join(tuns(control).quiet(), unbound.future())
                .otherwiseEmpty()
                .mapEmpty();
    }

    /// Whose loop has ended does nothing any more, and cannot be waited for.
    private Future<Void> undeployControl() {
        if (loops.isEmpty() || loops.getFirst().ended()) return Future.succeededFuture();
        return undeploy(controlActors.reversed());
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

    /// The control loop is 0, the packet loops follow. For tests.
    public Context loop(int i) {
        return loops.get(i).context();
    }

    /// How many private keys the cryptography of a loop keeps something of. For tests.
    public Future<Integer> keysKept(int i) {
        var loop = loops.get(i);
        Promise<Integer> told = Promise.promise();
        loop.context().runOnContext(_ -> told.complete(loop.suite().x25519().kept()));
        return told.future();
    }

    /// Batches that are not back in their pools, of all loops; also when it is closed. For tests.
    public Future<Integer> batchesOut() {
        Future<Integer> sum = Future.succeededFuture(0);
        for (var loop : loops) {
            Promise<Integer> told = Promise.promise();
            loop.context().runOnContext(_ -> told.complete(loop.batchesOut()));
            sum = sum.compose(before -> told.future().map(out -> before + out));
        }
        return sum;
    }

    /// Completes with the reason when the interface was taken away, or when an event loop of the device has ended.
    public Future<String> ended() {
        return ended.future();
    }
}
