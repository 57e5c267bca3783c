package dev.warren.verticles.loop;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/// Says errors of this program, each with its stack trace, at most once in ten seconds: what goes wrong for one packet
/// may go wrong for each. Belongs to one event loop.
///
/// Whoever catches for it catches everything: an error of the virtual machine is no reason for a loop to end, since
/// then the device would be deaf and still be there. What cannot be survived ends the process by itself: the JVM is
/// told to exit when it is out of memory.
public final class ErrorLog {
    private static final long APART = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private long unsaid;
    private long caught;
    private long lastSaid;

    public ErrorLog(Logger log) {
        this.log = log;
    }

    /// @param consequence what it cost, as a sentence without a full stop
    public void caught(String consequence, Throwable cause) {
        long now = System.nanoTime();
        if (caught++ > 0 && now - lastSaid < APART) {
            unsaid++;
            return;
        }
        var more = unsaid == 0 ? "" : " (" + unsaid + " times more since this was last said)";
        unsaid = 0;
        lastSaid = now;
        log.error("{} by an error of this program, please report it{}", consequence, more, cause);
    }

    /// How many there were.
    public long count() {
        return caught;
    }
}
