package dev.warren.io;

import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;
import java.util.List;

/// A layer-3 tunnel interface. All methods are called on one loop. No method blocks, and none throws for an
/// error of the kernel or the network: such errors are counted and returned. Terms: [PacketBatch].
public interface TunDevice extends AutoCloseable {
    /// The interface's name as the kernel has it.
    String name();

    /// The MTU in bytes when the device was opened: 68 to 65535.
    int mtu();

    /// False once the interface of the descriptor was deleted.
    default boolean attached() {
        return true;
    }

    /// The descriptor to watch for EPOLLIN; an eventfd for devices in memory.
    int fd();

    /// Appends frames to the batch, one entry each, until none is left, the batch is full, or it has no
    /// room for a packet of [PacketBatch#MAX_PACKET] bytes. An entry begins at the IP header; its 10-byte
    /// virtio_net_hdr is directly before it (all zero when the device has no offloads); its segment is the
    /// GSO size, 0 for a single packet. The caller owns the batch before and after.
    ///
    /// @return frames appended, or minus errno
    int read(PacketBatch batch);

    /// Writes the batch's entries, each a single plaintext packet, in order; entries of length 0 are
    /// skipped. Neighbours of one flow may be coalesced into one frame. Headers and margins may be
    /// overwritten. The caller owns the batch before and after.
    ///
    /// @return packets not written; each is counted by its reason
    int write(PacketBatch batch);

    /// The offloads that there are, with those not in use and why.
    List<Offload> offloads();

    /// Sets what runs, on the loop, when an offload is found not to work and is used no more.
    void onOffloadLost(Runnable action);

    /// Sets the row that counters are added to from now on, in place of the device's own. An owner passes
    /// the same row to each device that it opens.
    void counters(CounterRow<TunCounter> row);

    /// The row that counters are added to.
    CounterRow<TunCounter> counters();

    /// Idempotent.
    @Override
    void close();
}
