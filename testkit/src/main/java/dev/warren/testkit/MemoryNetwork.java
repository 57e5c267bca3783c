package dev.warren.testkit;

import dev.warren.io.Endpoint;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A network in memory, for tests: sockets by address and port, without delay, and with no loss but by a
/// [Tap]. Safe to use from any thread.
public final class MemoryNetwork {
    /// Receives a copy of every datagram, and decides whether it is delivered.
    @FunctionalInterface
    public interface Tap {
        boolean passes(Endpoint from, Endpoint to, byte[] datagram);
    }

    private static final int FIRST_EPHEMERAL = 49_152;

    private final Map<Endpoint, MemoryUdp> sockets = new HashMap<>();
    private final List<Tap> taps = new ArrayList<>();
    private int nextPort = FIRST_EPHEMERAL;

    /// Opens a socket with these addresses, of one family or both.
    ///
    /// @param port 0 for a free one
    /// @throws ErrnoException EADDRINUSE when another socket has the port; EADDRNOTAVAIL without addresses
    public synchronized MemoryUdp open(int port, InetAddress... addresses) throws ErrnoException {
        if (addresses.length == 0) throw new ErrnoException("open a socket without an address", Errno.EADDRNOTAVAIL);
        int chosen = port == 0 ? nextPort++ : port;
        var socket = new MemoryUdp(this);
        boolean bound = false;
        try {
            bind(socket, chosen, addresses);
            bound = true;
            return socket;
        } finally {
            if (!bound) socket.close();
        }
    }

    public synchronized void tap(Tap tap) {
        taps.add(tap);
    }

    synchronized void bind(MemoryUdp socket, int port, InetAddress... addresses) throws ErrnoException {
        var names = new ArrayList<Endpoint>();
        for (InetAddress address : addresses) {
            Endpoint name = Endpoint.of(new InetSocketAddress(address, port));
            MemoryUdp other = sockets.get(name);
            if (other != null && !other.equals(socket)) {
                throw new ErrnoException("bind " + name, Errno.EADDRINUSE);
            }
            names.add(name);
        }
        unbind(socket);
        for (Endpoint name : names) sockets.put(name, socket);
        socket.bound(port, names);
    }

    synchronized void unbind(MemoryUdp socket) {
        sockets.values().removeIf(socket::equals);
    }

    /// Delivers a datagram to the socket with the address, if there is one. False when its receive buffer is full.
    synchronized boolean deliver(Endpoint from, Endpoint to, byte[] datagram) {
        for (Tap tap : taps) {
            if (!tap.passes(from, to, datagram)) return true;
        }
        MemoryUdp receiver = find(to);
        return receiver == null || receiver.arrive(from.withLocal(to.hi(), to.lo(), 1), datagram);
    }

    private @Nullable MemoryUdp find(Endpoint to) {
        return sockets.get(to.withoutLocal());
    }
}
