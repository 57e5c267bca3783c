package dev.warren.io.tun;

import static dev.warren.io.netlink.NetlinkMessage.HEADER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import dev.warren.io.netlink.LinkBehavior;
import dev.warren.io.netlink.LinkInfo;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.netlink.NetlinkMessage;
import dev.warren.io.netlink.NetlinkReceiver;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reports changes of one TUN interface, see rtnetlink(7), in whichever network namespace it is. The owner
/// watches [#fd] for EPOLLIN and then calls [#poll]; while [#silent], it calls [#look] each second as well.
///
/// The socket stays in the namespace where it was opened and receives messages of all namespaces that have
/// an id there (NETLINK_LISTEN_ALL_NSID); the one that the interface moves to is assigned an id. So no
/// thread enters another namespace, and no capability is needed after the start but CAP_NET_ADMIN.
public final class LinkMonitor implements AutoCloseable {
    private static final int RTNLGRP_LINK = 1;
    /// Messages read in one poll. The socket is watched level-triggered, so that the rest are read in the next.
    private static final int MAX_MESSAGES = 256;

    /// The namespace of our socket.
    private static final int HOME = -1;
    /// A namespace that cannot be queried: the kernel is too old, or it belongs to another user.
    private static final int UNKNOWN = -2;
    /// The interface left its namespace, and the new one is not known yet.
    private static final int NOWHERE = -3;

    private final Libc libc;
    private final TunHandle tun;
    private final Netlink netlink;
    private final NetlinkReceiver receiver;
    /// Inode of our socket's namespace, negative when the kernel does not report it.
    private final long home;
    private final boolean limitGso;
    private final int headerBytes;
    private boolean open = true;

    private String name;
    /// [#HOME], [#UNKNOWN], or the id of the namespace.
    private int place = UNKNOWN;
    /// Whether the interface left the namespace of our socket.
    private boolean left;
    /// The id that our own namespace has for itself, -1 for none.
    private int homeId = -1;

    private int index;
    private boolean up;
    private int mtu;
    private boolean gone;
    private long dropped;

    private LinkMonitor(Libc libc, TunHandle tun, Netlink netlink, NetlinkReceiver receiver, LinuxTun of) {
        this.libc = libc;
        this.tun = tun;
        this.netlink = netlink;
        this.receiver = receiver;
        this.home = inode(receiver.home());
        this.limitGso = of.limitsGso();
        this.headerBytes = of.headerBytes();
        this.name = of.name();
        this.mtu = of.mtu();
    }

    /// Starts watching the interface of a TUN. The kernel keeps the interface until the monitor is closed as well.
    ///
    /// @throws ErrnoException ENODEV when the interface was deleted
    public static LinkMonitor open(LinuxTun tun) throws ErrnoException {
        return open(new Libc(), tun);
    }

    public static LinkMonitor open(Libc libc, LinuxTun tun) throws ErrnoException {
        var arena = Arena.ofAuto();
        var handle = TunHandle.of(libc, arena, tun);
        Netlink netlink = null;
        NetlinkReceiver receiver = null;
        boolean opened = false;
        try {
            netlink = Netlink.open(libc);
            // First the subscription: a change before the first look is then reported twice rather than never.
            receiver = NetlinkReceiver.open(libc, arena, 1 << (RTNLGRP_LINK - 1), true);
            var monitor = new LinkMonitor(libc, handle, netlink, receiver, tun);
            if (monitor.look().contains(new LinkEvent.Gone())) {
                throw new ErrnoException("look up interface " + tun.name(), Errno.ENODEV);
            }
            opened = true;
            return monitor;
        } finally {
            if (!opened) {
                handle.close();
                if (netlink != null) netlink.close();
                if (receiver != null) receiver.close();
            }
        }
    }

    /// The netlink socket to watch for EPOLLIN.
    public int fd() {
        return receiver.fd();
    }

    /// The name of the interface, as of the last event.
    public String name() {
        return name;
    }

    /// Whether the interface is up, as of the last event.
    public boolean up() {
        return up;
    }

    /// The MTU of the interface in bytes, as of the last event.
    public int mtu() {
        return mtu;
    }

    /// Packets that the kernel dropped since the interface was created, as a rule because its queue was
    /// full (tx_dropped). One exchange with the kernel; the last value where that is not possible.
    public long dropped() {
        if (!open || gone || place == UNKNOWN || place == NOWHERE) return dropped;
        try {
            dropped = Math.max(dropped, netlink.transmitDropped(index, place == HOME ? -1 : place));
        } catch (ErrnoException _) {
            // It has just moved, or is gone.
        }
        return dropped;
    }

    /// Whether the kernel sends no messages about the namespace that the interface is in.
    public boolean silent() {
        return !gone && (place == UNKNOWN || (place != HOME && !receiver.hearsAll()));
    }

