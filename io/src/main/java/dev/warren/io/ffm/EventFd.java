package dev.warren.io.ffm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A descriptor for the epoll(7) of a device in memory, readable while the device has input, see
/// eventfd(2). Guarded by its owner.
public final class EventFd implements AutoCloseable {
    private final Libc libc = new Libc();
    private final MemorySegment value = Arena.ofAuto().allocate(8, 8);
    private int fd;
    private boolean signalled;

    public EventFd() {
        fd = libc.eventfd(0, Libc.EFD_NONBLOCK);
        if (fd < 0) throw new UncheckedIOException(new ErrnoException("make an eventfd", fd));
    }

    /// The descriptor; -1 once it is closed.
    public int fd() {
        return fd;
    }

    /// Makes it readable, or not. Costs a system call only when that changes.
    public void signal(boolean readable) {
        if (fd < 0 || readable == signalled) return;
        signalled = readable;
        value.set(JAVA_LONG, 0, 1);
        int status = readable ? libc.write(fd, value, 0, 8) : libc.read(fd, value, 0, 8);
        if (status != 8) throw new AssertionError(Errno.describe(status));
    }

    /// Idempotent.
    @Override
    public void close() {
        if (fd >= 0) libc.close(fd);
        fd = -1;
    }
}
