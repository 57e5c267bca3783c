package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.warren.conf.DeviceUpdate;
import dev.warren.conf.PeerUpdate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.tun.MemoryTun;
import dev.warren.testkit.MemoryUdp;
import dev.warren.verticles.bus.RouterCommand;
import dev.warren.verticles.bus.RouterMailbox;
import dev.warren.verticles.control.DeviceException;
import dev.warren.verticles.device.Device;
import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/// Link, port and mark come and go in any order, and the kernel refuses now and then: the device always ends up with
/// what was asked for, or goes on with what it has and says so.
class SocketStateTest extends DeviceLab {
    SocketStateTest() {
        super(1, 1);
    }

    private static DeviceUpdate port(int port) {
        return new DeviceUpdate(null, OptionalInt.of(port), OptionalInt.empty(), false, List.of());
    }

    private static DeviceUpdate mark(int mark) {
        return new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.of(mark), false, List.of());
    }

    /// Returns when the router has done what this leads to.
    private void link(Side side, boolean up) throws Exception {
        new RouterMailbox(vertx, side.device.name()).tell(new RouterCommand.Link(up));
        side.update(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, List.of()));
    }

    private MemoryUdp taken(int port) throws Exception {
        return network.open(port, InetAddress.getByName(a.address));
    }

    private static int errno(Side side, DeviceUpdate update) {
        var refused = assertThrows(
                DeviceException.class, () -> side.device.update(update).await(10, SECONDS));
        return refused.errno();
    }

    private void upWithoutAPort(MemoryUdp other) throws Exception {
        assertEquals(51820, other.port());
        link(a, true);
        assertEquals(1, a.counter("router.link-up"));
        assertEquals(0, a.counter("router.socket-open"));
        assertEquals(51820, a.device.status().await(10, SECONDS).listenPort());
    }

    @Test
    void aPortThatIsTakenAtLinkUpIsOpenedWhenItIsFree() throws Exception {
        connect();
        link(a, false);
        try (var other = taken(51820)) {
            upWithoutAPort(other);
            eventually("it is tried again", () -> counter("router.socket-refused") >= 2);
        }
        eventually("it is open", () -> counter("router.socket-open") == 1);
        connect();
    }

    @Test
    void whatWaitedForThePortIsSentThen() throws Exception {
        link(a, false);
        var packet = packet(a.inside, b.inside, 10);
        try (var other = taken(51820)) {
            upWithoutAPort(other);
            a.tun.inject(packet);
        }
        assertArrayEquals(packet, b.next());
    }

    private long counter(String name) {
        return a.device.counters().await().getOrDefault(name, 0L);
    }

    @Test
    void settingTheSamePortAgainMendsIt() throws Exception {
        link(a, false);
        try (var other = taken(51820)) {
            upWithoutAPort(other);
            assertEquals(-Errno.EADDRINUSE, errno(a, port(51820)));
        }
        a.update(port(51820));
        assertEquals(1, a.counter("router.socket-open"));
        connect();
    }

    @Test
    void anotherPortMendsItToo() throws Exception {
        link(a, false);
        try (var other = taken(51820)) {
            upWithoutAPort(other);
            a.update(port(40000));
            connect();
        }
    }

    @Test
    void aPortThatIsSetWhileTheLinkIsDownIsOpenedAtUp() throws Exception {
        connect();
        link(a, false);
        a.update(port(40000));
        assertEquals(0, a.counter("router.socket-open"));
        link(a, true);
        assertEquals(40000, a.device.status().await(10, SECONDS).listenPort());
        taken(51820).close();
        connect();
        link(a, false);
        link(a, true);
        connect();
    }

    @Test
    void downEndsTheAttempts() throws Exception {
        link(a, false);
        try (var other = taken(51820)) {
            upWithoutAPort(other);
            link(a, false);
        }
        taken(51820).close();
        assertEquals(0, a.counter("router.socket-open"));
        link(a, true);
        connect();
    }

    @Test
    void aPortThatIsRefusedWhileOneIsOpenChangesNothing() throws Exception {
        connect();
        try (var other = taken(777)) {
            assertEquals(-Errno.EADDRINUSE, errno(a, port(other.port())));
            assertEquals(51820, a.device.status().await(10, SECONDS).listenPort());
            connect();
        }
    }

    @Test
    void anyPortStaysTheSameOverDownAndUp() throws Exception {
        a.update(port(0));
        int chosen = a.device.status().await(10, SECONDS).listenPort();
        link(a, false);
        link(a, true);
        assertEquals(chosen, a.device.status().await(10, SECONDS).listenPort());
        connect();
    }

    // What comes before the step that fails stays, what comes behind it is not done: as the kernel does.
    @Test
    void whatComesBehindARefusedPortIsNotApplied() throws Exception {
        try (var other = taken(777);
                var key = PrivateKey.generate(random)) {
            var peers = List.of(PeerUpdate.remove(b.publicKey));
            var all = new DeviceUpdate(key, OptionalInt.of(other.port()), OptionalInt.of(7), true, peers);
            assertEquals(-Errno.EADDRINUSE, errno(a, all));
        }
        try (var status = a.device.status().await(10, SECONDS)) {
            assertEquals(0, status.fwmark());
            assertEquals(1, status.peers().size());
        }
        connect();
    }

    /// Sockets that cannot be marked once they are open, or not at all.
    private final class Marked implements AutoCloseable {
        final List<String> opened = new CopyOnWriteArrayList<>();
        volatile boolean refused;
        final Device device;

        Marked() throws Exception {
            var outside = InetAddress.getByName("192.0.2.7");
            device = Device.start(
                            vertx,
                            List.of(new MemoryTun("memM", 1420)),
                            new Device.Options(
                                    Suite.Choice.AUTO,
                                    ownLoops(1),
                                    (port, mark) -> {
                                        if (refused && mark != 0) throw new ErrnoException("SO_MARK", Errno.EPERM);
                                        opened.add(port + " mark " + mark);
                                        return new Markable(network.open(port, outside));
                                    },
                                    null))
                    .await(10, SECONDS);
        }

        void update(DeviceUpdate update) throws Exception {
            device.update(update).await(10, SECONDS);
        }

        @Override
        public void close() throws TimeoutException {
            device.close().await(10, SECONDS);
        }

        private final class Markable implements UdpSocket {
            private final UdpSocket inner;

            Markable(UdpSocket inner) {
                this.inner = inner;
            }

            @Override
            public int mark(int fwmark) {
                return refused ? -Errno.EPERM : inner.mark(fwmark);
            }

            @Override
            public int port() {
                return inner.port();
            }

            @Override
            public int fd4() {
                return inner.fd4();
            }

            @Override
            public int fd6() {
                return inner.fd6();
            }

            @Override
            public int receive(int fd, PacketBatch batch) {
                return inner.receive(fd, batch);
            }

            @Override
            public int send(PacketBatch batch) {
                return inner.send(batch);
            }

            @Override
            public int proceed() {
                return inner.proceed();
            }

            @Override
            public int waitsFor() {
                return inner.waitsFor();
            }

            @Override
            public int abandon() {
                return inner.abandon();
            }

            @Override
            public List<Offload> offloads() {
                return inner.offloads();
            }

            @Override
            public void onOffloadLost(Runnable action) {
                inner.onOffloadLost(action);
            }

            @Override
            public void counters(CounterRow<UdpCounter> row) {
                inner.counters(row);
            }

            @Override
            public CounterRow<UdpCounter> counters() {
                return inner.counters();
            }

            @Override
            public void close() {
                inner.close();
            }
        }
    }

    // there is no moment in which the new socket has another mark.
    @Test
    void aNewPortIsOpenedWithTheNewMark() throws Exception {
        try (var marked = new Marked()) {
            var both = new DeviceUpdate(null, OptionalInt.of(1111), OptionalInt.of(7), false, List.of());
            marked.update(both);
            marked.update(port(2222));
            marked.update(mark(8));
            marked.update(port(3333));
            assertEquals("1111 mark 7", marked.opened.get(marked.opened.size() - 3));
            assertEquals(
                    List.of("2222 mark 7", "3333 mark 8"),
                    marked.opened.subList(marked.opened.size() - 2, marked.opened.size()));
        }
    }

    @Test
    void portAndMarkAreOneStep() throws Exception {
        try (var marked = new Marked()) {
            marked.update(port(1111));
            marked.refused = true;
            var both = new DeviceUpdate(null, OptionalInt.of(2222), OptionalInt.of(7), false, List.of());
            var failure = assertThrows(DeviceException.class, () -> marked.update(both));
            assertEquals(-Errno.EPERM, failure.errno());
            assertEquals(
                    -Errno.EPERM,
                    assertInstanceOf(DeviceException.class, assertThrows(Exception.class, () -> marked.update(mark(7))))
                            .errno());
            try (var status = marked.device.status().await(10, SECONDS)) {
                assertEquals(1111, status.listenPort());
                assertEquals(0, status.fwmark());
            }
            marked.update(port(2222)); // without a mark it is not refused
        }
    }
}
