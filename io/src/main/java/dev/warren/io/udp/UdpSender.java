package dev.warren.io.udp;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Sends batches by sendmmsg(2) with UDP_SEGMENT, and knows what to do when the kernel will not.
final class UdpSender {
    /// How long one batch may wait, in all, for a full socket buffer to drain. A little waiting is kinder to TCP inside
    /// the tunnel than loss; longer would hold up the loop's other peers.
    private static final int WAIT_MILLIS = 10;

    private static final int MOST_INTERRUPTS = 64;

    private final Libc libc;
    private CounterRow<UdpCounter> counters;
    private final StickySources sources;
    private final UdpOptions options;
    private final SendQueue queue;
    private final SendQueue singles;
    private boolean gso;
    /// Endpoint whose path took no train in this batch.
    private @Nullable Endpoint narrow;

    private int patience;

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

    /// Counts there from now on.
    void counters(CounterRow<UdpCounter> row) {
        counters = row;
    }

    boolean gso() {
        return gso;
    }

    /// Returns datagrams not sent.
    int send(PacketBatch batch, int fd4, int fd6) {
        int lost = 0;
        int queuedFor = -1;
        patience = WAIT_MILLIS;
        narrow = null;
        for (int i = 0; i < batch.count(); i++) {
            Endpoint to = batch.endpoint(i);
            int fd = to == null ? -1 : to.v6() ? fd6 : fd4;
            if (to == null || fd < 0) {
                counters.add(UdpCounter.DROP_NO_FAMILY, batch.packets(i));
                lost += batch.packets(i);
                continue;
            }
            if (fd != queuedFor) {
                lost += flush(queuedFor);
                queuedFor = fd;
            }
            lost += enqueue(batch, i, to, fd);
        }
        return lost + flush(queuedFor);
    }

    /// Cuts an entry into trains the kernel takes, or into datagrams where it takes none.
    private int enqueue(PacketBatch batch, int i, Endpoint to, int fd) {
        int lost = 0;
        int length = batch.length(i);
        int segment = batch.packets(i) == 1 ? length : batch.segment(i);
        Endpoint avoided = narrow;
        boolean trains = gso && segment > 0 && (avoided == null || !avoided.sameRemote(to));
        int most = segment;
        if (trains) {
            int tail = options.neverEqualTail() ? 1 : 0;
            int fit = Math.min(SendQueue.TRAIN_DATAGRAMS, (SendQueue.TRAIN_BYTES - tail) / segment);
            most = segment * Math.max(1, fit - tail);
        }
        int at = batch.offset(i);
        int end = at + length;
        do {
            int size = Math.min(most, end - at);
            int cut = Math.min(segment, size);
            if (!queue.add(batch.slab(), to, at, size, cut, batch.trafficClass(i), trains)) {
                lost += flush(fd);
                if (!queue.add(batch.slab(), to, at, size, cut, batch.trafficClass(i), trains))
                    throw new AssertionError("an empty queue is full");
            }
            at += size;
        } while (at < end);
        return lost;
    }

    private int flush(int fd) {
        if (queue.count() == 0) return 0;
        queue.seal(options.sticky(), sources);
        int lost = push(queue, fd);
        queue.clear();
        return lost;
    }

    /// Sends all of a queue. A short count means: the message behind it failed, try it again to learn why.
    private int push(SendQueue from, int fd) {
        int lost = 0;
        int done = 0;
        int interrupts = 0;
        boolean withoutSource = false; // message `done` is being tried without its source
        while (done < from.count()) {
            counters.increment(UdpCounter.SEND_CALLS);
            int n = from.send(libc, fd, done);
            if (n > 0) {
                if (withoutSource) {
                    counters.increment(UdpCounter.SEND_SOURCE_REFUSED);
                    sources.refuse(from.endpoint(done));
                }
                withoutSource = false;
                for (int end = done + n; done < end; done++) {
                    counters.increment(UdpCounter.SEND_MESSAGES);
                    counters.add(UdpCounter.SEND_DATAGRAMS, from.datagrams(done));
                }
                continue;
            }
            int errno = n == 0 ? Errno.EIO : -n;
            if (errno == Errno.EINTR && interrupts++ < MOST_INTERRUPTS) continue;
            if (errno == Errno.EAGAIN && patience > 0) {
                libc.poll(fd, Libc.POLLOUT, 1);
                patience--;
                continue;
            }
            if (from.hasSource(done) && aboutSource(errno)) {
                withoutSource = true;
                from.dropSource(done);
                continue;
            }
            withoutSource = false;
            lost += from.datagrams(done) > 1 && aboutTrains(errno)
                    ? oneByOne(from, done, fd, errno)
                    : drop(from, done, errno);
            done++;
        }
        return lost;
    }

    /// The address, or its interface, went away.
    private static boolean aboutSource(int errno) {
        return switch (errno) {
            case Errno.EINVAL, Errno.EADDRNOTAVAIL, Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.ENODEV -> true;
            default -> false;
        };
    }

    private static boolean aboutTrains(int errno) {
        return errno == Errno.EIO || errno == Errno.EINVAL || errno == Errno.EMSGSIZE;
    }

    /// EIO: the device cannot checksum, so no train will ever go there. EMSGSIZE, EINVAL: the path is narrower
    /// than a segment. Nothing of the train was sent: all of it goes again.
    private int oneByOne(SendQueue from, int message, int fd, int errno) {
        counters.increment(UdpCounter.SEND_GSO_REFUSED);
        if (errno == Errno.EIO) gso = false;
        narrow = from.endpoint(message);
        int lost = 0;
        int next = 0;
        while (next < from.datagrams(message)) {
            int taken = from.unbundle(message, next, singles);
            if (taken == 0) throw new AssertionError("an empty queue is full");
            next += taken;
            singles.seal(options.sticky(), sources);
            lost += push(singles, fd);
            singles.clear();
        }
        return lost;
    }

    private int drop(SendQueue from, int message, int errno) {
        int datagrams = from.datagrams(message);
        switch (errno) {
            case Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM -> counters.add(UdpCounter.DROP_BUFFER_FULL, datagrams);
            case Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.ENETDOWN, Errno.EHOSTDOWN, Errno.ENODEV ->
                counters.add(UdpCounter.DROP_UNREACHABLE, datagrams);
            case Errno.EMSGSIZE -> counters.add(UdpCounter.DROP_TOO_LONG, datagrams);
            case Errno.EPERM, Errno.EACCES -> counters.add(UdpCounter.DROP_DENIED, datagrams);
            default -> counters.add(UdpCounter.DROP_SEND_ERRORS, datagrams);
        }
        return datagrams;
    }
}
