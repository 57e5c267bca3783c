package dev.warren.cluster.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.Iterator;
import java.util.function.Function;

/// Work on many items, a number of them at a time, on one context.
final class InFlight<T> {
    private final Iterator<T> items;
    private final Function<T, Future<?>> work;
    private final Promise<Void> done;
    private int running;
    private boolean failed;

    private InFlight(Iterator<T> items, Function<T, Future<?>> work, Promise<Void> done) {
        this.items = items;
        this.work = work;
        this.done = done;
    }

    /// Does `work` for all items, at most `width` at the same time.
    ///
    /// @return fails with the first that fails, and then begins no other
    static <T> Future<Void> each(ContextInternal context, Iterable<T> items, int width, Function<T, Future<?>> work) {
        Promise<Void> done = context.promise();
        var all = new InFlight<>(items.iterator(), work, done);
        for (int i = 0; i < width; i++) {
            all.next();
        }
        return done.future();
    }

    private void next() {
        if (failed) return;
        if (!items.hasNext()) {
            if (running == 0) done.tryComplete();
            return;
        }
        running++;
        work.apply(items.next()).onComplete(result -> {
            running--;
            if (result.failed()) {
                failed = true;
                done.tryFail(result.cause());
            }
            next();
        });
    }
}
