package dev.warren.io.udp;

import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.ffm.ErrnoException;
import java.util.List;
import java.util.function.ObjLongConsumer;

/// A pair of kernel UDP sockets.
public final class LinuxUdp implements UdpSocket {
    /// Slab bytes of a receive batch that holds four messages of any size.
    public static final int RECEIVE_SLAB = 4 * (65_536 + 192) + 2 * PacketBatch.MARGIN;

    private LinuxUdp() {}

    /// Opens the sockets. May be called on any thread; what comes back belongs to the loop it is given to.
    ///
    /// @param port 0: one that is free in both families
    /// @param fwmark SO_MARK, 0 for none; refusing it is an error, since routing may depend on it
    public static LinuxUdp open(int port, int fwmark, UdpOptions options) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// What an operator should know: smaller buffers than asked, a family that is missing. Empty when all is well.
    public List<String> warnings() {
        throw new UnsupportedOperationException();
    }

    /// Routes or addresses of this host have changed: local addresses learnt so far are not used as a source until
    /// something arrives on them again.
    public void routesChanged() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int port() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int fd4() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int fd6() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int receive(int fd, PacketBatch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int send(PacketBatch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int mark(int fwmark) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String offloads() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void counters(ObjLongConsumer<String> each) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
