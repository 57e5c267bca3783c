package dev.warren.io.udp;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Sends batches by sendmmsg(2) with UDP_SEGMENT, and in another way what the kernel refuses.
///
/// When the send buffer is full it remembers its position in the batch: the entry, the message in the
/// queue, the datagram of a train that is sent one by one. No datagram is sent twice, and the order is
/// kept.
final class UdpSender {
    private static final int MAX_INTERRUPTS = 64;

    private final Libc libc;
    private CounterRow<UdpCounter> counters;
    private final StickySources sources;
    private final UdpOptions options;
    private final SendQueue queue;
    private final SendQueue singles;
    private boolean gso;
    private Runnable gsoLost = () -> {};
    /// The endpoint that refused a train in this batch.
    private @Nullable Endpoint narrow;

    /// The batch that is being sent, null for none.
    private @Nullable PacketBatch batch;
    /// Index of the first entry that is not wholly queued.
    private int entry;
    /// Bytes of this entry that are queued.
    private int taken;
    /// The socket of the queue's messages.
    private int fd = -1;
    /// Index of the next datagram of the train that is sent one by one, -1 when none is.
    private int next = -1;
    /// Whether the next message is tried without its source address.
    private boolean withoutSource;

    private int lost;

    UdpSender(
            Libc libc,
            Arena arena,
            CounterRow<UdpCounter> counters,
            StickySources sources,
            UdpOptions options,
            boolean gso) {
        this.libc = libc;
        this.counters = counters;
        this.sources = sources;
        this.options = options;
        this.gso = gso;
        this.queue = new SendQueue(arena, options.neverEqualTail());
        this.singles = new SendQueue(arena, false);
    }

    /// Sets the row that counters are added to from now on.
    void counters(CounterRow<UdpCounter> row) {
        counters = row;
    }

    boolean gso() {
        return gso;
    }

    /// Sets what runs once when a network device has refused all trains.
    void onGsoLost(Runnable action) {
        gsoLost = action;
    }

    /// Begins a batch, in place of one that is unfinished.
    ///
    /// @return datagrams not sent, or [UdpSocket#UNFINISHED]
    int send(PacketBatch fresh, int fd4, int fd6) {
        batch = fresh;
        entry = 0;
        taken = 0;
        fd = -1;
        next = -1;
        withoutSource = false;
        lost = 0;
        narrow = null;
        queue.clear();
        singles.clear();
        return proceed(fd4, fd6);
    }

    /// Continues the unfinished batch.
    ///
    /// @return datagrams not sent, or [UdpSocket#UNFINISHED]
    int proceed(int fd4, int fd6) {
        PacketBatch sending = batch;
        if (sending == null) return 0;
        while (true) {
            if (!push(queue)) return UdpSocket.UNFINISHED;
            queue.clear();
            fill(sending, fd4, fd6);
            if (queue.count() == 0) break;
            queue.seal(options.sticky(), sources);
        }
        batch = null;
        return lost;
    }

    /// The socket whose send buffer is full, -1 when no batch is unfinished.
    int waitsFor() {
        return batch == null ? -1 : fd;
    }

    /// Drops the rest of the unfinished batch.
    ///
    /// @return datagrams of the batch that were not sent
    int abandon() {
        PacketBatch waiting = batch;
        if (waiting == null) return 0;
        batch = null;
        int left = singles.count() - singles.position();
        for (int i = queue.position(); i < queue.count(); i++) left += queue.datagrams(i);
        if (next > 0) left -= next;
        for (; entry < waiting.count(); entry++) {
            left += waiting.packets(entry);
            if (taken > 0) left -= taken / waiting.segment(entry);
            taken = 0;
        }
        queue.clear();
        singles.clear();
        counters.add(UdpCounter.DROP_BUFFER_FULL, left);
        return lost + left;
    }

    /// Queues entries for one socket until the queue is full or the batch ends.
    private void fill(PacketBatch from, int fd4, int fd6) {
        for (; entry < from.count(); entry++) {
            Endpoint to = from.endpoint(entry);
            int socket = to == null ? -1 : to.v6() ? fd6 : fd4;
            if (to == null || socket < 0) {
                counters.add(UdpCounter.DROP_NO_FAMILY, from.packets(entry));
                lost += from.packets(entry);
                continue;
            }
            if (socket != fd && queue.count() > 0) return;
            fd = socket;
            if (!enqueue(from, to)) return;
        }
    }

