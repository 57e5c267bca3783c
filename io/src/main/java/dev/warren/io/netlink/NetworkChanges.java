package dev.warren.io.netlink;

import static dev.warren.io.netlink.NetlinkMessage.HEADER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Reports that links, addresses or routes of this host changed, see rtnetlink(7), for an owner that then
/// reads their state. The owner watches [#fd] for EPOLLIN and then calls [#drain].
public final class NetworkChanges implements AutoCloseable {
    /// RTNLGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV6_IFADDR, IPV6_ROUTE, each as its bit.
    private static final int GROUPS = 1 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 10;
    /// Datagrams read in one call. The socket is watched level-triggered, so that the rest are read in the next.
    private static final int MOST = 64;

    private final Libc libc = new Libc();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(Netlink.ANSWER_BYTES, 8);
    private final int fd;
    private boolean closed;

    private NetworkChanges(int fd) {
        this.fd = fd;
    }

    public static NetworkChanges open() throws ErrnoException {
        var libc = new Libc();
        int fd = ErrnoException.check(
                libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_NONBLOCK, Netlink.NETLINK_ROUTE),
                "open a netlink socket");
        try (var scratch = Arena.ofConfined()) {
            var address = scratch.allocate(12, 4); // struct sockaddr_nl: family(2) pad(2) port(4) groups(4)
            address.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
            address.set(JAVA_INT, 8, GROUPS);
            int status = libc.bind(fd, address, 12);
            if (status < 0) libc.close(fd);
            ErrnoException.check(status, "subscribe to changes of the network");
            return new NetworkChanges(fd);
        }
    }

    public int fd() {
        return fd;
    }

    /// Reads the messages that have arrived. Never blocks.
    ///
    /// @return whether the interface of this index was down, or may have been because messages were lost
    public boolean drain(int index) {
        boolean down = false;
        for (int i = 0; i < MOST && !closed; i++) {
            int bytes = libc.recv(fd, buffer, 0, Netlink.ANSWER_BYTES, Libc.MSG_DONTWAIT);
            if (bytes == -Errno.EINTR) continue;
            if (bytes == -Errno.EAGAIN) break;
            if (bytes < 0) {
                down = true;
                if (bytes != -Errno.ENOBUFS) break;
            } else {
                down |= down(bytes, index);
            }
        }
        return down;
    }

    private boolean down(int bytes, int index) {
        long at = 0;
        while (at + HEADER <= bytes) {
            int length = buffer.get(JAVA_INT, at);
            if (length < HEADER || at + length > bytes) break;
            boolean link = (buffer.get(JAVA_SHORT, at + 4) & 0xffff) == NetlinkMessage.RTM_NEWLINK;
            if (link && length >= HEADER + 16 && buffer.get(JAVA_INT, at + HEADER + 4) == index) {
                if ((buffer.get(JAVA_INT, at + HEADER + 8) & LinkInfo.IFF_UP) == 0) return true;
            }
            at += (length + 3) & -4;
        }
        return false;
    }

    /// Idempotent.
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        libc.close(fd);
        arena.close();
    }
}
