package dev.warren.verticles.loop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.warren.crypto.suite.Suite;
import dev.warren.io.tun.MemoryTun;
import dev.warren.testkit.MemoryNetwork;
import dev.warren.verticles.VertxUnit;
import dev.warren.verticles.device.Device;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.unit.TestContext;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(VertxUnit.class)
class EventLoopsTest {
    private final List<Vertx> opened = new ArrayList<>();
    private final MemoryNetwork network = new MemoryNetwork();

    private EventLoops loops(int pool) {
        var vertx =
                Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(pool));
        opened.add(vertx);
        return EventLoops.of(vertx);
    }

    private static List<EventLoop> all(EventLoops loops) {
        var all = new ArrayList<EventLoop>();
        ((VertxInternal) loops.vertx()).nettyEventLoopGroup().forEach(loop -> all.add((EventLoop) loop));
        return all;
    }

    private static EventLoop of(Context context) {
        return ((ContextInternal) context).nettyEventLoop();
    }

    @AfterEach
    void close() throws Exception {
        for (var vertx : opened) vertx.close().await(10, SECONDS);
    }

    private Device start(EventLoops loops, int number, int packetLoops) throws Exception {
        var outside = InetAddress.getByName("192.0.2." + (1 + number));
        var options = new Device.Options(
                Suite.Choice.JDK, loops.device(number, packetLoops), (port, _) -> network.open(port, outside), null);
        return Device.start(loops.vertx(), List.of(new MemoryTun("mem" + number, 1420)), options)
                .await(10, SECONDS);
    }

    /// F15 of a review: of three devices on three loops two had control where all had their packets.
    @Test
    void noDeviceHasItsControlWhereAnyHasPackets() throws Exception {
        var loops = loops(EventLoops.poolSize(2));
        var control = new HashSet<EventLoop>();
        var packets = new HashSet<EventLoop>();
        var first = new ArrayList<EventLoop>();
        for (int number = 0; number < 3; number++) {
            // Whatever else is deployed, and whoever asks: nothing goes by whose turn it is.
            loops.vertx().deployVerticle(new VerticleBase() {}).await(10, SECONDS);
            var device = start(loops, number, 2);
            control.add(of(device.loop(0)));
            for (int i = 1; i <= 2; i++) packets.add(of(device.loop(i)));
            first.add(of(device.loop(1)));
        }
        var all = all(loops);
        assertEquals(Set.of(all.get(0)), control);
        assertEquals(Set.of(all.get(2), all.get(3)), packets);
        assertEquals(List.of(all.get(2), all.get(3), all.get(2)), first);
        assertSame(all.get(1), of(loops.management()));
    }

    @Test
    void anInstanceOfSomebodyElseWithTheFewestLoopsWillDo() throws Exception {
        var loops = loops(2);
        var device = start(loops, 0, 1);
        assertEquals(all(loops), List.of(of(device.loop(0)), of(device.loop(1))));
        assertSame(all(loops).getFirst(), of(loops.management()));
        device.close().await(10, SECONDS);
    }

    /// `firsts` are where the first packet loop of each device is, among those for packets.
    @ParameterizedTest
    @CsvSource({
        "1, 1, 0 0 0",
        "3, 3, 0 1 2 0", // all share all, none has the sockets and the TUN where the next has
        "4, 1, 0 1 2 3 1 2 3 0",
        "8, 2, 0 2 4 6 1 3 5 7 2", // apart while there is room, then as little as can be in common
        "3, 2, 0 1 2 0",
        "8, 3, 0 3 1 4",
    })
    void devicesAreSpread(int forPackets, int each, String firsts) {
        var loops = loops(EventLoops.poolSize(forPackets));
        var packets = all(loops).subList(2, 2 + forPackets);
        int number = 0;
        for (var expected : firsts.split(" ")) {
            int first = Integer.parseInt(expected);
            var chosen = loops.device(number++, each);
            for (int i = 0; i < each; i++) {
                assertSame(
                        packets.get((first + i) % forPackets), chosen.packets().get(i), "device " + (number - 1));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4, 3, 'packet loops wanted: 3; event loops of this Vert.x: 4, 2 of them for packets;"
                + " setEventLoopPoolSize(5)'",
        "2, 2, 'packet loops wanted: 2; event loops of this Vert.x: 2, 1 of them for packets;"
                + " setEventLoopPoolSize(4)'",
        "1, 1, 'packet loops wanted: 1; event loops of this Vert.x: 1, 0 of them for packets;"
                + " setEventLoopPoolSize(3)'",
        "4, 0, 'A device needs a packet loop, not 0.'",
        "4, -1, 'A device needs a packet loop, not -1.'",
    })
    void aWrongNumberIsRefusedWithWhatToDo(int pool, int packetLoops, String why) {
        var loops = loops(pool);
        var refused = assertThrows(IllegalArgumentException.class, () -> loops.device(0, packetLoops));
        assertEquals(why, refused.getMessage());
    }

    @Test
    void loopsThatWouldHoldUpPacketsAreRefused() {
        var all = all(loops(3));
        assertThrows(IllegalArgumentException.class, () -> new DeviceLoops(all.get(0), List.of()));
        assertThrows(IllegalArgumentException.class, () -> new DeviceLoops(all.get(0), all));
        assertThrows(
                IllegalArgumentException.class, () -> new DeviceLoops(all.get(0), List.of(all.get(1), all.get(1))));
    }

    @Test
    void loopsOfAnotherInstanceAreRefused(TestContext context) {
        var there = loops(2).device(0, 1);
        Device.start(loops(2).vertx(), List.of(new MemoryTun("memX", 1420)), Device.Options.standard(there))
                .onComplete(context.asyncAssertFailure(refused ->
                        assertEquals("The event loop is one of another Vert.x instance.", refused.getMessage())));
    }

    @Test
    void aVertxWithoutEpollIsRefusedWithWhatToDo(TestContext context) {
        var vertx = Vertx.vertx();
        opened.add(vertx);
        var options = Device.Options.standard(EventLoops.of(vertx).device(0, 1));
        Device.start(vertx, List.of(new MemoryTun("memX", 1420)), options)
                .onComplete(context.asyncAssertFailure(refused -> assertEquals(
                        "memX needs epoll, and this Vert.x does without: VertxOptions.setPreferNativeTransport(true)",
                        refused.getMessage())));
    }

    @Test
    void aDeviceIsClosedWithItsVertx(TestContext test) {
        var loops = loops(EventLoops.poolSize(1));
        var tun = new MemoryTun("memX", 1420);
        Device.start(loops.vertx(), List.of(tun), Device.Options.standard(loops.device(0, 1)))
                .compose(_ -> loops.vertx().close())
                .onComplete(test.asyncAssertSuccess(_ -> {
                    tun.inject(new byte[20]);
                    assertEquals(0, tun.waiting(), "the TUN is open");
                }));
    }

    /// Vert.x undeploys the children of a verticle before itself: its device could then not close in order.
    @Test
    void aVerticleThatStartsADeviceFindsItRunningWhenItStops(TestContext test) {
        var loops = loops(EventLoops.poolSize(1));
        var options = Device.Options.standard(loops.device(0, 1));
        loops.vertx()
                .deployVerticle(new VerticleBase() {
                    private @Nullable Device device;

                    @Override
                    public Future<?> start() {
                        return Device.start(vertx, List.of(new MemoryTun("memX", 1420)), options)
                                .onSuccess(started -> device = started);
                    }

                    @Override
                    public Future<?> stop() {
                        var running = Objects.requireNonNull(device);
                        return running.counters()
                                .compose(_ -> running.close())
                                .compose(_ -> running.batchesOut())
                                .onComplete(test.asyncAssertSuccess(out -> assertEquals(0, out)));
                    }
                })
                .compose(loops.vertx()::undeploy)
                .onComplete(test.asyncAssertSuccess());
    }

    /// Vert.x would start and stop it on whichever loop is next, and wait for that.
    @Test
    void aVerticleStartsAndStopsWhileAllOtherLoopsAreBusy(TestContext context) throws Exception {
        var loops = loops(4);
        var vertx = (VertxInternal) loops.vertx();
        var free = new CountDownLatch(1);
        var all = all(loops);
        var loop = Loop.open(vertx, all.get(2), Suite.Choice.JDK).await(10, SECONDS);
        var ran = new ArrayList<EventLoop>();
        for (var other : all) {
            if (other == all.get(2)) continue;
            other.execute(() -> {
                try {
                    context.assertTrue(free.await(30, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        var stopped = context.async();
        loop.context().runOnContext(_ -> loop.deploy(() -> new VerticleBase() {
                    @Override
                    public Future<?> start() throws Exception {
                        ran.add(of(context));
                        return super.start();
                    }

                    @Override
                    public Future<?> stop() throws Exception {
                        ran.add(of(context));
                        return super.stop();
                    }
                })
                .compose(vertx::undeploy)
                .onSuccess(_ -> stopped.complete())
                .onFailure(context.exceptionHandler()));
        stopped.awaitSuccess(10_000); // less than they are busy
        free.countDown();
        assertEquals(List.of(all.get(2), all.get(2)), ran);
    }
}