    /// Cuts an entry into trains that fit one send, or into datagrams where trains are refused. False when
    /// the queue is full.
    private boolean enqueue(PacketBatch from, Endpoint to) {
        int length = from.length(entry);
        int segment = from.packets(entry) == 1 ? length : from.segment(entry);
        Endpoint avoided = narrow;
        boolean trains = gso && segment > 0 && (avoided == null || !avoided.sameRemote(to));
        int most = segment;
        if (trains) {
            int tail = options.neverEqualTail() ? 1 : 0;
            int fit = Math.min(SendQueue.TRAIN_DATAGRAMS, (SendQueue.TRAIN_BYTES - tail) / segment);
            most = segment * Math.max(1, fit - tail);
        }
        int begin = from.offset(entry);
        int trafficClass = from.trafficClass(entry);
        do {
            int size = Math.min(most, length - taken);
            int cut = Math.min(segment, size);
            if (!queue.add(from.slab(), to, begin + taken, size, cut, trafficClass, trains)) {
                if (queue.count() == 0) throw new AssertionError("an empty queue is full");
                return false;
            }
            taken += size;
        } while (taken < length);
        taken = 0;
        return true;
    }

    /// Sends all messages of a queue. After a short count the next message is tried again for its error.
    ///
    /// @return false when the send buffer is full and something is left
    private boolean push(SendQueue from) {
        int interrupts = 0;
        while (from.position() < from.count()) {
            if (from == queue && next >= 0) {
                if (!oneByOne()) return false;
                continue;
            }
            int first = from.position();
            counters.increment(UdpCounter.SEND_CALLS);
            int n = from.send(libc, fd);
            if (n > 0) {
                if (withoutSource) {
                    counters.increment(UdpCounter.SEND_SOURCE_REFUSED);
                    sources.refuse(from.endpoint(first));
                }
                withoutSource = false;
                int datagrams = 0;
                for (int i = first; i < first + n; i++) datagrams += from.datagrams(i);
                counters.add(UdpCounter.SEND_MESSAGES, n);
                counters.add(UdpCounter.SEND_DATAGRAMS, datagrams);
                counters.increment(UdpCounter.sendBatch(datagrams));
                from.advance(n);
                continue;
            }
            int errno = n == 0 ? Errno.EIO : -n;
            if (errno == Errno.EINTR && interrupts++ < MAX_INTERRUPTS) continue;
            if (errno == Errno.EAGAIN) return false;
            refused(from, first, errno);
        }
        return true;
    }

    /// Tries a message in another way, or drops it.
    private void refused(SendQueue from, int message, int errno) {
        if (from.hasSource(message) && aboutSource(errno)) {
            withoutSource = true;
            from.dropSource(message);
            return;
        }
        withoutSource = false;
        if (from.datagrams(message) > 1 && aboutTrains(errno)) {
            counters.increment(UdpCounter.SEND_GSO_REFUSED);
            if (errno == Errno.EIO && gso) {
                gso = false;
                gsoLost.run();
            }
            narrow = from.endpoint(message);
            next = 0;
        } else {
            drop(from, message, errno);
            from.advance(1);
        }
    }

    /// Whether an error may come from a source address that the host, or its interface, no longer has.
    private static boolean aboutSource(int errno) {
        return switch (errno) {
            case Errno.EINVAL, Errno.EADDRNOTAVAIL, Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.ENODEV -> true;
            default -> false;
        };
    }

    private static boolean aboutTrains(int errno) {
        return errno == Errno.EIO || errno == Errno.EINVAL || errno == Errno.EMSGSIZE;
    }

    /// Sends the datagrams of a refused train one by one. EIO: the device cannot checksum, so that it
    /// refuses all trains. EMSGSIZE, EINVAL: the path's MTU is smaller than a segment. The
    /// kernel has sent no datagram of the train.
    ///
    /// @return false when the send buffer is full and something is left
    private boolean oneByOne() {
        int message = queue.position();
        while (true) {
            if (!push(singles)) return false;
            singles.clear();
            if (next == queue.datagrams(message)) break;
            int moved = queue.unbundle(message, next, singles);
            if (moved == 0) throw new AssertionError("an empty queue is full");
            next += moved;
            singles.seal(options.sticky(), sources);
        }
        next = -1;
        queue.advance(1);
        return true;
    }

    private void drop(SendQueue from, int message, int errno) {
        int datagrams = from.datagrams(message);
        lost += datagrams;
        switch (errno) {
            case Errno.ENOBUFS, Errno.ENOMEM -> counters.add(UdpCounter.DROP_BUFFER_FULL, datagrams);
            case Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.ENETDOWN, Errno.EHOSTDOWN, Errno.ENODEV ->
                counters.add(UdpCounter.DROP_UNREACHABLE, datagrams);
            case Errno.EMSGSIZE -> counters.add(UdpCounter.DROP_TOO_LONG, datagrams);
            case Errno.EPERM, Errno.EACCES -> counters.add(UdpCounter.DROP_DENIED, datagrams);
            default -> counters.add(UdpCounter.DROP_SEND_ERRORS, datagrams);
        }
    }
}
