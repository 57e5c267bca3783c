package dev.warren.verticles.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.crypto.suite.Suite;
import dev.warren.verticles.OnLoop;
import dev.warren.verticles.VertxUnit;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.loop.Loop;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.unit.Async;
import io.vertx.ext.unit.TestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// No message is lost with what it holds: it is received or it is discarded, once.
@ExtendWith(VertxUnit.class)
class MailboxTest {
    /// A message whose end is counted.
    private final class Held {
        private final TestContext context;
        private final Async ended;

        /// @param ended is strict: it fails the test when one end too many is counted
        Held(TestContext context, Async ended) {
            this.context = context;
            this.ended = ended;
        }

        void receive() {
            context.verify(_ -> ended.countDown());
        }

        void discard() {
            discarded.incrementAndGet();
            context.verify(_ -> ended.countDown());
        }
    }

    private static final class HeldDoor extends Mailbox<Held> {
        HeldDoor(Vertx vertx) {
            super(vertx, "held", Held::discard);
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger discarded = new AtomicInteger();
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

    private void give(TestContext context, Async ended) {
        for (int i = ended.count(); i > 0; i--) mailbox.give(new Held(context, ended));
    }

    /// For what would end twice: whatever the loop has been given is done.
    private void idle() {
        OnLoop.run(loop.context(), () -> {});
    }

    @Test
    void whatNobodyListensForIsDiscarded(TestContext context) {
        var ended = context.strictAsync(1);
        give(context, ended);
        assertTrue(ended.isSucceeded(), "not at once");
        assertEquals(1, discarded.get());
    }

    @Test
    void whatIsQueuedForAReceiverThatStopsListeningIsDiscarded(TestContext context) {
        for (int round = 0; round < 50; round++) {
            var ended = context.strictAsync(100);
            OnLoop.run(loop.context(), () -> {
                var consumer = mailbox.listen(Held::receive);
                give(context, ended);
                consumer.unregister();
            });
            ended.awaitSuccess(VertxUnit.LIMIT_MILLIS);
        }
        idle();
        assertTrue(discarded.get() > 0, "all were received, so this shows nothing");
    }

    @Test
    void whatIsSentWhileItsReceiverStopsIsReceivedOrDiscarded(TestContext context) {
        for (int round = 0; round < 200; round++) {
            var ended = context.strictAsync(100);
            var stopped = context.async();
            OnLoop.run(loop.context(), () -> {
                var consumer = mailbox.listen(Held::receive);
                vertx.runOnContext(_ -> consumer.unregister().onComplete(_ -> stopped.complete()));
            });
            give(context, ended); // meanwhile
            stopped.awaitSuccess(VertxUnit.LIMIT_MILLIS);
            ended.awaitSuccess(VertxUnit.LIMIT_MILLIS);
        }
        idle();
    }

    @Test
    void whatGoesToALoopThatHasEndedIsDiscarded(TestContext context) throws Exception {
        OnLoop.run(loop.context(), () -> mailbox.listen(Held::receive));
        var netty = ((ContextInternal) loop.context()).nettyEventLoop();
        var _ = netty.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        assertTrue(netty.awaitTermination(10, TimeUnit.SECONDS));
        var ended = context.strictAsync(1);
        give(context, ended);
        assertTrue(ended.isSucceeded(), "not at once");
        assertEquals(1, discarded.get());
        assertTrue(mailbox.write(new Held(context, ended)).failed());
    }

    @Test
    void anErrorInReceivingCostsThatMessageAlone(TestContext context) {
        List<Throwable> thrown = List.of(new IllegalStateException("for a test"), new AssertionError("for a test"));
        var next = new ArrayList<>(thrown);
        OnLoop.run(
                loop.context(),
                () -> mailbox.listen(held -> {
                    held.receive();
                    if (next.isEmpty()) return;
                    var failure = next.removeFirst();
                    if (failure instanceof Error error) throw error;
                    throw (RuntimeException) failure;
                }));
        var ended = context.strictAsync(4);
        give(context, ended);
        ended.awaitSuccess(VertxUnit.LIMIT_MILLIS);
        idle();
        assertEquals(0, discarded.get());
    }
}
