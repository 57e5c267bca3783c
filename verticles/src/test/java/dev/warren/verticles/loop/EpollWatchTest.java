package dev.warren.verticles.loop;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.ffm.EventFd;
import dev.warren.verticles.DeviceLab;
import dev.warren.verticles.OnLoop;
import dev.warren.verticles.VertxUnit;
import dev.warren.verticles.bus.LocalCodec;
import dev.warren.verticles.bus.PeerCommand;
import dev.warren.verticles.bus.PeerMailbox;
import dev.warren.verticles.bus.PeerRef;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.unit.TestContext;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A descriptor on a real epoll.
@ExtendWith(VertxUnit.class)
class EpollWatchTest {
    private final EventFd event = new EventFd();
    private Vertx vertx;
    private Context context;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
        context = vertx.getOrCreateContext();
        LocalCodec.register(vertx.eventBus());
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, SECONDS);
        event.close();
    }

    private EpollWatch watch(Runnable readable) throws Exception {
        return EpollWatch.open(context, event.fd(), readable).await(10, SECONDS);
    }

    @Test
    void eventsAreHandledInTheContext(TestContext test) throws Exception {
        var handled = test.async();
        watch(() -> {
            event.signal(false);
            test.verify(_ -> assertSame(context, Vertx.currentContext()));
            handled.complete();
        });
        event.signal(true);
    }

    // An eventfd has room all the time: who is told so although nothing waits would keep the loop busy.
    @Test
    void roomToWriteIsToldOnlyWhileItIsWanted() throws Exception {
        var told = new AtomicInteger();
        var watch = EpollWatch.open(context, event.fd(), () -> event.signal(false), told::incrementAndGet)
                .await(10, SECONDS);
        turns();
        assertEquals(0, told.get());
        OnLoop.run(context, watch::resumeWriting);
        DeviceLab.eventually("it is told over and over", () -> told.get() > 3);
        OnLoop.run(context, watch::pauseWriting);
        int then = told.get();
        turns();
        assertEquals(then, told.get());
    }

    private void turns() {
        for (int i = 0; i < 20; i++) {
            event.signal(true);
            OnLoop.run(context, () -> {});
        }
    }

    @Test
    void whatIsThrownCostsNeitherTheNextEventNorTheLoop() throws Exception {
        List<Supplier<Throwable>> kinds = List.of(
                () -> new IllegalStateException("for a test"),
                () -> new AssertionError("for a test"),
                () -> new StackOverflowError("for a test"));
        var next = new LinkedBlockingQueue<Supplier<Throwable>>();
        var handled = new LinkedBlockingQueue<Long>();
        watch(() -> {
            event.signal(false);
            var fault = next.poll();
            handled.add(System.nanoTime());
            if (fault != null) EpollWatchTest.<RuntimeException>fail(fault.get());
        });
        for (var kind : kinds) {
            next.add(kind);
            event.signal(true);
            assertNotNull(handled.poll(10, SECONDS));
            long begun = System.nanoTime();
            event.signal(true);
            var after = handled.poll(10, SECONDS);
            assertNotNull(after, "the loop has ended");
            assertTrue(NANOSECONDS.toMillis(after - begun) < 500, "the loop slept"); // Netty's punishment is 1 s
        }
    }

    // Level-triggered: what was not read is there again at once.
    @Test
    void aDescriptorThatFailsOverAndOverGetsARestAndIsTakenUpAgain() throws Exception {
        var failures = new AtomicInteger();
        watch(() -> {
            failures.incrementAndGet();
            throw new IllegalStateException("for a test");
        });
        event.signal(true);
        DeviceLab.eventually("it fails", () -> failures.get() >= 100);
        OnLoop.run(context, () -> {});
        OnLoop.run(context, () -> {});
        assertTrue(failures.get() < 200, "no rest: " + failures);
        DeviceLab.eventually("it is tried again", () -> failures.get() >= 200);
    }

    /// A message that is sent outside of a context makes one of its own, which costs more than all the rest of it.
    @Test
    void aMessageSentWhenSomethingIsReadableNeedsNoContextOfItsOwn() throws Exception {
        int messages = 256;
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var mailbox = new PeerMailbox(vertx, "dev", new PeerRef(1, PublicKey.of(new byte[32])));
        OnLoop.run(context, () -> mailbox.listen(_ -> {}));
        var message = new PeerCommand.IndexTaken(1);
        var allocated = new LinkedBlockingQueue<Long>();
        watch(() -> {
            event.signal(false);
            long thread = Thread.currentThread().threadId();
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < messages; i++) mailbox.tell(message);
            allocated.add((threads.getThreadAllocatedBytes(thread) - before) / messages);
        });
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 500; round++) {
            event.signal(true);
            least = Math.min(least, allocated.poll(10, SECONDS));
        }
        assertTrue(least <= 280, least + " bytes a message");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void fail(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
