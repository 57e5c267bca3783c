package dev.warren.verticles;

import io.vertx.core.Context;
import io.vertx.core.Promise;

/// Runs a piece of a test on an event loop and waits for it; what it throws, the test throws.
public final class OnLoop {
    private OnLoop() {}

    public static void run(Context loop, Runnable task) {
        Promise<Void> done = Promise.promise();
        loop.runOnContext(_ -> {
            try {
                task.run();
                done.complete();
            } catch (Throwable e) {
                done.fail(e);
            }
        });
        done.future().await();
    }
}
