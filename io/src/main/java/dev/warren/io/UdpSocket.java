package dev.warren.io;

import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import java.util.List;

/// A pair of UDP sockets, IPv4 and IPv6, on one port. All methods are called on one loop. No method blocks,
/// and none throws for an error of the network: such errors are counted and returned. Terms: [PacketBatch].
public interface UdpSocket extends AutoCloseable {
    /// Result of [#send] and [#proceed] when the send buffer is full and datagrams of the batch are left.
    int UNFINISHED = -1;

    /// The local port of both sockets.
    int port();

    /// The IPv4 socket to watch for EPOLLIN, -1 when there is none.
    int fd4();

    /// The IPv6 socket to watch for EPOLLIN, -1 when there is none.
    int fd6();

    /// Appends the messages that have arrived on one of the two sockets, one entry each: a datagram, or
    /// several segments with UDP_GRO. The endpoint of an entry is its source, with the local address that
    /// it arrived on. The caller owns the batch before and after.
    ///
    /// @return entries appended; 0 also for a temporary error, such as one of ICMP; minus errno when the
    /// socket is
    ///     unusable
    int receive(int fd, PacketBatch batch);

    /// Sends each entry to its endpoint: equal datagrams as a train with UDP_SEGMENT where the kernel takes
    /// it, else one by one. The caller owns the batch before and after, but must not change it, nor send
    /// another one, until this one is finished or abandoned.
    ///
    /// @return datagrams not sent, each counted by its reason; or [#UNFINISHED]: call [#proceed] when
    /// [#waitsFor] is
    ///     writable
    int send(PacketBatch batch);

    /// Continues the unfinished batch where it stopped; 0 when none is unfinished.
    ///
    /// @return as [#send]
    int proceed();

    /// The descriptor whose send buffer is full, to watch for EPOLLOUT; -1 when no batch is unfinished.
    int waitsFor();

    /// Drops and counts the datagrams that are left of the unfinished batch.
    ///
    /// @return datagrams of the batch that were not sent
    int abandon();

    /// Endpoints received from lately, with the local address and interface that their datagrams arrived
    /// on; 64 at most.
    default List<Endpoint> heardLately() {
        return List.of();
    }

    /// Sets those of [#heardLately] to which packets now leave by another interface than the one that they
    /// arrive on: the kernel chooses the source address for them. Replaces the endpoints of the last call.
    default void rerouted(List<Endpoint> endpoints) {}

    /// Stops using a local address as source, since the host has lost it, until a datagram arrives on it
    /// again.
    ///
    /// @param hi first 8 bytes of an IPv6 address, 0 for IPv4
    /// @param lo last 8 bytes, or an IPv4 address in the low 32 bits
    default void addressGone(long hi, long lo) {}

    /// Sets SO_MARK on both sockets, see socket(7); 0 for none.
    ///
    /// @return 0 or minus errno
    int mark(int fwmark);

    /// The offloads that there are, with those not in use and why.
    List<Offload> offloads();

    /// Sets what runs, on the loop, when an offload is found not to work and is used no more.
    void onOffloadLost(Runnable action);

    /// Sets the row that counters are added to from now on, in place of the socket's own. An owner passes
    /// the same row to each socket that it opens.
    void counters(CounterRow<UdpCounter> row);

    /// The row that counters are added to.
    CounterRow<UdpCounter> counters();

    /// Idempotent.
    @Override
    void close();
}
