package dev.warren.io.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.Iovec;
import dev.warren.io.ffm.Libc;
import dev.warren.io.ffm.Mmsghdr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Fills batches by recvmmsg(2), up to four messages a call, each with room for the largest possible: with
/// UDP_GRO any message may have 64 KB, and one that does not fit is lost. After the call small messages are
/// moved together, so that many of them fit one slab; large ones stay in place.
final class UdpReceiver {
    static final int MESSAGE_BYTES = PacketBatch.MAX_PACKET + 1;
    private static final int MESSAGES = 4;
    /// The most bytes of a message that is moved to close the gap before it.
    private static final int MOVE_BYTES = 4096;

    private static final int MAX_INTERRUPTS = 8;

    private final Libc libc;
    private CounterRow<UdpCounter> counters;
    private final StickySources sources;
    private final EndpointCache cache = new EndpointCache(4096);
    private final ControlMessages control = new ControlMessages();
    private final MemorySegment messages;
    private final MemorySegment vectors;
    private final MemorySegment names;
    private final MemorySegment controls;
    private final int[] starts = new int[MESSAGES];
    /// Received in this turn.
    private int datagrams;
    private int overflow;
    private int overflow4;
    private int overflow6;

    UdpReceiver(Libc libc, Arena arena, CounterRow<UdpCounter> counters, StickySources sources) {
        this.libc = libc;
        this.counters = counters;
        this.sources = sources;
        messages = arena.allocate(MESSAGES * Mmsghdr.SIZE, 64);
        vectors = arena.allocate(MESSAGES * Iovec.SIZE, 16);
        names = arena.allocate((long) MESSAGES * SocketAddress.STRIDE, 16);
        controls = arena.allocate((long) MESSAGES * ControlMessages.RECEIVE_SIZE, 16);
        for (int i = 0; i < MESSAGES; i++) {
            Mmsghdr.point(
                    messages,
                    i,
                    names.address() + (long) i * SocketAddress.STRIDE,
                    vectors.address() + i * Iovec.SIZE,
                    controls.address() + (long) i * ControlMessages.RECEIVE_SIZE);
        }
    }

    /// Sets the row that counters are added to from now on.
    void counters(CounterRow<UdpCounter> row) {
        counters = row;
    }

    /// Returns the number of entries appended, or minus errno when there are none and the socket is unusable.
    int receive(int fd, boolean v6, PacketBatch batch) {
        overflow = 0;
        datagrams = 0;
        int received = receive(fd, batch);
        if (overflow != 0) countOverflow(v6);
        if (datagrams > 0) {
            counters.add(UdpCounter.RECEIVE_DATAGRAMS, datagrams);
            counters.increment(UdpCounter.receiveBatch(datagrams));
        }
        return received;
    }

    /// Adds the drops since the last report. The kernel reports their total with each message (SO_RXQ_OVFL).
    private void countOverflow(boolean v6) {
        counters.add(UdpCounter.DROP_OVERFLOW, Integer.toUnsignedLong(overflow - (v6 ? overflow6 : overflow4)));
        if (v6) overflow6 = overflow;
        else overflow4 = overflow;
    }

    private int receive(int fd, PacketBatch batch) {
        int before = batch.count();
        int interrupts = 0;
        while (true) {
            int count = prepare(batch);
            if (count == 0) break;
            counters.increment(UdpCounter.RECEIVE_CALLS);
            int got = libc.recvmmsg(fd, messages, 0, count, Libc.MSG_DONTWAIT);
            if (got < 0) {
                if (got == -Errno.EAGAIN) break;
                if (got == -Errno.EINTR && interrupts++ < MAX_INTERRUPTS) continue;
                counters.increment(UdpCounter.RECEIVE_ERRORS);
                // a temporary error does not end receiving. Only a descriptor that is no socket does.
                boolean lasting = got == -Errno.EBADF || got == -Errno.EFAULT || got == -Errno.ENOTSOCK;
                return lasting && batch.count() == before ? got : batch.count() - before;
            }
            for (int i = 0; i < got; i++) take(batch, i);
            if (got < count) break;
        }
        return batch.count() - before;
    }

    /// Points the vectors at free ranges of the slab. Returns their number.
    private int prepare(PacketBatch batch) {
        int most = Math.min(MESSAGES, batch.capacity() - batch.count());
        int end = (int) batch.slabSize() - PacketBatch.MARGIN;
        int at = batch.nextOffset();
        int count = 0;
        while (count < most && at + MESSAGE_BYTES <= end) {
            Iovec.set(vectors, count, batch.slab(), at, MESSAGE_BYTES);
            // The kernel overwrites these lengths in each call: without this the second call gets no names.
            Mmsghdr.lengths(messages, count, SocketAddress.V6_SIZE, 1, ControlMessages.RECEIVE_SIZE);
            starts[count++] = at;
            at = (at + MESSAGE_BYTES + PacketBatch.MARGIN + PacketBatch.ALIGNMENT - 1) & -PacketBatch.ALIGNMENT;
        }
        return count;
    }

    private void take(PacketBatch batch, int i) {
        int length = Mmsghdr.length(messages, i);
        counters.increment(UdpCounter.RECEIVE_MESSAGES);
        if ((Mmsghdr.flags(messages, i) & Libc.MSG_TRUNC) != 0 || length > MESSAGE_BYTES) {
            counters.increment(UdpCounter.DROP_TRUNCATED);
            return;
        }
        if (length == 0) {
            counters.increment(UdpCounter.DROP_EMPTY);
            return;
        }
        long name = (long) i * SocketAddress.STRIDE;
        int family = Mmsghdr.nameLength(messages, i) < SocketAddress.V4_SIZE ? 0 : names.get(JAVA_SHORT, name);
        int controlLength = Math.min(Mmsghdr.controlLength(messages, i), ControlMessages.RECEIVE_SIZE);
        control.read(controls, (long) i * ControlMessages.RECEIVE_SIZE, controlLength);
        if (control.overflow != 0) overflow = control.overflow;
        int port = SocketAddress.port(names, name);
        Endpoint endpoint;
        if (family == Libc.AF_INET) {
            long address = Integer.toUnsignedLong(names.get(SocketAddress.U32, name + 4));
            endpoint = cache.of(false, 0, address, port, 0, 0, control.localLo, control.localInterface);
        } else if (family == Libc.AF_INET6) {
            long hi = names.get(SocketAddress.U64, name + 8);
            long lo = names.get(SocketAddress.U64, name + 16);
            boolean multicast = (control.localHi >>> 56) == 0xff; // cannot be a source
            endpoint = cache.of(
                    true,
                    hi,
                    lo,
                    port,
                    names.get(JAVA_INT, name + 24),
                    multicast ? 0 : control.localHi,
                    multicast ? 0 : control.localLo,
                    multicast ? 0 : control.localInterface);
        } else {
            counters.increment(UdpCounter.DROP_STRANGE_SOURCE);
            return;
        }
        if (endpoint.hasLocal()) sources.heard(endpoint);
        int at = starts[i];
        int better = batch.nextOffset();
        if (better < at && length <= MOVE_BYTES) {
            MemorySegment.copy(batch.slab(), at, batch.slab(), better, length);
            at = better;
        }
        int segment = control.segment > 0 && control.segment < length ? control.segment : 0;
        batch.add(at, length, segment, endpoint, control.trafficClass);
        datagrams += batch.packets(batch.count() - 1);
    }
}
