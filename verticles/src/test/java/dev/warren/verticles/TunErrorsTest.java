package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.suite.Suite;
import dev.warren.io.ffm.Errno;
import dev.warren.io.tun.MemoryTun;
import dev.warren.testkit.Faults;
import dev.warren.testkit.FaultyTun;
import dev.warren.testkit.MemoryNetwork;
import dev.warren.verticles.device.Device;
import dev.warren.verticles.loop.EventLoops;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.unit.TestContext;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Reads of the TUN that fail while the interface is there, and when it is not.
@ExtendWith(VertxUnit.class)
class TunErrorsTest {
    private static final int MANY = 100;

    private final Faults faults = new Faults(8);
    private final MemoryTun tun = new MemoryTun("memE", 1420);
    private Vertx vertx;
    private final List<Device> started = new ArrayList<>();

    @BeforeEach
    void open() {
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(4));
    }

    @AfterEach
    void close() throws Exception {
        for (var device : started) {
            device.close().await(10, SECONDS);
            assertEquals(0, device.batchesOut().await(10, SECONDS));
        }
        vertx.close().await(10, SECONDS);
    }

    private Device start() throws Exception {
        var network = new MemoryNetwork();
        var outside = InetAddress.getByName("192.0.2.1");
        var options = new Device.Options(
                Suite.Choice.AUTO, EventLoops.of(vertx).device(0, 1), (port, _) -> network.open(port, outside), null);
        var device = Device.start(vertx, List.of(new FaultyTun(tun, faults)), options)
                .await(10, SECONDS);
        started.add(device);
        return device;
    }

    private long counter(String name) throws Exception {
        return started.getFirst().counters().await(10, SECONDS).getOrDefault(name, 0L);
    }

    /// A packet that belongs to nobody is read.
    private void reads(int packets) throws Exception {
        tun.inject(DeviceLab.packet("10.0.0.1", "10.9.9.9", 10));
        long until = System.nanoTime() + SECONDS.toNanos(10);
        while (counter("tun.drop.no-route") < packets) assertTrue(System.nanoTime() < until, "nothing is read");
    }

    @Test
    void anErrorEndsNothingWhileTheInterfaceIsThere() throws Exception {
        var every = new ArrayList<Integer>();
        for (var field : Errno.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) every.add(field.getInt(null));
        }
        assertTrue(every.contains(Errno.EINVAL) && every.size() > 20, every.toString());
        every.forEach(errno -> faults.failInput(errno, 1));
        var device = start();
        reads(1);
        assertEquals(every.size(), counter("tun.read.errors"));
        assertFalse(device.ended().isComplete());
    }

    @Test
    void anErrorThatStaysIsMetOnceASecond() throws Exception {
        faults.failInput(Errno.EINVAL, 2 * MANY);
        long begin = System.nanoTime();
        var device = start();
        reads(1);
        assertEquals(2 * MANY, counter("tun.read.errors"));
        assertTrue(System.nanoTime() - begin > SECONDS.toNanos(2), "no rest after " + MANY);
        assertFalse(device.ended().isComplete());
    }

    @Test
    void whenTheInterfaceIsGoneTheDeviceEnds(TestContext context) throws Exception {
        start().ended()
                .onComplete(context.asyncAssertSuccess(
                        reason -> assertTrue(reason.contains("memE is gone (File descriptor in bad state"), reason)));
        reads(1);
        tun.delete();
    }
}
