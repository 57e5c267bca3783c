package dev.warren.io.tun;

import dev.warren.io.PacketBatch;
import dev.warren.io.TunDevice;
import dev.warren.io.ffm.ErrnoException;
import java.util.List;
import java.util.function.ObjLongConsumer;

/// A TUN device of the kernel.
@SuppressWarnings("DoNotCallSuggester")
public final class LinuxTun implements TunDevice {
    /// Slab bytes of a batch that holds four frames of any size.
    public static final int READ_SLAB = 4 * (65_536 + 192) + 2 * PacketBatch.MARGIN;

    private LinuxTun() {}

    /// Creates the device, or attaches to a persistent one. It is left down and without addresses; see [Netlink].
    /// May be called on any thread; what comes back belongs to the loop it is given to.
    ///
    /// @param name at most 15 bytes; may hold `%d`, which the kernel replaces by a number
    public static LinuxTun open(String name, TunOptions options) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// Adopts a descriptor that was opened and attached elsewhere (WG_TUN_FD). It is closed with the device.
    public static LinuxTun adopt(int fd, TunOptions options) throws ErrnoException {
        throw new UnsupportedOperationException();
    }

    /// What an operator should know, such as an offload that was wanted and is not there. Empty when all is well.
    public List<String> warnings() {
        throw new UnsupportedOperationException();
    }

    /// Whether the descriptor still has its device: false once it was deleted, true when it only moved to another
    /// network namespace.
    public boolean attached() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String name() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int mtu() {
        throw new UnsupportedOperationException();
    }

    /// The link monitor saw another MTU. 0 to 65535; nothing here breaks at either end.
    public void mtu(int mtu) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int fd() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int read(PacketBatch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(PacketBatch batch) {
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
