package dev.warren.io.tun;

import dev.warren.io.ffm.ErrnoException;
import java.net.InetAddress;

/// Configures network interfaces, see rtnetlink(7). Each call is one short exchange with the kernel. Belongs to one
/// thread at a time.
@SuppressWarnings("DoNotCallSuggester")
public final class Netlink implements AutoCloseable {
    private Netlink() {}

    public static Netlink open() throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// The interface of that name; ENODEV when there is none.
    public Link link(String name) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    public Link link(int index) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    public void up(int index) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    public void down(int index) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    public void mtu(int index, int bytes) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// Sets txqueuelen, in packets.
    public void queueLength(int index, int packets) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// Sets the largest super-packet the interface is given, in bytes.
    public void gsoMaxSize(int index, int bytes) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    public void deleteLink(int index) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    public void addAddress(int index, InetAddress address, int prefixLength) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    public void removeAddress(int index, InetAddress address, int prefixLength) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// Adds a route to a network through the interface; one that is there already is replaced.
    public void addRoute(int index, InetAddress network, int prefixLength) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    public void removeRoute(int index, InetAddress network, int prefixLength) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// The MTU of the route to a destination: the route's own where it has one, else that of its interface.
    /// ENETUNREACH when there is no route.
    public int routeMtu(InetAddress destination) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// Idempotent.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
