package dev.warren.app.process;

import dev.warren.host.UndoLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/// How a long-running command ends: by a signal, or because something it lives on went away. Either way everything is
/// undone before the process is gone, within three seconds.
public final class Lifetime {
    private static final long PATIENCE_SECONDS = 3;

    private final UndoLog undo;
    private final int codeOnSignal;
    private final CompletableFuture<Integer> code = new CompletableFuture<>();
    private final CountDownLatch undone = new CountDownLatch(1);

    /// For a router: like wireguard-go, being asked to end is success.
    public Lifetime(UndoLog undo) {
        this(undo, 0);
    }

    /// @param codeOnSignal the exit code after SIGINT or SIGTERM
    public Lifetime(UndoLog undo, int codeOnSignal) {
        this.undo = undo;
        this.codeOnSignal = codeOnSignal;
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "warren-shutdown"));
    }

    /// Ends the command with this exit code. The first call counts.
    public void end(int exitCode) {
        code.complete(exitCode);
    }

    /// Waits for [#end] and undoes everything.
    ///
    /// @return the exit code
    public int await() {
        int result = code.join();
        undo();
        return result;
    }

    /// Ends with a halt: left alone the JVM would report 143 for a SIGTERM.
    private void onShutdown() {
        code.complete(codeOnSignal);
        undo();
        Runtime.getRuntime().halt(code.join());
    }

    private void undo() {
        Thread.ofPlatform().daemon().name("warren-teardown").start(() -> {
            undo.run();
            undone.countDown();
        });
        try {
            if (!undone.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LoggerFactory.getLogger(Lifetime.class).error("stopping took too long; leaving");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
