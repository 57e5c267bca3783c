package dev.warren.io;

import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import java.util.List;

/// A pair of UDP sockets, IPv4 and IPv6, on one port. All methods belong to one loop. No method blocks; none throws
/// for what the network may do.
public interface UdpSocket extends AutoCloseable {
    /// What [#send] and [#proceed] answer when the send buffer is full and something of the batch is left.
    int UNFINISHED = -1;

    /// The local port of both sockets.
    int port();

    /// The IPv4 socket to watch for EPOLLIN, -1 when there is none.
    int fd4();

    /// The IPv6 socket to watch for EPOLLIN, -1 when there is none.
    int fd6();

    /// Appends what has arrived on one of the two sockets, one entry (a train with UDP_GRO) per message, its endpoint
    /// set to the source with the local address it was heard on. The batch stays the caller's.
    ///
    /// @return entries appended, 0 for an errno that passes, or minus errno
    int receive(int fd, PacketBatch batch);

    /// Sends every entry to its endpoint, trains with UDP_SEGMENT where that works, one by one otherwise. The batch
    /// stays the caller's, and unchanged until it is finished or abandoned. Until then nothing else is sent.
    ///
    /// @return datagrams not sent, each counted by its reason; or [#UNFINISHED], then [#proceed] is called when
    ///     [#waitsFor] is writable
    int send(PacketBatch batch);

    /// Goes on with the batch that is unfinished, where it stopped.
    ///
    /// @return as [#send]
    int proceed();

    /// The descriptor whose buffer is full, to be watched for EPOLLOUT; -1 when no batch is unfinished.
    int waitsFor();

    /// Drops what is left of the batch that is unfinished, and counts it.
    ///
    /// @return datagrams of the batch that were not sent
    int abandon();

    /// Endpoints heard lately, with the local address and interface where they were heard; 64 at most.
    default List<Endpoint> heardLately() {
        return List.of();
    }

    /// To these, of [#heardLately], packets leave by another interface now than the one where they were heard: the
    /// kernel chooses the source address. Replaces what was said before.
    default void rerouted(List<Endpoint> endpoints) {}

    /// A local address is gone: it is no source until something arrives on it again.
    default void addressGone(long hi, long lo) {}

    /// Sets SO_MARK on both sockets; 0 is none.
    ///
    /// @return 0 or minus errno
    int mark(int fwmark);

    /// The offloads in use, for one line of a log, such as "gso, gro".
    String offloads();

    /// Counts here from now on; before it had a row of its own. The owner gives each device that it opens the same.
    void counters(CounterRow<UdpCounter> row);

    /// Where it counts.
    CounterRow<UdpCounter> counters();

    /// Idempotent.
    @Override
    void close();
}
