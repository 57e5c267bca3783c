package dev.warren.it;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Runs a piece of Java in the network namespace of a process. A socket opened there stays there.
final class Netns {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final MethodHandle OPEN =
            libc("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SETNS = libc("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = libc("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Netns() {}

    /// The work runs on a platform thread of its own, which enters the namespace and dies there.
    static <T> T inside(long pid, Callable<T> work) {
        var done = new CompletableFuture<T>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                enter("/proc/" + pid + "/ns/net");
                done.complete(work.call());
            } catch (Throwable t) {
                done.completeExceptionally(t);
            }
        });
        try {
            return done.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError("in the namespace of process " + pid, e);
        }
    }

    /// See setns(2).
    private static void enter(String path) throws Throwable {
        try (var arena = Arena.ofConfined()) {
            int fd = (int) OPEN.invokeExact(arena.allocateFrom(path), 0);
            if (fd < 0) throw new AssertionError("cannot open " + path);
            int result = (int) SETNS.invokeExact(fd, CLONE_NEWNET);
            int closed = (int) CLOSE.invokeExact(fd);
            if (result != 0 || closed != 0) throw new AssertionError("cannot enter " + path);
        }
    }

    private static MethodHandle libc(String name, FunctionDescriptor type, Linker.Option... options) {
        var linker = Linker.nativeLinker();
        MemorySegment symbol = linker.defaultLookup().findOrThrow(name);
        return linker.downcallHandle(symbol, type, options);
    }
}
