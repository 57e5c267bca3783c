package dev.warren.io.netlink;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Iovec;
import dev.warren.io.ffm.Libc;
import dev.warren.io.ffm.Mmsghdr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A netlink socket that is subscribed to groups of rtnetlink(7).
public final class NetlinkReceiver implements AutoCloseable {
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_LISTEN_ALL_NSID = 8;
    private static final long SIOCGSKNS = 0x894c;
    private static final int CONTROL_BYTES = 64;
    private static final int MAX_INTERRUPTS = 8;

    private final Libc libc;
    private final MemorySegment buffer;
    private final MemorySegment message;
    private final MemorySegment control;
    private final boolean hearsAll;
    private int fd;
    private int namespace = -1;

    private NetlinkReceiver(Libc libc, Arena arena, int fd, boolean hearsAll) {
        this.libc = libc;
        this.fd = fd;
        this.hearsAll = hearsAll;
        buffer = arena.allocate(Netlink.ANSWER_BYTES, 8);
        message = arena.allocate(Mmsghdr.SIZE, 8);
        control = arena.allocate(CONTROL_BYTES, 8);
        var vector = arena.allocate(Iovec.SIZE, 8);
        Iovec.set(vector, 0, buffer, 0, Netlink.ANSWER_BYTES);
        Mmsghdr.point(message, 0, 0, vector.address(), control.address());
    }

    /// @param groups one bit for each, RTNLGRP_LINK being the lowest
    /// @param all receive from all network namespaces that have an id in ours, where that is allowed: the
    /// kernel checks CAP_NET_BROADCAST now, and the socket keeps the right
    public static NetlinkReceiver open(Libc libc, Arena arena, int groups, boolean all) throws ErrnoException {
        int fd = ErrnoException.check(
                libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_NONBLOCK, Netlink.NETLINK_ROUTE),
                "open a netlink socket");
        boolean opened = false;
        try {
            boolean hearsAll = all && libc.setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1) >= 0;
            var address = arena.allocate(12, 4); // struct sockaddr_nl: family(2) pad(2) port(4) groups(4)
            address.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
            address.set(JAVA_INT, 8, groups);
            ErrnoException.check(libc.bind(fd, address, 12), "subscribe to changes of interfaces and routes");
            opened = true;
            return new NetlinkReceiver(libc, arena, fd, hearsAll);
        } finally {
            if (!opened) libc.close(fd);
        }
    }

    public int fd() {
        return fd;
    }

    /// Whether messages of other network namespaces are received.
    public boolean hearsAll() {
        return hearsAll;
    }

    /// Receives one datagram, without waiting. Returns its bytes in [#buffer], 0 for one that did not fit,
    /// or minus errno: EAGAIN when there is none, ENOBUFS when some were lost.
    public int receive() {
        if (fd < 0) return -Errno.EBADF;
        for (int interrupts = 0; ; interrupts++) {
            Mmsghdr.lengths(message, 0, 0, 1, CONTROL_BYTES);
            int bytes = libc.recvmsg(fd, message, 0, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC);
            if (bytes == -Errno.EINTR && interrupts < MAX_INTERRUPTS) continue;
            if (bytes > Netlink.ANSWER_BYTES) return -Errno.ENOBUFS;
            namespace = bytes < 0 ? -1 : sender();
            return bytes;
        }
    }

    /// The id in the control message `length(8) level(4) type(4) id(4)`, -1 without one.
    private int sender() {
        boolean present = Mmsghdr.controlLength(message, 0) >= 20
                && control.get(JAVA_LONG, 0) >= 20
                && control.get(JAVA_INT, 8) == SOL_NETLINK
                && control.get(JAVA_INT, 12) == NETLINK_LISTEN_ALL_NSID;
        return present ? control.get(JAVA_INT, 16) : -1;
    }

    /// A descriptor of the namespace of this socket, for the caller to close, or minus errno.
    public int home() {
        return libc.ioctl(fd, SIOCGSKNS, 0);
    }

    /// The datagram that was received last; the next [#receive] overwrites it.
    public MemorySegment buffer() {
        return buffer;
    }

    /// The id of the namespace that the last datagram came from; -1 for our own.
    public int namespace() {
        return namespace;
    }

    /// Idempotent.
    @Override
    public void close() {
        if (fd >= 0) libc.close(fd);
        fd = -1;
    }
}
