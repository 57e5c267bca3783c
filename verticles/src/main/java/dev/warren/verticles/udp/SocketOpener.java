package dev.warren.verticles.udp;

import dev.warren.io.UdpSocket;
import dev.warren.io.ffm.ErrnoException;

/// Opens the sockets of a device.
@FunctionalInterface
public interface SocketOpener {
    /// Called on the loop of the UDP verticle.
    ///
    /// @param port 0 for any
    /// @param fwmark 0 for none
    /// @throws ErrnoException when the kernel refuses
    UdpSocket open(int port, int fwmark) throws ErrnoException;
}
