package dev.warren.app.process;

import dev.warren.app.log.LogSettings;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Tells the launcher that waits in the foreground how starting went, through the pipe it left us (WARREN_READY_FD).
/// The launcher returns when the pipe is closed, with success if the last line was `ready`.
///
/// Until then standard output and error are that pipe too, unless LOG_LEVEL asks for a log: whatever goes wrong, the
/// JVM's own complaints included, reaches the person who started us.
public final class Readiness {
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final int pipe;
    private final boolean keepsLog;

    private Readiness(int pipe, boolean keepsLog) {
        this.pipe = pipe;
        this.keepsLog = keepsLog;
    }

    /// Null in the foreground.
    public static @Nullable Readiness inherited() {
        var fd = System.getenv("WARREN_READY_FD");
        if (fd == null) {
            return null;
        }
        return new Readiness(Integer.parseInt(fd), LogSettings.logs(System.getenv("LOG_LEVEL")));
    }

    /// Interface and socket are up.
    public void ready() throws IOException {
        say("ready");
        release();
    }

    /// It did not work. To be followed by the end of the process.
    public void failed(String sentence) {
        try {
            say("warren: " + sentence);
        } catch (IOException e) {
            System.err.println("warren: " + sentence);
        }
    }

    private void say(String line) throws IOException {
        try (var arena = Arena.ofConfined()) { // through /proc/self/fd only root could: see Privileges
            var text = arena.allocateFrom(line + "\n");
            ErrnoException.check(new Libc().write(pipe, text, 0, text.byteSize() - 1), "report to the launcher");
        }
    }

    private void release() {
        var libc = new Libc();
        if (!keepsLog) {
            int nowhere = libc.open("/dev/null", Libc.O_RDWR, 0);
            libc.dup2(nowhere, STDOUT);
            libc.dup2(nowhere, STDERR);
            libc.close(nowhere);
        }
        libc.close(pipe);
    }
}
