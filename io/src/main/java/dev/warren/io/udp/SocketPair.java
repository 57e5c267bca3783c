package dev.warren.io.udp;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Opens an IPv4 and an IPv6 socket on one port, or one socket where the host has a single family. When a
/// step fails, all sockets are closed.
final class SocketPair {
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_MARK = 36;
    private static final int IPV6_V6ONLY = 26;
    private static final int PMTUDISC_DONT = 0;
    /// Attempts to find a port for both families: one chosen for IPv4 may be in use for IPv6.
    private static final int ATTEMPTS = 16;

    private final Libc libc;
    private final UdpOptions options;
    private final MemorySegment address;

    int fd4 = -1;
    int fd6 = -1;
    int port;
    boolean gso;
    boolean gro;
    final List<String> warnings = new ArrayList<>();

    SocketPair(Libc libc, Arena arena, UdpOptions options) {
        this.libc = libc;
        this.options = options;
        this.address = arena.allocate(SocketAddress.STRIDE, 8);
    }

    void open(int wantedPort, int fwmark) throws ErrnoException {
        boolean opened = false;
        try {
            bindBoth(wantedPort);
            gso = options.gso()
                    && each(fd -> libc.getsockopt(fd, ControlMessages.SOL_UDP, ControlMessages.UDP_SEGMENT) >= 0);
            gro = options.gro() && each(this::enableGro);
            if (!gro) each(fd -> libc.setsockopt(fd, ControlMessages.SOL_UDP, ControlMessages.UDP_GRO, 0) >= 0);
            each(this::enlargeBuffers);
            each(this::reportOverflow);
            if (fwmark != 0) ErrnoException.check(mark(fwmark), "set SO_MARK " + fwmark + " on UDP port " + port);
            opened = true;
        } finally {
            if (!opened) close();
        }
    }

    private void bindBoth(int wantedPort) throws ErrnoException {
        for (int attempt = 1; ; attempt++) {
            port = wantedPort;
            fd4 = options.ipv4() ? bound(false) : -1;
            fd6 = options.ipv6() ? bound(true) : -1;
            boolean taken = fd6 == -Errno.EADDRINUSE && wantedPort == 0 && attempt < ATTEMPTS;
            if (!taken) break;
            close();
        }
        if (fatal(fd4, options.ipv4())) throw new ErrnoException("bind UDP port " + port + " (IPv4)", fd4);
        if (fatal(fd6, options.ipv6())) throw new ErrnoException("bind UDP port " + port + " (IPv6)", fd6);
        if (fd4 < 0 && fd6 < 0) {
            throw new ErrnoException("open a UDP socket: this host has neither IPv4 nor IPv6", Errno.EAFNOSUPPORT);
        }
        if (fd4 < 0 && options.ipv4()) warnings.add("no IPv4 on this host: listening on IPv6 only");
        if (fd6 < 0 && options.ipv6()) warnings.add("no IPv6 on this host: listening on IPv4 only");
        fd4 = Math.max(fd4, -1);
        fd6 = Math.max(fd6, -1);
    }

    /// Whether an error ends the opening: all but those of a host without this family.
    private static boolean fatal(int fd, boolean wanted) {
        return wanted
                && fd < 0
                && fd != -Errno.EAFNOSUPPORT
                && fd != -Errno.EADDRNOTAVAIL
                && fd != -Errno.EPROTONOSUPPORT;
    }

    /// Opens a socket bound to [#port], and sets that to the port that the kernel chose. Returns it, or minus errno.
    private int bound(boolean v6) {
        int fd = libc.socket(v6 ? Libc.AF_INET6 : Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_NONBLOCK, 0);
        if (fd < 0) return fd;
        int status = 0;
        if (v6) status = libc.setsockopt(fd, ControlMessages.IPPROTO_IPV6, IPV6_V6ONLY, 1);
        if (status >= 0) {
            status = v6
                    ? libc.setsockopt(fd, ControlMessages.IPPROTO_IPV6, ControlMessages.IPV6_RECVPKTINFO, 1)
                    : libc.setsockopt(fd, ControlMessages.IPPROTO_IP, ControlMessages.IP_PKTINFO, 1);
        }
        if (status >= 0) status = v6 ? asInner6(fd) : asInner4(fd);
        if (status >= 0) status = libc.bind(fd, address, SocketAddress.any(address, v6, port));
        if (status >= 0 && port == 0) {
            status = libc.getsockname(fd, address);
            if (status >= 0) port = SocketAddress.port(address, 0);
        }
        if (status >= 0) return fd;
        libc.close(fd);
        return status;
    }

