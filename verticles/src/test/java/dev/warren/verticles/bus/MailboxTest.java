package dev.warren.verticles.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.suite.Suite;
import dev.warren.verticles.OnLoop;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// No message is lost with what it holds: it is received or it is discarded, once.
class MailboxTest {
    private record Held(AtomicInteger discarded) {
        void discard() {
            discarded.incrementAndGet();
        }
    }

    private static final class HeldDoor extends Mailbox<Held> {
        HeldDoor(Vertx vertx) {
            super(vertx, "held", Held::discard);
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger discarded = new AtomicInteger();
    private final AtomicInteger received = new AtomicInteger();
    private Loop loop;
    private HeldDoor mailbox;

    @BeforeEach
    void open() {
        LocalCodec.register(vertx.eventBus());
        loop = Loop.open(vertx, EventLoops.of(vertx).device(0, 1).packets().getFirst(), Suite.Choice.JDK)
                .await();
        mailbox = new HeldDoor(vertx);
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void whatNobodyListensForIsDiscarded() {
        mailbox.give(new Held(discarded));
        assertEquals(1, discarded.get());
    }

    @Test
    void whatIsQueuedForAReceiverThatStopsListeningIsDiscarded() {
        for (int round = 0; round < 50; round++) {
            int before = received.get() + discarded.get();
            OnLoop.run(loop.context(), () -> {
                var consumer = mailbox.listen(_ -> received.incrementAndGet());
                for (int i = 0; i < 100; i++) mailbox.give(new Held(discarded));
                consumer.unregister();
            });
            OnLoop.run(loop.context(), () -> {});
            assertEquals(before + 100, received.get() + discarded.get());
        }
        assertTrue(discarded.get() > 0, "all were received, so this shows nothing");
    }

    @Test
    void whatIsSentWhileItsReceiverStopsIsReceivedOrDiscarded() {
        for (int round = 0; round < 200; round++) {
            int before = received.get() + discarded.get();
            Promise<Void> stopped = Promise.promise();
            OnLoop.run(loop.context(), () -> {
                var consumer = mailbox.listen(_ -> received.incrementAndGet());
                vertx.runOnContext(_ -> consumer.unregister().onComplete(stopped));
            });
            for (int i = 0; i < 100; i++) mailbox.give(new Held(discarded)); // meanwhile
            stopped.future().await();
            OnLoop.run(loop.context(), () -> {});
            assertEquals(before + 100, received.get() + discarded.get());
        }
    }

    @Test
    void whatGoesToALoopThatHasEndedIsDiscarded() throws Exception {
        OnLoop.run(loop.context(), () -> mailbox.listen(_ -> received.incrementAndGet()));
        var netty = ((ContextInternal) loop.context()).nettyEventLoop();
        var _ = netty.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        assertTrue(netty.awaitTermination(10, TimeUnit.SECONDS));
        mailbox.give(new Held(discarded));
        assertEquals(1, discarded.get());
        assertTrue(mailbox.write(new Held(discarded)).failed());
    }

    @Test
    void anErrorInReceivingCostsThatMessageAlone() {
        List<Throwable> thrown = List.of(new IllegalStateException("for a test"), new AssertionError("for a test"));
        var next = new ArrayList<>(thrown);
        OnLoop.run(
                loop.context(),
                () -> mailbox.listen(_ -> {
                    received.incrementAndGet();
                    if (next.isEmpty()) return;
                    var failure = next.removeFirst();
                    if (failure instanceof Error error) throw error;
                    throw (RuntimeException) failure;
                }));
        for (int i = 0; i < 4; i++) mailbox.give(new Held(discarded));
        OnLoop.run(loop.context(), () -> {});
        assertEquals(4, received.get());
        assertEquals(0, discarded.get());
    }
}
