package dev.warren.verticles;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.io.TunDevice;
import dev.warren.io.UdpSocket;
import dev.warren.io.ffm.EventFd;
import dev.warren.io.tun.MemoryTun;
import dev.warren.testkit.Faults;
import dev.warren.testkit.FaultyTun;
import dev.warren.testkit.FaultyUdp;
import dev.warren.verticles.bus.HandshakeCommand;
import dev.warren.verticles.bus.HandshakeMailbox;
import dev.warren.verticles.bus.PeerCommand;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerRef;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/// Errors of this program, wherever something enters a loop: each costs what was at hand, and neither the loop nor a
/// buffer.
@ParameterizedClass(name = "{0} packet loops, {1} TUN queues, at {2}")
@CsvSource({"1, 1, 192.0.2.", "2, 2, 192.0.2.", "2, 1, 2001:db8::"})
class FaultInjectionTest extends DeviceLab {
    /// More than there are batches in any pool.
    private static final int TIMES = 12;
    /// Netty's punishment is 1 s; a working loop needs a fraction of a millisecond.
    private static final long SOON_MILLIS = 500;

    private static final List<Supplier<Throwable>> KINDS = List.of(
            () -> new IllegalStateException("a fault for a test"),
            () -> new AssertionError("a fault for a test"),
            () -> new StackOverflowError("a fault for a test"));

    private final String outside;
    private final Map<String, Faults> tuns = new HashMap<>();
    private final Map<String, Faults> sockets = new HashMap<>();

    FaultInjectionTest(int packetLoops, int tunQueues, String outside) {
        super(packetLoops, tunQueues);
        this.outside = outside;
    }

    @Override
    Side side(String name, String address, String inside) throws Exception {
        return super.side(name, outside + address.substring(address.lastIndexOf('.') + 1), inside);
    }

    @Override
    TunDevice tun(String side, MemoryTun queue) {
        return new FaultyTun(queue, tuns.computeIfAbsent(side, _ -> new Faults(1)));
    }

    @Override
    UdpSocket udp(String side, UdpSocket socket) {
        return new FaultyUdp(socket, sockets.computeIfAbsent(side, _ -> new Faults(1)));
    }

    private Faults tunOfB() {
        return Objects.requireNonNull(tuns.get("memB"));
    }

    private Faults socketOfB() {
        return Objects.requireNonNull(sockets.get("memB"));
    }

    @Test
    void errorsInReadingTheTunCostNoLoop() throws Exception {
        underLoad(kind -> tunOfB().throwInput(kind, TIMES));
    }

    @Test
    void errorsInWritingTheTunCostNoLoop() throws Exception {
        underLoad(kind -> tunOfB().throwOutput(kind, TIMES));
    }

    @Test
    void errorsInReceivingCostNoLoop() throws Exception {
        underLoad(kind -> socketOfB().throwInput(kind, TIMES));
    }

    @Test
    void errorsInSendingCostNoLoop() throws Exception {
        underLoad(kind -> socketOfB().throwOutput(kind, TIMES));
    }

    @Test
    void aFullSendBufferCostsNoLoop() throws Exception {
        connect();
        socketOfB().full(Integer.MAX_VALUE);
        for (int i = 0; i < 200; i++) b.tun.inject(packet(b.inside, a.inside, 100));
        eventually("something waits", () -> b.batchesOut() > 0);
        for (int i = 0; i < 10; i++) {
            long millis = trip(a, b);
            assertTrue(millis < SOON_MILLIS, "receiving waits for sending: " + millis + " ms");
        }
        socketOfB().notFull();
        asBefore();
    }

    @Test
    void whateverReceivingAnswersCostsNoLoop() throws Exception {
        connect();
        for (int errno = 1; errno <= 133; errno++) socketOfB().failInput(errno, 1);
        load(socketOfB());
        asBefore();
    }

    private void underLoad(Function<Supplier<Throwable>, Faults> armed) throws Exception {
        connect();
        for (var kind : KINDS) {
            load(armed.apply(kind));
            asBefore();
        }
    }

    /// Packets both ways until all faults have happened.
    private void load(Faults faults) throws Exception {
        long until = System.nanoTime() + SECONDS.toNanos(10);
        while (!faults.over()) {
            assertTrue(System.nanoTime() < until, "the faults were not reached");
            for (int i = 0; i < 20; i++) {
                a.tun.inject(packet(a.inside, b.inside, 100));
                b.tun.inject(packet(b.inside, a.inside, 100));
            }
            for (var side : sides) {
                for (int loop = 0; loop <= packetLoops; loop++) idle(side.device.loop(loop));
            }
        }
    }

