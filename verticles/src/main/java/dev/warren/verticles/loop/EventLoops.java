package dev.warren.verticles.loop;

import io.netty.channel.EventLoop;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/// The event loops of a Vert.x instance and what each is for, whatever number of devices there is, so that none shares
/// one by chance.
///
/// The first is for control of all devices. The second is for what may take its time: control sockets, where `wg show`
/// of 100 000 peers is many megabytes of text, names, endpoints to remember; handshakes and waking do not wait for
/// that. The others are for packets. Where there are but two, the first has both. The event bus of a cluster has taken
/// the first before anybody could be asked, to read what other nodes send: there it is the one for what may take
/// its time.
public final class EventLoops {
    private final VertxInternal vertx;
    private final List<EventLoop> all;
    private final List<EventLoop> packets;

    private EventLoops(VertxInternal vertx, List<EventLoop> all) {
        this.vertx = vertx;
        this.all = all;
        this.packets = all.subList(all.size() > 2 ? 2 : 1, all.size());
    }

    /// Returns the number of event loops that this many packet loops and everything else need.
    public static int poolSize(int packetLoops) {
        return packetLoops + 2;
    }

    /// The options that a Vert.x instance needs for devices: the native transport, and a pool of event
    /// loops for so many packet loops. All others are for the application to choose.
    public static VertxOptions options(int packetLoops) {
        return new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(poolSize(packetLoops));
    }

    /// The event loops of a Vert.x instance, which may be anybody's.
    public static EventLoops of(Vertx vertx) {
        var internal = (VertxInternal) vertx;
        var loops = StreamSupport.stream(internal.nettyEventLoopGroup().spliterator(), false);
        var all = new ArrayList<>(loops.map(EventLoop.class::cast).toList());
        if (vertx.isClustered() && all.size() > 2) Collections.swap(all, 0, 1);
        return new EventLoops(internal, List.copyOf(all));
    }

    public Vertx vertx() {
        return vertx;
    }

    /// The loops of one device. Devices that are numbered in turn are spread over all packet loops: each begins on
    /// another, which has the most to do, and shares as few as can be.
    ///
    /// @param number of the device within this Vert.x instance, from 0
    /// @param packetLoops of this device, at least 1
    /// @throws IllegalArgumentException when there are too few
    public DeviceLoops device(int number, int packetLoops) {
        if (packetLoops < 1)
            throw new IllegalArgumentException("A device needs a packet loop, not " + packetLoops + ".");
        if (packetLoops > packets.size()) {
            throw new IllegalArgumentException(
                    "packet loops wanted: %d; event loops of this Vert.x: %d, %d of them for packets; setEventLoopPoolSize(%d)"
                            .formatted(packetLoops, all.size(), packets.size(), poolSize(packetLoops)));
        }
        int apart = packets.size() / packetLoops; // so many devices have no packet loop in common
        int first = number % apart * packetLoops + number / apart;
        var chosen = IntStream.range(0, packetLoops)
                .mapToObj(i -> packets.get((first + i) % packets.size()))
                .toList();
        return new DeviceLoops(all.getFirst(), chosen);
    }

    /// The name of the loop of a context: `control`, `management`, or `packet-1` and so on.
    public String name(Context context) {
        return name(((ContextInternal) context).nettyEventLoop());
    }

    String name(EventLoop loop) {
        int number = all.indexOf(loop);
        int packet = packets.indexOf(loop);
        if (packet >= 0) return "packet-" + (packet + 1);
        return number == 0 ? "control" : "management";
    }

    /// Sends a task to each loop that tells how long it waited for its turn. Completes on the loop of the caller, if
    /// that is one, else on any.
    public Future<List<LoopProbe>> probe() {
        var probes = new ArrayList<Future<LoopProbe>>();
        for (var loop : all) {
            Promise<LoopProbe> answer = vertx.promise();
            probes.add(answer.future());
            long sent = System.nanoTime();
            loop.execute(() -> answer.complete(new LoopProbe(
                    name(loop),
                    System.nanoTime() - sent,
                    ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime())));
        }
        return Future.all(probes).map(CompositeFuture::list);
    }

    private EventLoop managementLoop() {
        return all.get(all.size() > 2 ? 1 : 0);
    }

    /// For what may take its time.
    public Context management() {
        return PinnedDeployment.context(vertx, managementLoop());
    }

    /// Deploys a verticle that may take its time. Undeployed like any other, and with the verticle that calls this.
    public Future<String> deploy(VerticleBase verticle) {
        var parent = vertx.getOrCreateContext().deployment();
        return PinnedDeployment.deploy(vertx, parent, managementLoop(), () -> verticle);
    }
}
