package dev.warren.io.netlink;

import static dev.warren.io.netlink.NetlinkMessage.HEADER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.Endpoint;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Reports changes of the addresses, routes and rules of this host, see rtnetlink(7), and looks up the
/// interface that packets leave by. The owner watches [#fd] for EPOLLIN and then calls [#poll].
public final class RouteMonitor implements AutoCloseable {
    /// RTNLGRP_IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE, each as its bit.
    private static final int GROUPS = 1 << 4 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 18;
    /// Messages read in one poll. The socket is watched level-triggered, so that the rest are read in the next.
    private static final int MAX_MESSAGES = 256;

    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final NetlinkReceiver receiver;
    private final Netlink netlink;

    private RouteMonitor(NetlinkReceiver receiver, Netlink netlink) {
        this.receiver = receiver;
        this.netlink = netlink;
    }

    public static RouteMonitor open() throws ErrnoException {
        var libc = new Libc();
        var netlink = Netlink.open(libc);
        boolean opened = false;
        try {
            var monitor = new RouteMonitor(NetlinkReceiver.open(libc, Arena.ofAuto(), GROUPS, false), netlink);
            opened = true;
            return monitor;
        } finally {
            if (!opened) netlink.close();
        }
    }

    /// The netlink socket to watch for EPOLLIN.
    public int fd() {
        return receiver.fd();
    }

    /// The changes since the last call; RoutesChanged is in the list once, and last. Never blocks.
    public List<RouteEvent> poll() {
        var events = new ArrayList<RouteEvent>();
        boolean changed = false;
        for (int i = 0; i < MAX_MESSAGES; i++) {
            int bytes = receiver.receive();
            if (bytes == -Errno.EAGAIN || bytes == -Errno.EBADF) break;
            changed = true; // also when some were lost (ENOBUFS)
            if (bytes > 0) read(bytes, events);
            else if (bytes != -Errno.ENOBUFS) break;
        }
        if (changed) events.add(new RouteEvent.RoutesChanged());
        return events;
    }

    private void read(int bytes, List<RouteEvent> events) {
        var buffer = receiver.buffer();
        long at = 0;
        while (at + HEADER <= bytes) {
            int length = buffer.get(JAVA_INT, at);
            if (length < HEADER || at + length > bytes) break;
            if ((buffer.get(JAVA_SHORT, at + 4) & 0xffff) == NetlinkMessage.RTM_DELADDR) {
                addressGone(buffer, at + HEADER, at + length, events);
            }
            at += (length + 3) & -4;
        }
    }

    /// `struct ifaddrmsg`: 8 bytes, then attributes. Where there is an IFA_LOCAL, IFA_ADDRESS is that of
    /// the remote end.
    private static void addressGone(MemorySegment buffer, long at, long end, List<RouteEvent> events) {
        long found = NetlinkMessage.locate(buffer, at + 8, end, Netlink.IFA_LOCAL);
        if (found < 0) found = NetlinkMessage.locate(buffer, at + 8, end, Netlink.IFA_ADDRESS);
        if (found < 0) return;
        int bytes = NetlinkMessage.attributeBytes(buffer, found);
        if (bytes == 4) {
            events.add(new RouteEvent.AddressGone(0, Integer.toUnsignedLong(buffer.get(U32, found + 4))));
        } else if (bytes == 16) {
            events.add(new RouteEvent.AddressGone(buffer.get(U64, found + 4), buffer.get(U64, found + 12)));
        }
    }

    /// Those endpoints to which packets from their local address leave by another interface than their
    /// datagrams arrive on, or cannot leave from that address any more. One exchange with the kernel for
    /// each.
    ///
    /// @param mark SO_MARK of the packets
    public List<Endpoint> rerouted(List<Endpoint> endpoints, int mark) {
        return endpoints.stream()
                .filter(endpoint -> netlink.leavesElsewhere(endpoint, mark))
                .toList();
    }

    /// Idempotent.
    @Override
    public void close() {
        receiver.close();
        netlink.close();
    }
}
