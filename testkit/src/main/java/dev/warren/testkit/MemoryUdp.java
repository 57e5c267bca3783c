package dev.warren.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.io.Endpoint;
import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.EventFd;
import dev.warren.io.udp.SendQueue;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A socket of a [MemoryNetwork]. Its descriptors are real eventfds, so the same event loop serves it. Neighbouring
/// datagrams from one source arrive as a train, as UDP_GRO would have it.
public final class MemoryUdp implements UdpSocket {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Datagram(Endpoint source, byte[] bytes) {}

    /// Datagrams that the receive buffer of a family holds.
    private static final int MOST = 8192;

    private final MemoryNetwork network;
    private final EventFd event4 = new EventFd();
    private final EventFd event6 = new EventFd();
    private final ArrayDeque<Datagram> queue4 = new ArrayDeque<>();
    private final ArrayDeque<Datagram> queue6 = new ArrayDeque<>();
    private List<Endpoint> names = List.of();
    private int port;
    private int fwmark;
    private CounterRow<UdpCounter> counters = CounterRow.single(UdpCounter.class);
    private boolean closed;

    MemoryUdp(MemoryNetwork network) {
        this.network = network;
    }

    synchronized void bound(int port, List<Endpoint> names) {
        this.port = port;
        this.names = List.copyOf(names);
    }

    /// Moves the socket to other addresses or another port, as a host that roams.
    ///
    /// @throws ErrnoException EADDRINUSE when another socket has one of them
    public void move(int port, InetAddress... addresses) throws ErrnoException {
        network.bind(this, port, addresses);
    }

    /// The addresses and port of this socket, in the order they were given.
    public synchronized List<Endpoint> addresses() {
        return names;
    }

    synchronized boolean arrive(Endpoint source, byte[] datagram) {
        if (closed) return true;
        var queue = source.v6() ? queue6 : queue4;
        if (queue.size() >= MOST) return false;
        queue.add(new Datagram(source, datagram));
        (source.v6() ? event6 : event4).signal(true);
        return true;
    }

    @Override
    public synchronized int port() {
        return port;
    }

    @Override
    public synchronized int fd4() {
        return has(false) ? event4.fd() : -1;
    }

    @Override
    public synchronized int fd6() {
        return has(true) ? event6.fd() : -1;
    }

    private boolean has(boolean v6) {
        return names.stream().anyMatch(name -> name.v6() == v6);
    }

    @Override
    public synchronized int receive(int fd, PacketBatch batch) {
        if (closed || fd < 0) return 0;
        boolean six = fd == event6.fd();
        var queue = six ? queue6 : queue4;
        int entries = 0;
        while (!queue.isEmpty() && !batch.full() && batch.room() >= SendQueue.TRAIN_BYTES) {
            Datagram first = queue.remove();
            int at = batch.nextOffset();
            int size = first.bytes.length;
            int length = copy(first.bytes, batch.slab(), at);
            int last = size;
            int datagrams = 1;
            while (continues(queue.peek(), first, size, last, length, datagrams)) {
                last = copy(queue.remove().bytes, batch.slab(), at + length);
                length += last;
                datagrams++;
            }
            batch.add(at, length, datagrams == 1 ? 0 : size, first.source);
            counters.increment(UdpCounter.RECEIVE_MESSAGES);
            counters.add(UdpCounter.RECEIVE_DATAGRAMS, datagrams);
            entries++;
        }
        if (queue.isEmpty()) (six ? event6 : event4).signal(false);
        return entries;
    }

    private static boolean continues(
            @Nullable Datagram next, Datagram first, int size, int last, int length, int datagrams) {
        return next != null
                && size > 0
                && last == size
                && next.bytes.length > 0
                && next.bytes.length <= size
                && length + next.bytes.length <= SendQueue.TRAIN_BYTES
                && datagrams < SendQueue.TRAIN_DATAGRAMS
                && next.source.equals(first.source);
    }

    private static int copy(byte[] from, MemorySegment to, long at) {
        MemorySegment.copy(from, 0, to, JAVA_BYTE, at, from.length);
        return from.length;
    }

    @Override
    public int send(PacketBatch batch) {
        int lost = 0;
        for (int i = 0; i < batch.count(); i++) {
            Endpoint to = batch.endpoint(i);
            Endpoint from = to == null ? null : source(to);
            if (to == null || from == null) {
                counters.add(UdpCounter.DROP_NO_FAMILY, batch.packets(i));
                lost += batch.packets(i);
                continue;
            }
            int size = batch.packets(i) == 1 ? batch.length(i) : batch.segment(i);
            int at = 0;
            do {
                int length = Math.min(size, batch.length(i) - at);
                byte[] datagram =
                        batch.slab().asSlice(batch.offset(i) + at, length).toArray(JAVA_BYTE);
                if (!network.deliver(from, to.withoutLocal(), datagram)) lost++;
                counters.increment(UdpCounter.SEND_DATAGRAMS);
                at += length;
            } while (at < batch.length(i));
        }
        return lost;
    }

    /// Never unfinished: a full receiver drops.
    @Override
    public int proceed() {
        return 0;
    }

    @Override
    public int waitsFor() {
        return -1;
    }

    @Override
    public int abandon() {
        return 0;
    }

    /// The local address of the endpoint while this socket has it, else the first of its family.
    private synchronized @Nullable Endpoint source(Endpoint to) {
        if (closed) return null;
        Endpoint first = null;
        for (Endpoint name : names) {
            if (name.v6() != to.v6()) continue;
            if (first == null) first = name;
            if (to.hasLocal() && name.hi() == to.localHi() && name.lo() == to.localLo()) return name;
        }
        return first;
    }

    @Override
    public synchronized int mark(int mark) {
        fwmark = mark;
        return 0;
    }

    /// The mark that was set last.
    public synchronized int mark() {
        return fwmark;
    }

    @Override
    public List<Offload> offloads() {
        return List.of();
    }

    @Override
    public void onOffloadLost(Runnable action) {
        // There are none.
    }

    @Override
    public synchronized void counters(CounterRow<UdpCounter> row) {
        counters = row;
    }

    @Override
    public synchronized CounterRow<UdpCounter> counters() {
        return counters;
    }

    @Override
    public void close() {
        network.unbind(this); // first, and without our lock: the network takes its own, then ours
        synchronized (this) {
            closed = true;
            queue4.clear();
            queue6.clear();
            event4.close();
            event6.close();
        }
    }
}
