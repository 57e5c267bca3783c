package dev.warren.io;

import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;

/// A layer-3 tunnel interface. All methods belong to one loop. No method blocks; none throws for what the kernel or
/// the network may do.
public interface TunDevice extends AutoCloseable {
    /// The interface's name as the kernel has it.
    String name();

    /// Bytes of the largest IP packet when it was opened.
    int mtu();

    /// Whether the descriptor still has its interface: false once that was deleted.
    default boolean attached() {
        return true;
    }

    /// What to watch for EPOLLIN; memory devices have an eventfd.
    int fd();

    /// Appends frames to the batch until there are none left, the batch has no entry left, or less than 64
    /// KiB and the margins are free. An entry begins at the IP header; its 10-byte virtio_net_hdr lies
    /// directly before it (all zero when the device has no offloads); its segment is the GSO size, 0 for a
    /// single packet. The batch stays the caller's.
    ///
    /// @return frames appended, or minus errno
    int read(PacketBatch batch);

    /// Writes the batch's entries, each a single plaintext IP packet, in order; entries of length 0 are
    /// left out. Neighbours of one flow may go as one super-packet. Headers and margins may be overwritten.
    /// The batch stays the caller's.
    ///
    /// @return packets not written; each is counted by its reason
    int write(PacketBatch batch);

    /// The offloads in use, for one line of a log, such as "tso, uso, gro".
    String offloads();

    /// Counts here from now on; before it had a row of its own. The owner gives each device that it opens the same.
    void counters(CounterRow<TunCounter> row);

    /// Where it counts.
    CounterRow<TunCounter> counters();

    /// Idempotent.
    @Override
    void close();
}
