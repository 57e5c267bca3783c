package dev.warren.app.process;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a command come to a good end on SIGINT or SIGTERM: it is told, has three seconds, and the exit code is 0.
public final class Interruption implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 3;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;

    /// @param tell makes the command end; on another thread
    public Interruption(Runnable tell) {
        hook = new Thread(() -> interrupted(tell), "warren-interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Ends with a halt: left alone the JVM would report 130 or 143.
    private void interrupted(Runnable tell) {
        tell.run();
        try {
            if (done.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                Runtime.getRuntime().halt(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The command has ended.
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException interrupted) {
            // then it waits for this
        }
        done.countDown();
    }
}