    private void asBefore() throws Exception {
        long first = trip(a, b);
        assertTrue(first < SOON_MILLIS, "the next packet took " + first + " ms");
        long back = trip(b, a);
        assertTrue(back < SOON_MILLIS, "the next packet back took " + back + " ms");
        for (var side : sides) {
            assertFalse(side.device.ended().isComplete());
            eventually("the batches of " + side.device.name() + " are home", () -> side.batchesOut() == 0);
        }
    }

    /// Milliseconds that a packet takes.
    private long trip(Side from, Side to) throws Exception {
        var marked = packet(from.inside, to.inside, 64);
        ByteBuffer.wrap(marked).putLong(28, random.nextLong());
        long begun = System.nanoTime();
        from.tun.inject(marked);
        for (long until = begun + SECONDS.toNanos(10); System.nanoTime() < until; ) {
            for (var queue : to.queues) {
                for (var packet = queue.written().poll(1, MILLISECONDS);
                        packet != null;
                        packet = queue.written().poll()) {
                    if (Arrays.equals(packet, marked)) return NANOSECONDS.toMillis(System.nanoTime() - begun);
                }
            }
        }
        throw new AssertionError("a packet did not arrive within 10 s");
    }

    @Test
    @SuppressWarnings("NullAway") // that is the fault
    void errorsInHandshakeMessagesCostNoRoomForOthers() throws Exception {
        var broken = new ArrayList<HandshakeCommand.Datagram>();
        var source = Endpoint.of(new InetSocketAddress(outside + "77", 7777));
        for (int i = 0; i < 200; i++) broken.add(new HandshakeCommand.Datagram(null, source, null));
        var mailbox = new HandshakeMailbox(vertx, b.device.name());
        mailbox.tell(new HandshakeCommand.Received(broken)).await(10, SECONDS);
        eventually("all of them were counted", () -> counted("handshake.drop.internal-error") == 200);
        connect(); // a handshake behind them
        asBefore();
    }

    private long counted(String name) {
        try {
            return b.counter(name);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @SuppressWarnings("NullAway") // that is the fault
    void errorsInMessagesToAPeerCostNeitherThePeerNorItsLoop() throws Exception {
        connect();
        int id = packetLoops - 1; // others were removed
        var mailbox = new PeerMailbox(vertx, b.device.name(), new PeerRef(id, PublicKey.of(new byte[32])));
        for (int i = 0; i < TIMES; i++) {
            mailbox.tell(new PeerCommand.CookieReply(null));
            mailbox.tell(new PeerCommand.Identity(null, Promise.promise()));
            mailbox.tell(new PeerCommand.Initiation(null, 0, null, false));
        }
        asBefore();
    }

    @Test
    void aPacketLoopThatEndsEndsTheDevice() throws Exception {
        anEndOfTheLoop(1);
    }

    @Test
    void aControlLoopThatEndsEndsTheDevice() throws Exception {
        anEndOfTheLoop(0);
    }

    private void anEndOfTheLoop(int loop) throws Exception {
        connect();
        sides.remove(b); // what its loop holds never comes home
        end(b.device.loop(loop));
        var reason = b.device.ended().await(10, SECONDS);
        assertTrue(reason.contains("event loop"), reason);
        b.device.close().await(10, SECONDS);
        assertFalse(a.device.ended().isComplete(), "others have loops of their own");
    }

    /// An error where nobody of ours can catch it.
    private void end(Context loop) {
        var event = new EventFd();
        var netty = (IoEventLoop) ((ContextInternal) loop).nettyEventLoop();
        netty.register(new EpollIoHandle() {
                    @Override
                    public FileDescriptor fd() {
                        return new FileDescriptor(event.fd());
                    }

                    @Override
                    public void handle(IoRegistration registration, IoEvent happened) {
                        throw new AssertionError("an end of the loop for a test");
                    }

                    @Override
                    public void close() {}
                })
                .addListener(done -> {
                    ((IoRegistration) done.getNow()).submit(EpollIoOps.EPOLLIN);
                    event.signal(true);
                });
    }
}
