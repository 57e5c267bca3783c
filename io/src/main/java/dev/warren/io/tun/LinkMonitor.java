package dev.warren.io.tun;

import dev.warren.io.ffm.ErrnoException;
import java.util.List;

/// Watches one network interface, see rtnetlink(7). The owner watches [#fd] for EPOLLIN and then calls [#poll].
@SuppressWarnings("DoNotCallSuggester")
public final class LinkMonitor implements AutoCloseable {
    private LinkMonitor() {}

    /// Starts watching an interface that exists.
    public static LinkMonitor open(String name) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// The netlink socket to watch for EPOLLIN.
    public int fd() {
        throw new UnsupportedOperationException();
    }

    /// What changed since the last call, in order, without repetition. Never blocks; when messages were lost the
    /// state is asked for anew.
    public List<LinkEvent> poll() {
        throw new UnsupportedOperationException();
    }

    /// Idempotent.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
