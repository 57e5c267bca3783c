package dev.warren.io.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A second descriptor of an open TUN, for another loop than that of its packets: reads the name, network
/// namespace and state of the interface, in whichever namespace it is. The kernel keeps the interface until
/// this descriptor is closed as well.
final class TunHandle implements AutoCloseable {
    private static final long TUNGETDEVNETNS = 0x54e3;

    private final Libc libc;
    private final InterfaceRequest request;
    private final MemorySegment probe;
    private int fd;

    private TunHandle(Libc libc, Arena arena, int fd) {
        this.libc = libc;
        this.request = new InterfaceRequest(arena);
        this.probe = arena.allocate(64);
        this.fd = fd;
    }

    static TunHandle of(Libc libc, Arena arena, LinuxTun tun) throws ErrnoException {
        int fd = libc.fcntl(tun.fd(), Libc.F_DUPFD_CLOEXEC, 0);
        return new TunHandle(libc, arena, ErrnoException.check(fd, "duplicate the descriptor of " + tun.name()));
    }

    /// The current name of the interface; null once it was deleted.
    @Nullable
    String name() throws ErrnoException {
        int status = fd < 0 ? -Errno.EBADF : libc.ioctl(fd, TunDescriptor.TUNGETIFF, request.segment);
        if (status == -Errno.EBADF || status == -Errno.EBADFD) return null;
        ErrnoException.check(status, "read the TUN interface's name");
        return request.name();
    }

    /// A descriptor of the network namespace in which the interface is, for the caller to close. Or minus errno:
    /// EINVAL before Linux 5.2, EPERM without CAP_NET_ADMIN there.
    int namespace() {
        return libc.ioctl(fd, TUNGETDEVNETNS, 0);
    }

    /// Whether the interface is up, by writing a packet of one byte, which no stack accepts: the write
    /// fails with EIO while it is down.
    ///
    /// @param headerBytes of the virtio-net header before the packet
    boolean takesPackets(int headerBytes) {
        probe.fill((byte) 0);
        probe.set(JAVA_BYTE, headerBytes, (byte) 0x45);
        return libc.write(fd, probe, 0, headerBytes + 1L) != -Errno.EIO;
    }

    /// Idempotent.
    @Override
    public void close() {
        if (fd >= 0) libc.close(fd);
        fd = -1;
    }
}