    /// Makes the kernel report the traffic class of received packets, and lets routers fragment those sent
    /// (no DF), as send4 of the kernel's WireGuard does: packets get through a hop that is narrower than
    /// the interface's MTU and sends no ICMP error.
    private int asInner4(int fd) {
        int status = libc.setsockopt(fd, ControlMessages.IPPROTO_IP, ControlMessages.IP_RECVTOS, 1);
        return status < 0
                ? status
                : libc.setsockopt(fd, ControlMessages.IPPROTO_IP, ControlMessages.IP_MTU_DISCOVER, PMTUDISC_DONT);
    }

    /// The same for IPv6, where only the sender fragments: to the path's MTU when that is known.
    private int asInner6(int fd) {
        int status = libc.setsockopt(fd, ControlMessages.IPPROTO_IPV6, ControlMessages.IPV6_RECVTCLASS, 1);
        return status < 0
                ? status
                : libc.setsockopt(fd, ControlMessages.IPPROTO_IPV6, ControlMessages.IPV6_MTU_DISCOVER, PMTUDISC_DONT);
    }

    /// Sets UDP_GRO and reads it back: kernels that take the option but cannot report it deliver coalesced
    /// messages wrongly.
    private boolean enableGro(int fd) {
        return libc.setsockopt(fd, ControlMessages.SOL_UDP, ControlMessages.UDP_GRO, 1) >= 0
                && libc.getsockopt(fd, ControlMessages.SOL_UDP, ControlMessages.UDP_GRO) == 1;
    }

    /// Makes the kernel report drops; a failure only means that they are not counted.
    private boolean reportOverflow(int fd) {
        return libc.setsockopt(fd, ControlMessages.SOL_SOCKET, ControlMessages.SO_RXQ_OVFL, 1) >= 0;
    }

    private boolean enlargeBuffers(int fd) {
        enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF, "receive");
        enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF, "send");
        return true;
    }

    private void enlarge(int fd, int force, int plain, String which) {
        int wanted = options.bufferBytes();
        if (libc.setsockopt(fd, ControlMessages.SOL_SOCKET, force, wanted) < 0) {
            libc.setsockopt(fd, ControlMessages.SOL_SOCKET, plain, wanted);
        }
        int granted = libc.getsockopt(fd, ControlMessages.SOL_SOCKET, plain)
                / 2; // the kernel doubles it for its own bookkeeping
        if (granted < wanted) {
            warnings.add("UDP " + which + " buffer is " + granted + " bytes instead of " + wanted
                    + (which.equals("receive") ? ": raise net.core.rmem_max" : ": raise net.core.wmem_max"));
        }
    }

    /// Returns 0 or minus errno.
    int mark(int fwmark) {
        int status = 0;
        if (fd4 >= 0) status = libc.setsockopt(fd4, ControlMessages.SOL_SOCKET, SO_MARK, fwmark);
        if (fd6 >= 0 && status >= 0) status = libc.setsockopt(fd6, ControlMessages.SOL_SOCKET, SO_MARK, fwmark);
        return status;
    }

    void close() {
        if (fd4 >= 0) libc.close(fd4);
        if (fd6 >= 0) libc.close(fd6);
        fd4 = -1;
        fd6 = -1;
    }

    private interface Step {
        boolean on(int fd);
    }

    /// True when the step succeeds on both.
    private boolean each(Step step) {
        boolean first = fd4 < 0 || step.on(fd4);
        boolean second = fd6 < 0 || step.on(fd6);
        return first && second;
    }
}
