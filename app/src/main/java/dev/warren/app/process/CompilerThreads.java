package dev.warren.app.process;

import dev.warren.io.ffm.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The JVM's compiler threads begin far behind everything else (nice 15, see the launcher), so that they do not hold up
/// the start; once the router serves, they compile what it runs, and should get somewhere.
public final class CompilerThreads {
    /// Behind the packets still: on few cores the compilers would halve the throughput of the first seconds.
    private static final int NICE = 5;

    private CompilerThreads() {}

    /// Does nothing where that is not allowed: the compilers then take a little longer.
    public static void raisePriority() {
        var libc = new Libc();
        try (var threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (var thread : threads) {
                var name = Files.readString(thread.resolve("comm"));
                if (name.startsWith("C1 ") || name.startsWith("C2 ")) {
                    libc.setpriority(
                            Libc.PRIO_PROCESS,
                            Integer.parseInt(thread.getFileName().toString()),
                            NICE);
                }
            }
        } catch (IOException e) {
            // No /proc, or a thread that has ended: no harm.
        }
    }
}
