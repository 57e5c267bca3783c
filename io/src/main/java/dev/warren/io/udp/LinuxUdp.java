package dev.warren.io.udp;

import dev.warren.io.Endpoint;
import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.UdpSocket;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.UdpCounter;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import java.util.List;

/// A pair of kernel UDP sockets, see udp(7), never connected, so that a peer may roam.
///
/// Nothing blocks: datagrams for which the send buffer has no room stay in their batch until [#proceed].
public final class LinuxUdp implements UdpSocket {
    /// Slab bytes of a receive batch with room for four messages of any size.
    public static final int RECEIVE_SLAB = PacketBatch.slabBytes(4, UdpReceiver.MESSAGE_BYTES);

    private final SocketPair sockets;
    private final UdpOptions options;
    private CounterRow<UdpCounter> counters = CounterRow.single(UdpCounter.class);
    private final StickySources sources = new StickySources();
    private final UdpReceiver receiver;
    private final UdpSender sender;
    private boolean closed;

    private LinuxUdp(Libc libc, Arena arena, SocketPair sockets, UdpOptions options) {
        this.sockets = sockets;
        this.options = options;
        this.receiver = new UdpReceiver(libc, arena, counters, sources);
        this.sender = new UdpSender(libc, arena, counters, sources, options, sockets.gso);
    }

    /// Opens the sockets. May be called on any thread; the pair then belongs to one loop.
    ///
    /// @param port 0 to 65535; 0 for one that is free in both families
    /// @param fwmark SO_MARK, 0 for none; opening fails when the kernel refuses it, since routing may depend on it
    /// @throws ErrnoException EADDRINUSE when the port is taken, EPERM for a mark without CAP_NET_ADMIN
    public static LinuxUdp open(int port, int fwmark, UdpOptions options) throws ErrnoException {
        return open(new Libc(), port, fwmark, options);
    }

    static LinuxUdp open(Libc libc, int port, int fwmark, UdpOptions options) throws ErrnoException {
        if (port < 0 || port > 0xffff) throw new IllegalArgumentException("port " + port + " is not in 0..65535");
        // Not a shared arena: closing it stops all threads, and sockets are closed on a packet loop.
        var arena = Arena.ofAuto();
        var sockets = new SocketPair(libc, arena, options);
        sockets.open(port, fwmark);
        return new LinuxUdp(libc, arena, sockets, options);
    }

    /// Sentences for the operator: about smaller buffers than asked for, or a missing family. Empty without such.
    public List<String> warnings() {
        return List.copyOf(sockets.warnings);
    }

    @Override
    public List<Endpoint> heardLately() {
        return sources.heardLately();
    }

    @Override
    public void rerouted(List<Endpoint> endpoints) {
        sources.rerouted(endpoints);
    }

    @Override
    public void addressGone(long hi, long lo) {
        sources.refuse(hi, lo);
    }

    @Override
    public int port() {
        return sockets.port;
    }

    @Override
    public int fd4() {
        return sockets.fd4;
    }

    @Override
    public int fd6() {
        return sockets.fd6;
    }

    @Override
    public int receive(int fd, PacketBatch batch) {
        boolean ours = !closed && fd >= 0 && (fd == sockets.fd4 || fd == sockets.fd6);
        return ours
                ? receiver.receive(fd, fd == sockets.fd6, batch)
                : 0; // an event that was on its way when the socket closed
    }

    @Override
    public int send(PacketBatch batch) {
        return sender.send(batch, sockets.fd4, sockets.fd6);
    }

    @Override
    public int proceed() {
        return sender.proceed(sockets.fd4, sockets.fd6);
    }

    @Override
    public int waitsFor() {
        return sender.waitsFor();
    }

    @Override
    public int abandon() {
        return sender.abandon();
    }

    @Override
    public int mark(int fwmark) {
        return sockets.mark(fwmark);
    }

    @Override
    public List<Offload> offloads() {
        boolean lost = sockets.gso && !sender.gso();
        return List.of(
                Offload.of(
                        "udp-gso",
                        options.gso(),
                        sender.gso(),
                        lost ? "a network device refused trains of datagrams" : "the kernel has no UDP_SEGMENT"),
                Offload.of("udp-gro", options.gro(), sockets.gro, "the kernel has no UDP_GRO that can be relied on"));
    }

    @Override
    public void onOffloadLost(Runnable action) {
        sender.onGsoLost(action);
    }

    @Override
    public void counters(CounterRow<UdpCounter> row) {
        counters = row;
        receiver.counters(row);
        sender.counters(row);
    }

    @Override
    public CounterRow<UdpCounter> counters() {
        return counters;
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        sender.abandon();
        sockets.close();
    }
}
