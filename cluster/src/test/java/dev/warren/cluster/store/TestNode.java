package dev.warren.cluster.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/// A node of a test: a store, and an event loop that owns it.
final class TestNode implements AutoCloseable {
    private static final long LIMIT_SECONDS = 60;

    final ContextInternal context;
    final FleetStore store;

    private TestNode(ContextInternal context, FleetStore store) {
        this.context = context;
        this.store = store;
    }

    static TestNode open(Vertx vertx, String servers, String fleet) {
        var context = ((VertxInternal) vertx).createContext(ThreadingModel.EVENT_LOOP);
        var options = new FleetStore.Options(servers, fleet, null, List.copyOf(ZooDefs.Ids.OPEN_ACL_UNSAFE));
        return new TestNode(context, await(context, () -> FleetStore.open(context, options)));
    }

    /// Runs `work` on the event loop, and waits for what it promises.
    <T> T await(Supplier<Future<T>> work) {
        return await(context, work);
    }

    /// Runs `work` on the event loop, and waits for its result.
    <T> T call(Supplier<T> work) {
        return await(() -> Future.succeededFuture(work.get()));
    }

    /// Ends the session on the servers, as they do themselves when they hear nothing of it for too long.
    void expire(String servers) throws Exception {
        var field = Znodes.class.getDeclaredField("zookeeper");
        field.setAccessible(true);
        var handle = (ZooKeeper) Objects.requireNonNull(field.get(store.znodes()));
        var connected = new CountDownLatch(1);
        var second = new ZooKeeper(
                servers, 6000, _ -> connected.countDown(), handle.getSessionId(), handle.getSessionPasswd());
        if (!connected.await(LIMIT_SECONDS, TimeUnit.SECONDS)) throw new AssertionError("not connected");
        second.close();
    }

    void until(String what, BooleanSupplier condition) {
        until(what, Duration.ofSeconds(LIMIT_SECONDS), () -> call(condition::getAsBoolean));
    }

    static void until(String what, Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) throw new AssertionError("not within " + limit + ": " + what);
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static <T> T await(ContextInternal context, Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(_ -> {
            try {
                work.get().onComplete(done);
            } catch (RuntimeException e) {
                done.fail(e);
            }
        });
        try {
            return done.future().await(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("no answer within " + LIMIT_SECONDS + " s", e);
        }
    }

    @Override
    public void close() {
        await(store::close);
    }
}