    /// The changes since the last call, in order. Does not wait for messages. When messages were lost or
    /// the interface has moved, it queries the kernel for the state, as [#look] does.
    public List<LinkEvent> poll() {
        var events = new ArrayList<LinkEvent>();
        boolean unsure = false; // something was missed, or it has moved
        for (int i = 0; i < MAX_MESSAGES && open; i++) {
            int bytes = receiver.receive();
            if (bytes == -Errno.EAGAIN) break;
            if (bytes < 0) {
                unsure = true; // ENOBUFS: there was more than the socket could hold
                if (bytes != -Errno.ENOBUFS) break;
            } else {
                unsure |= read(bytes, events);
            }
        }
        if (unsure) look(events);
        return events;
    }

    /// Queries the kernel for the state of the interface. Returns the changes since the last call, in order.
    public List<LinkEvent> look() {
        var events = new ArrayList<LinkEvent>();
        if (open) look(events);
        return events;
    }

    /// Reads the messages of one datagram. True when the interface has gone from where it was.
    private boolean read(int bytes, List<LinkEvent> events) {
        var buffer = receiver.buffer();
        boolean went = false;
        long at = 0;
        while (at + HEADER <= bytes) {
            int length = buffer.get(JAVA_INT, at);
            if (length < HEADER || at + length > bytes) break;
            int type = buffer.get(JAVA_SHORT, at + 4) & 0xffff;
            if (length >= HEADER + 16 && ours(at + HEADER)) {
                if (type == NetlinkMessage.RTM_NEWLINK) state(LinkInfo.read(buffer, at + HEADER, at + length), events);
                else if (type == NetlinkMessage.RTM_DELLINK) went = true;
            }
            at += (length + 3) & -4;
        }
        if (went) {
            if (place == HOME) left = true;
            place = NOWHERE; // where it is now may have the id that the last one had
        }
        return went;
    }

    private boolean ours(long at) {
        int from = receiver.namespace();
        boolean here = place == HOME ? from < 0 || from == homeId : from == place;
        return here
                && receiver.buffer().get(JAVA_INT, at + 4) == index
                && receiver.buffer().get(JAVA_BYTE, at) == 0; // AF_UNSPEC: not a bridge port's
    }

    private void look(List<LinkEvent> events) {
        if (gone) return;
        try {
            // The interface may move or be renamed between two queries.
            for (int attempt = 0; attempt < 3; attempt++) {
                var called = tun.name();
                if (called == null) {
                    gone = true;
                    events.add(new LinkEvent.Gone());
                    return;
                }
                int where = place();
                if (where == UNKNOWN) break;
                var link = found(called, where);
                if (link == null) continue;
                // The kernel sets defaults in another namespace.
                if (arrived(where, events) && where == HOME) LinkBehavior.settle(netlink, link.index());
                index = link.index();
                state(link, events);
                return;
            }
        } catch (ErrnoException _) {
            // The namespace cannot be queried: only the descriptor gives the state.
        }
        arrived(UNKNOWN, events);
        state(tun.takesPackets(headerBytes), events);
    }

    private @Nullable LinkInfo found(String called, int where) throws ErrnoException {
        try {
            return where == HOME ? netlink.link(called) : netlink.link(called, where);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENODEV) return null;
            throw e;
        }
    }

    private int place() throws ErrnoException {
        int namespace = tun.namespace();
        if (namespace < 0) return left ? UNKNOWN : HOME;
        try {
            boolean here = home < 0 ? !left : libc.inode(namespace) == home;
            if (!here) return netlink.assignedNamespaceId(namespace);
            homeId = netlink.namespaceId(namespace);
            return HOME;
        } finally {
            libc.close(namespace);
        }
    }

    private long inode(int namespace) {
        if (namespace < 0) return namespace;
        try {
            return libc.inode(namespace);
        } finally {
            libc.close(namespace);
        }
    }

    private boolean arrived(int where, List<LinkEvent> events) {
        if (where == place) return false;
        place = where;
        left = where != HOME;
        events.add(new LinkEvent.Moved(where == HOME));
        return true;
    }

    private void state(LinkInfo link, List<LinkEvent> events) {
        if (!link.name().equals(name)) {
            name = link.name();
            events.add(new LinkEvent.Renamed(name));
        }
        if (link.mtu() != mtu) {
            mtu = link.mtu();
            events.add(new LinkEvent.MtuChanged(mtu));
        }
        if (limitGso && place == HOME) limitGso(link);
        state(link.up(), events);
    }

    private void state(boolean nowUp, List<LinkEvent> events) {
        if (nowUp == up) return;
        up = nowUp;
        events.add(up ? new LinkEvent.Up() : new LinkEvent.Down());
    }

    /// Sets gso_max_size for the current MTU. Only in our own namespace: the kernel lets no socket of
    /// another change an interface.
    private void limitGso(LinkInfo link) {
        int bytes = LinuxTun.gsoMaxSize(mtu);
        if (bytes == 0 || bytes == link.gsoMaxSize()) return;
        try {
            netlink.gsoMaxSize(link.index(), bytes);
        } catch (ErrnoException _) {
            // Super-packets may need two sends.
        }
    }

    /// Idempotent.
    @Override
    public void close() {
        if (!open) return;
        open = false;
        receiver.close();
        netlink.close();
        tun.close();
    }
}
