package dev.warren.io.tun;

import static dev.warren.io.tun.NetlinkMessage.HEADER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Watches one network interface, and this host's addresses and routes, see rtnetlink(7). The owner watches [#fd] for
/// EPOLLIN and then calls [#poll].
public final class LinkMonitor implements AutoCloseable {
    /// RTNLGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV6_IFADDR, IPV6_ROUTE, each as its bit.
    private static final int GROUPS = 1 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 10;
    /// Messages looked at in one poll; the rest wait for the next, the socket being watched level-triggered.
    private static final int MOST_MESSAGES = 256;

    private final Libc libc;
    private final Arena arena;
    private final MemorySegment buffer;
    private final int index;
    private int fd;
    private boolean up;
    private int mtu;
    private boolean gone;

    private LinkMonitor(Libc libc, Arena arena, int fd, Link link) {
        this.libc = libc;
        this.arena = arena;
        this.fd = fd;
        this.index = link.index();
        this.up = link.up();
        this.mtu = link.mtu();
        this.buffer = arena.allocate(Netlink.ANSWER_BYTES, 8);
    }

    /// Starts watching an interface that exists.
    public static LinkMonitor open(String name) throws ErrnoException {
        return open(new Libc(), name);
    }

    static LinkMonitor open(Libc libc, String name) throws ErrnoException {
        int fd = ErrnoException.check(
                libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_NONBLOCK, Netlink.NETLINK_ROUTE),
                "open a netlink socket");
        boolean opened = false;
        try (var scratch = Arena.ofConfined()) {
            MemorySegment address = scratch.allocate(12, 4); // struct sockaddr_nl: family(2) pad(2) port(4) groups(4)
            address.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
            address.set(JAVA_INT, 8, GROUPS);
            ErrnoException.check(libc.bind(fd, address, 12), "subscribe to changes of " + name);
            // Asked for after the subscription: what happens in between is seen twice rather than never.
            try (var netlink = Netlink.open(libc)) {
                var monitor = new LinkMonitor(libc, Arena.ofShared(), fd, netlink.link(name));
                opened = true;
                return monitor;
            }
        } finally {
            if (!opened) libc.close(fd);
        }
    }

    /// The netlink socket to watch for EPOLLIN.
    public int fd() {
        return fd;
    }

    /// Index of the interface that is watched.
    public int index() {
        return index;
    }

    /// Whether it was up, as far as [#poll] has told.
    public boolean up() {
        return up;
    }

    /// Its MTU in bytes, as far as [#poll] has told.
    public int mtu() {
        return mtu;
    }

    /// What changed since the last call, in order; RoutesChanged is said once. Never blocks; when messages were lost
    /// the state is asked for anew.
    public List<LinkEvent> poll() {
        var events = new ArrayList<LinkEvent>();
        boolean routes = false;
        for (int i = 0; i < MOST_MESSAGES && fd >= 0; i++) {
            int bytes = libc.recv(fd, buffer, 0, Netlink.ANSWER_BYTES, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC);
            if (bytes == -Errno.EINTR) continue;
            if (bytes == -Errno.EAGAIN) break;
            if (bytes < 0 || bytes > Netlink.ANSWER_BYTES) {
                resync(events); // ENOBUFS: there was more than the socket could hold
                routes = true;
                if (bytes != -Errno.ENOBUFS && bytes < 0) break;
            } else {
                routes |= read(bytes, events);
            }
        }
        if (routes) events.add(new LinkEvent.RoutesChanged());
        return events;
    }

    /// Reads the messages of one datagram. True when one spoke of addresses or routes.
    private boolean read(int bytes, List<LinkEvent> events) {
        boolean routes = false;
        long at = 0;
        while (at + HEADER <= bytes) {
            int length = buffer.get(JAVA_INT, at);
            if (length < HEADER || at + length > bytes) break;
            int type = buffer.get(JAVA_SHORT, at + 4) & 0xffff;
            if (type == NetlinkMessage.RTM_NEWLINK || type == NetlinkMessage.RTM_DELLINK) {
                if (length >= HEADER + 16) link(type, at + HEADER, at + length, events);
            } else if (type >= NetlinkMessage.RTM_NEWADDR && type <= NetlinkMessage.RTM_DELROUTE) {
                routes = true;
            }
            at += (length + 3) & -4;
        }
        return routes;
    }

    private void link(int type, long at, long end, List<LinkEvent> events) {
        boolean ours = buffer.get(JAVA_INT, at + 4) == index
                && buffer.get(JAVA_BYTE, at) == 0; // AF_UNSPEC: not a bridge port's
        if (!ours) return;
        if (type == NetlinkMessage.RTM_DELLINK) {
            gone(events);
        } else {
            state(Link.read(buffer, at, end), events);
        }
    }

    private void state(Link link, List<LinkEvent> events) {
        if (gone) return;
        if (link.mtu() != mtu) {
            mtu = link.mtu();
            events.add(new LinkEvent.MtuChanged(mtu));
        }
        if (link.up() != up) {
            up = link.up();
            events.add(up ? new LinkEvent.Up() : new LinkEvent.Down());
        }
    }

    private void gone(List<LinkEvent> events) {
        if (gone) return;
        gone = true;
        events.add(new LinkEvent.Gone());
    }

    private void resync(List<LinkEvent> events) {
        try (var netlink = Netlink.open(libc)) {
            state(netlink.link(index), events);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENODEV) gone(events);
        }
    }

    /// Idempotent.
    @Override
    public void close() {
        if (fd < 0) return;
        libc.close(fd);
        fd = -1;
        arena.close();
    }
}
