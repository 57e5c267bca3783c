package dev.warren.verticles.loop;

import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.suite.SuiteOpener;
import dev.warren.io.BatchPool;
import dev.warren.io.BootClock;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.GenericFutureListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// One event loop and what belongs to its thread: cryptography, clock, buffers. Actors that exchange packets are
/// deployed on the same loop, since a hop between sleeping loops costs two hundred times one within a loop.
public final class Loop {
    private final VertxInternal vertx;
    private final ContextInternal context;
    private final BootClock clock;
    private final Suite suite;
    private final String name;
    /// Replaced on the loop when one is added.
    private volatile List<NamedPool> pools = List.of();

    private Loop(VertxInternal vertx, ContextInternal context, BootClock clock, Suite suite) {
        this.vertx = vertx;
        this.name = EventLoops.of(vertx).name(context.nettyEventLoop());
        this.context = context;
        this.clock = clock;
        this.suite = suite;
    }

    /// Opens the cryptography on an event loop of the Vert.x instance.
    public static Future<Loop> open(Vertx vertx, EventLoop eventLoop, SuiteOpener cryptography) {
        var internal = (VertxInternal) vertx;
        if (eventLoop.parent() != internal.nettyEventLoopGroup()) {
            return Future.failedFuture(
                    new IllegalArgumentException("The event loop is one of another Vert.x instance."));
        }
        var context = PinnedDeployment.context(internal, eventLoop);
        Promise<Loop> opened = internal.promise();
        context.runOnContext(_ -> {
            try {
                opened.complete(new Loop(internal, context, new BootClock(), cryptography.open()));
            } catch (Throwable e) { // a library that lacks something throws an Error
                opened.fail(e);
            }
        });
        return opened.future();
    }

    /// Makes a verticle on this loop and deploys it there. Undeployed like any other, but nobody's child: Vert.x
    /// undeploys the children of a verticle first and in any order, and the actors of a device end in theirs.
    public Future<String> deploy(Supplier<VerticleBase> verticle) {
        return PinnedDeployment.deploy(vertx, null, context.nettyEventLoop(), verticle);
    }

    public Vertx vertx() {
        return vertx;
    }

    /// Where tasks of this loop run.
    public Context context() {
        return context;
    }

    EventLoop nettyEventLoop() {
        return context.nettyEventLoop();
    }

    public boolean onLoop() {
        return context.nettyEventLoop().inEventLoop();
    }

    /// For an answer from another loop: whoever completes it, what follows runs on this one.
    public <T> Promise<T> promise() {
        return context.promise();
    }

    /// A pool that this loop owns. Called on the loop.
    ///
    /// @param name says what its batches are for, such as `tun-read`
    public BatchPool pool(String name, int batches, long slabBytes, int maxEntries) {
        var loop = context.nettyEventLoop();
        var pool = new BatchPool(batches, slabBytes, maxEntries, loop, loop::inEventLoop);
        var more = new ArrayList<>(pools);
        more.add(new NamedPool(name, pool));
        pools = List.copyOf(more);
        return pool;
    }

    private record NamedPool(String name, BatchPool pool) {}

    /// The pools of this loop and how many of their batches are in them. May be called from any thread.
    public List<PoolLevel> poolLevels() {
        return pools.stream()
                .map(each -> new PoolLevel(each.name, name, each.pool.size(), each.pool.free()))
                .toList();
    }

    /// Batches of all pools of this loop that are not back in their pools. Called on the loop.
    public int batchesOut() {
        int out = 0;
        for (var each : pools) out += each.pool.size() - each.pool.free();
        return out;
    }

    /// Nothing runs on it any more.
    public boolean ended() {
        return context.nettyEventLoop().isShuttingDown();
    }

    /// Called once, on any thread, when the loop's thread has ended, which only an error or the end of Vert.x does.
    ///
    /// @return takes that back
    public Runnable onEnd(Runnable ended) {
        var termination = context.nettyEventLoop().terminationFuture();
        GenericFutureListener<io.netty.util.concurrent.Future<Object>> listener = _ -> ended.run();
        termination.addListener(listener);
        return () -> termination.removeListener(listener);
    }

    /// Confined to this loop.
    public Suite suite() {
        return suite;
    }

    /// Confined to this loop.
    public BootClock clock() {
        return clock;
    }

    /// Closes the cryptography, on the loop.
    public Future<Void> close() {
        Promise<Void> closed = vertx.promise();
        context.runOnContext(_ -> {
            try {
                suite.close();
            } finally {
                closed.complete();
            }
        });
        return closed.future();
    }
}
