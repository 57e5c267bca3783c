package dev.warren.verticles.udp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.BatchPool;
import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.UdpCounter;
import dev.warren.testkit.Faults;
import dev.warren.testkit.FaultyUdp;
import dev.warren.testkit.MemoryNetwork;
import dev.warren.testkit.MemoryUdp;
import dev.warren.verticles.OnLoop;
import dev.warren.verticles.loop.EpollWatch;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Sockets whose send buffer is full for a while, on a real epoll, which says all the time that there is room.
class TransmitQueueTest {
    private static final int BATCHES = 12;
    private static final int FOREVER = Integer.MAX_VALUE;

    private final Faults faults = new Faults(1);
    private final AtomicInteger tries = new AtomicInteger();
    private final MemoryNetwork network = new MemoryNetwork();
    private Vertx vertx;
    private Context loop;
    private MemoryUdp receiver;
    private FaultyUdp socket;
    private BatchPool pool;
    private EpollWatch watch;
    private TransmitQueue queue;

    @BeforeEach
    void open() throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
        loop = vertx.getOrCreateContext();
        receiver = network.open(1, InetAddress.getByName("192.0.2.1"));
        socket = new FaultyUdp(network.open(2, InetAddress.getByName("192.0.2.2")), faults) {
            @Override
            public int proceed() {
                tries.incrementAndGet();
                return super.proceed();
            }
        };
        var netty = ((ContextInternal) loop).nettyEventLoop();
        pool = new BatchPool(BATCHES, 4096, 8, netty, netty::inEventLoop);
        watch = EpollWatch.open(loop, socket.fd4(), () -> {}, () -> queue.writable())
                .await(10, SECONDS);
        queue = new TransmitQueue(vertx, socket, watch, null, socket.counters());
    }

    @AfterEach
    void close() throws Exception {
        OnLoop.run(loop, () -> {
            queue.dropAll();
            watch.cancel();
            assertEquals(BATCHES, pool.free(), "a buffer is lost");
            pool.close();
        });
        vertx.close().await(10, SECONDS);
        socket.close();
        receiver.close();
    }

    /// Batches of two datagrams, numbered from `first` on.
    private void send(int first, int batches) {
        Endpoint to = receiver.addresses().getFirst();
        for (int i = 0; i < batches; i++) {
            var batch = Objects.requireNonNull(pool.take());
            for (int k = 0; k < 2; k++) {
                int at = batch.append(10, 0, to);
                batch.slab().set(JAVA_BYTE, at, (byte) (first + 2 * i + k));
            }
            queue.send(batch);
        }
    }

    private void onLoop(Runnable task) {
        OnLoop.run(loop, task);
    }

    private void eventually(String what, BooleanSupplier holds) {
        long until = System.nanoTime() + SECONDS.toNanos(10);
        var seen = new boolean[1];
        while (true) {
            onLoop(() -> seen[0] = holds.getAsBoolean());
            if (seen[0]) return;
            assertTrue(System.nanoTime() < until, what);
            Thread.onSpinWait();
        }
    }

    private List<Integer> received() {
        var numbers = new ArrayList<Integer>();
        try (var arena = Arena.ofConfined()) {
            var batch = PacketBatch.unpooled(arena.allocate(1 << 20, 64), 64);
            receiver.receive(receiver.fd4(), batch);
            for (int i = 0; i < batch.count(); i++) {
                for (int at = 0; at < batch.length(i); at += 10) {
                    numbers.add((int) batch.slab().get(JAVA_BYTE, batch.offset(i) + at));
                }
            }
        }
        return numbers;
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private long dropped() {
        return socket.counters().get(UdpCounter.DROP_BUFFER_FULL);
    }

    @Test
    void asManyAsThereAreWaitInOrder() {
        faults.full(FOREVER);
        onLoop(() -> {
            send(0, BATCHES);
            assertEquals(0, pool.free());
            faults.notFull();
        });
        eventually("all are sent", () -> pool.free() == BATCHES);
        assertEquals(numbers(0, 2 * BATCHES), received());
        assertEquals(0, dropped());
    }

    @Test
    void whatComesWhileOthersWaitDoesNotOvertake() {
        faults.full(5);
        onLoop(() -> send(0, 3));
        onLoop(() -> send(6, 3));
        eventually("all are sent", () -> pool.free() == BATCHES);
        onLoop(() -> send(12, 2));
        assertEquals(numbers(0, 16), received());
    }

    @Test
    void afterASecondWithoutRoomAllIsDroppedAndCounted() {
        faults.full(FOREVER);
        long begun = System.nanoTime();
        onLoop(() -> send(0, BATCHES));
        eventually("the buffers are given back", () -> pool.free() == BATCHES);
        long millis = NANOSECONDS.toMillis(System.nanoTime() - begun);
        assertTrue(millis >= 800, millis + " ms");
        assertEquals(2 * BATCHES, dropped());
        // The next is tried at once.
        faults.notFull();
        onLoop(() -> {
            send(50, 1);
            assertEquals(BATCHES, pool.free());
        });
        assertEquals(List.of(50, 51), received());
    }

    @Test
    void roomNowAndThenIsProgress() throws Exception {
        onLoop(() -> {
            faults.full(FOREVER);
            send(0, BATCHES);
        });
        for (int i = 0; i < 4; i++) { // for longer than a second in all
            int next = 24 * (i + 1);
            MILLISECONDS.sleep(400);
            onLoop(() -> {
                faults.notFull();
                queue.writable();
                faults.full(FOREVER);
                send(next, BATCHES);
            });
            assertEquals(numbers(next - 24, next), received());
        }
        assertEquals(0, dropped());
    }

    @Test
    void closingGivesBackWhatWaitsAtOnce() {
        faults.full(FOREVER);
        onLoop(() -> {
            send(0, BATCHES);
            queue.dropAll();
            assertEquals(BATCHES, pool.free());
        });
        assertEquals(2 * BATCHES, dropped());
        int before = tries.get();
        onLoop(() -> {});
        assertEquals(before, tries.get(), "the socket is used after the end");
    }

    // The descriptor says "writable" all the time: the loop must not spin.
    @Test
    void aSocketThatHasRoomAndTakesNothingIsTriedNowAndThen() throws Exception {
        faults.full(FOREVER);
        onLoop(() -> send(0, 1));
        MILLISECONDS.sleep(500);
        assertTrue(tries.get() < 50, tries + " tries in half a second");
    }
}
