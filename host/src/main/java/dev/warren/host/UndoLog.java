package dev.warren.host;

import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Steps that undo a start, run last first. One thread adds them while starting; any thread may run them, once.
public final class UndoLog {
    /// Undoes one step of a start.
    public interface Step {
        void run() throws Exception;
    }

    private record Named(String what, Step step) {}

    private static final Logger LOG = LoggerFactory.getLogger(UndoLog.class);
    private final ArrayDeque<Named> steps = new ArrayDeque<>();
    private boolean done;

    /// Adds a step; it runs at once when the log has been run already.
    ///
    /// @param what the step, for the log when it fails
    public void add(String what, Step step) {
        synchronized (this) {
            if (!done) {
                steps.push(new Named(what, step));
                return;
            }
        }
        run(new Named(what, step));
    }

    /// Runs all steps; failures are logged. A second caller waits for the first.
    public synchronized void run() {
        done = true;
        while (!steps.isEmpty()) {
            run(steps.pop());
        }
    }

    private static void run(Named named) {
        try {
            named.step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("while stopping, {}: {}", named.what, e.getMessage() == null ? e : e.getMessage());
        }
    }
}
