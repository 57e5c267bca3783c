package dev.warren.host;

import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What has to be undone, last thing first. Filled by one thread while starting; run once, by whoever comes first.
public final class UndoLog {
    /// One step back.
    public interface Step {
        void run() throws Exception;
    }

    private record Named(String what, Step step) {}

    private static final Logger LOG = LoggerFactory.getLogger(UndoLog.class);
    private final ArrayDeque<Named> steps = new ArrayDeque<>();
    private boolean done;

    /// Remembers a step; when everything is undone already, it is taken at once.
    public void add(String what, Step step) {
        synchronized (this) {
            if (!done) {
                steps.push(new Named(what, step));
                return;
            }
        }
        run(new Named(what, step));
    }

    /// Undoes everything. A second caller waits for the first.
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
