package dev.warren.io.tun;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import dev.warren.io.offload.VirtioNetHeader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A descriptor of /dev/net/tun that is attached to an interface, with the offloads that the kernel
/// accepted. See the kernel's Documentation/networking/tuntap.rst. When a step of opening fails, the
/// descriptor is closed.
final class TunDescriptor {
    static final long TUNSETIFF = 0x400454caL;
    static final long TUNGETIFF = 0x800454d2L;
    static final long TUNSETOFFLOAD = 0x400454d0L;
    static final long TUNSETVNETHDRSZ = 0x400454d8L;

    private static final int IFF_TUN = 0x0001;
    private static final int IFF_MULTI_QUEUE = 0x0100;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int IFF_TUN_EXCL = 0x8000;

    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO = 0x02 | 0x04;
    private static final int TUN_F_USO = 0x20 | 0x40;

    private final Libc libc;
    private final InterfaceRequest request;

    final TunOptions options;
    int fd = -1;
    String name = "";
    boolean vnetHeader;
    boolean tso;
    boolean uso;
    boolean gro;
    boolean udpGro;
    final List<String> warnings = new ArrayList<>();

    TunDescriptor(Libc libc, Arena arena, TunOptions options) {
        this.libc = libc;
        this.request = new InterfaceRequest(arena);
        this.options = options;
    }

    /// @param fresh whether to fail with EBUSY when the interface exists
    void open(String wanted, boolean fresh) throws ErrnoException {
        int length = wanted.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > InterfaceRequest.NAME_BYTES) {
            throw new ErrnoException("the interface name '" + wanted + "' must have 1 to 15 bytes", Errno.EINVAL);
        }
        boolean opened = false;
        try {
            fd = ErrnoException.check(
                    libc.open("/dev/net/tun", Libc.O_RDWR | Libc.O_NONBLOCK, 0),
                    "open /dev/net/tun (is the tun module loaded, and are you root?)");
            int flags = IFF_TUN | IFF_NO_PI | (options.multiQueue() ? IFF_MULTI_QUEUE : 0) | (fresh ? IFF_TUN_EXCL : 0);
            int status = options.vnetHeader() ? attach(wanted, flags | IFF_VNET_HDR) : -Errno.EINVAL;
            if (status == -Errno.EINVAL) status = attach(wanted, flags);
            ErrnoException.check(status, "create the TUN interface " + wanted);
            settle();
            opened = true;
        } finally {
            if (!opened) close();
        }
    }

    private int attach(String wanted, int flags) {
        request.name(wanted);
        request.flags(flags);
        return libc.ioctl(fd, TUNSETIFF, request.segment);
    }

    void adopt(int descriptor) throws ErrnoException {
        boolean opened = false;
        try {
            fd = descriptor;
            ErrnoException.check(
                    libc.ioctl(fd, TUNGETIFF, request.segment),
                    "file descriptor " + descriptor + " is not attached to a TUN interface");
            // IFF_NO_PI cannot be asked for: here its bit means IFF_NOFILTER.
            if ((request.flags() & IFF_TUN) == 0) {
                throw new ErrnoException("file descriptor " + descriptor + " is a TAP, not a TUN", Errno.EINVAL);
            }
            ErrnoException.check(libc.fcntl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC), "set FD_CLOEXEC on the adopted TUN");
            int status = ErrnoException.check(libc.fcntl(fd, Libc.F_GETFL, 0), "read the flags of the adopted TUN");
            ErrnoException.check(
                    libc.fcntl(fd, Libc.F_SETFL, status | Libc.O_NONBLOCK), "set O_NONBLOCK on the adopted TUN");
            settle();
            opened = true;
        } finally {
            if (!opened) close();
        }
    }

    /// Reads name and flags of the interface and enables the offloads, fewer each time the kernel refuses.
    private void settle() throws ErrnoException {
        ErrnoException.check(libc.ioctl(fd, TUNGETIFF, request.segment), "read the TUN interface's name");
        name = request.name();
        vnetHeader = (request.flags() & IFF_VNET_HDR) != 0;
        if (!vnetHeader) {
            if (options.vnetHeader()) warnings.add("no virtio-net header on " + name + ": all TUN offloads are off");
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var size = arena.allocateFrom(JAVA_INT, VirtioNetHeader.LENGTH);
            ErrnoException.check(libc.ioctl(fd, TUNSETVNETHDRSZ, size), "set the virtio-net header size");
        }
        // USO without TSO is refused, as TSO is without CSUM.
        uso = options.tso() && options.uso() && offload(TUN_F_CSUM | TUN_F_TSO | TUN_F_USO);
        tso = uso || (options.tso() && offload(TUN_F_CSUM | TUN_F_TSO));
        if (!tso && !offload(0)) warnings.add(name + " would not switch its offloads off");
        if (options.tso() && !tso) warnings.add("no TSO on " + name + ": TCP is read packet by packet");
        if (options.tso() && options.uso() && !uso) warnings.add("no USO on " + name + " (Linux 6.2 has it)");
        var probe = new GroProbe(libc, fd);
        gro = options.gro() && probe.accepts(false);
        udpGro = options.udpGro() && probe.accepts(true);
        if (options.gro() && !gro) warnings.add(name + " refuses coalesced TCP packets: TUN GRO is off");
        if (options.udpGro() && !udpGro) warnings.add(name + " refuses coalesced UDP packets: TUN UDP GRO is off");
    }

    private boolean offload(int bits) {
        return libc.ioctl(fd, TUNSETOFFLOAD, (long) bits) >= 0;
    }

    /// False once the interface was deleted.
    boolean attached() {
        if (fd < 0) return false;
        int status = libc.ioctl(fd, TUNGETIFF, request.segment);
        return status != -Errno.EBADFD && status != -Errno.EBADF;
    }

    void close() {
        if (fd >= 0) libc.close(fd);
        fd = -1;
    }
}
