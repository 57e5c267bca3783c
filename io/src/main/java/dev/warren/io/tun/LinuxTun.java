package dev.warren.io.tun;

import dev.warren.io.Offload;
import dev.warren.io.PacketBatch;
import dev.warren.io.TunDevice;
import dev.warren.io.counters.CounterRow;
import dev.warren.io.counters.TunCounter;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import dev.warren.io.netlink.LinkBehavior;
import dev.warren.io.netlink.LinkInfo;
import dev.warren.io.netlink.Netlink;
import dev.warren.io.offload.GroCoalescer;
import dev.warren.io.offload.VirtioNetHeader;
import dev.warren.io.udp.SendQueue;
import dev.warren.routing.ip.IpFields;
import dev.warren.routing.ip.IpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// A TUN device of the kernel (Documentation/networking/tuntap.rst). The kernel deletes it on [#close] or
/// when the process ends, unless it is persistent.
public final class LinuxTun implements TunDevice {
    /// Slab bytes of a batch with room for four frames of any size.
    public static final int READ_SLAB = PacketBatch.slabBytes(4, PacketBatch.MAX_PACKET + 1);
    /// The least txqueuelen, in packets.
    public static final int QUEUE_LENGTH = 1000;

    private static final int WIREGUARD_OVERHEAD = 32; // header and tag of a data message
    private static final int GSO_MAX_SIZE = 65_536; // of the kernel's interfaces
    private static final int MAX_INTERRUPTS = 8;
    /// Refusals of coalesced frames, without a success between them, after which no more are coalesced.
    private static final int MAX_REFUSALS = 8;

    private final Libc libc;
    private final Arena arena;
    private final TunDescriptor tun;
    private final boolean limitGso;
    private CounterRow<TunCounter> counters = CounterRow.single(TunCounter.class);
    private final MemorySegment vectors;
    private GroCoalescer coalescer;
    private int coalescerEntries;
    private boolean gro;
    private boolean udpGro;
    private int groRefusals;
    private int udpGroRefusals;
    private int mtu;
    private Runnable offloadLost = () -> {};

    private LinuxTun(Libc libc, Arena arena, TunDescriptor tun, boolean limitGso) {
        this.libc = libc;
        this.arena = arena;
        this.tun = tun;
        this.limitGso = limitGso;
        this.gro = tun.gro;
        this.udpGro = tun.udpGro;
        this.vectors = arena.allocate((long) GroCoalescer.MAX_PACKETS * GroCoalescer.IOVEC, 16);
        this.coalescerEntries = 256;
        this.coalescer = new GroCoalescer(coalescerEntries, gro, udpGro);
    }

    /// Creates the device, or attaches to a persistent one. It is left down and without addresses; see
    /// [Netlink]. May be called on any thread; the device then belongs to one loop.
    ///
    /// @param name 1 to 15 bytes; the kernel replaces `%d` by a number
    /// @throws ErrnoException EBUSY when the device is in use, EPERM without CAP_NET_ADMIN, EINVAL for a
    /// wrong name
    public static LinuxTun open(String name, TunOptions options) throws ErrnoException {
        return open(new Libc(), name, options);
    }

    static LinuxTun open(Libc libc, String name, TunOptions options) throws ErrnoException {
        return opened(libc, options, tun -> tun.open(name, false));
    }

    /// Creates the device with several queues, each with a descriptor of its own: the kernel gives the
    /// packets of a flow to the queue that last wrote a packet of it. With more than one queue the device
    /// must not exist: another process that has it open would get a part of the packets.
    ///
    /// @param queues 1 to 256
    /// @return one for each queue; the kernel deletes the device with the last that is closed
    public static List<LinuxTun> open(String name, TunOptions options, int queues) throws ErrnoException {
        return open(Libc::new, name, options, queues);
    }

    /// @param libc makes one for each queue, since each is used on another loop
    static List<LinuxTun> open(Supplier<Libc> libc, String name, TunOptions options, int queues) throws ErrnoException {
        if (queues == 1) return List.of(open(libc.get(), name, options));
        var shared = options.withMultiQueue(true);
        var opened = new ArrayList<LinuxTun>();
        boolean done = false;
        try {
            opened.add(opened(libc.get(), shared, tun -> tun.open(name, true)));
            var given = opened.getFirst().name();
            while (opened.size() < queues) opened.add(opened(libc.get(), shared, tun -> tun.open(given, false)));
            done = true;
            return List.copyOf(opened);
        } finally {
            if (!done) opened.forEach(LinuxTun::close);
        }
    }

    /// Adopts a descriptor that another process opened and attached, with IFF_NO_PI (WG_TUN_FD of
    /// wireguard-go). The device owns the descriptor and closes it, also when this fails.
    ///
    /// @throws ErrnoException EINVAL for a TAP, EBADFD when it is attached to no interface
    public static LinuxTun adopt(int fd, TunOptions options) throws ErrnoException {
        return adopt(new Libc(), fd, options);
    }

    static LinuxTun adopt(Libc libc, int fd, TunOptions options) throws ErrnoException {
        return opened(libc, options, tun -> tun.adopt(fd));
    }

    private interface Opening {
        void run(TunDescriptor tun) throws ErrnoException;
    }

    private static LinuxTun opened(Libc libc, TunOptions options, Opening opening) throws ErrnoException {
        Arena arena = Arena.ofShared();
        var tun = new TunDescriptor(libc, arena, options);
        boolean done = false;
        try {
            opening.run(tun);
            var device = new LinuxTun(libc, arena, tun, options.limitGso() && tun.tso);
            device.settle();
            done = true;
            return device;
        } finally {
            if (!done) {
                tun.close();
                arena.close();
            }
        }
    }

    private void settle() throws ErrnoException {
        try (var netlink = Netlink.open(libc)) {
            LinkInfo link = netlink.link(tun.name);
            if (link.queueLength() < QUEUE_LENGTH) netlink.queueLength(link.index(), QUEUE_LENGTH);
            mtu = link.mtu();
            limitGso(netlink, link.index());
            LinkBehavior.settle(netlink, link.index());
            LinkBehavior.settleHost();
        }
    }

    private void limitGso(Netlink netlink, int index) {
        int bytes = limitGso ? gsoMaxSize(mtu) : 0;
        if (bytes == 0) return;
        try {
            netlink.gsoMaxSize(index, bytes);
        } catch (ErrnoException e) {
            tun.warnings.add(e.getMessage() + ": super-packets may need two sends");
        }
    }

    /// The gso_max_size with which one frame read makes one UDP send: as many full segments, with 32 bytes
    /// of WireGuard each, as fit one train. 540 is room for the headers that TCP reserves (MAX_TCP_HEADER),
    /// but for no further segment.
    ///
    /// @param mtu bytes
    /// @return bytes; 0 for an MTU so small that no limit is needed
    static int gsoMaxSize(int mtu) {
        if (mtu <= 576) return 0;
        int segments = Math.clamp(SendQueue.TRAIN_BYTES / (mtu + WIREGUARD_OVERHEAD), 1, SendQueue.TRAIN_DATAGRAMS);
        return Math.min(GSO_MAX_SIZE, segments * (mtu - 52) + 540);
    }

    /// Whether gso_max_size of the interface is kept at [#gsoMaxSize].
    boolean limitsGso() {
        return limitGso;
    }

    /// Bytes of the virtio-net header before each frame, 0 for none.
    int headerBytes() {
        return tun.vnetHeader ? VirtioNetHeader.LENGTH : 0;
    }

    /// Sentences for the operator, such as about an offload that was asked for and is not supported. Empty
    /// without such.
    public List<String> warnings() {
        return List.copyOf(tun.warnings);
    }

    /// False once the device of the descriptor was deleted; true when it moved to another network namespace.
    @Override
    public boolean attached() {
        return tun.attached();
    }

    @Override
    public String name() {
        return tun.name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int fd() {
        return tun.fd;
    }

    /// Reads until no frame is left or the batch is full. Frames arrive during the last read, which finds
    /// none: without it batches are a quarter smaller, docs/decisions/0028.
    @Override
    public int read(PacketBatch batch) {
        if (tun.fd < 0) return -Errno.EBADF;
        int before = batch.count();
        int interrupts = 0;
        int header = tun.vnetHeader ? VirtioNetHeader.LENGTH : 0;
        while (!batch.full() && batch.room() >= PacketBatch.MAX_PACKET) {
            int at = batch.nextOffset();
            int length = libc.read(tun.fd, batch.slab(), at - header, PacketBatch.MAX_PACKET + header) - header;
            if (length <= 0) {
                int errno = -(length + header);
                if (errno == Errno.EAGAIN) break;
                if (errno == Errno.EINTR && interrupts++ < MAX_INTERRUPTS) continue;
                if (errno <= 0) {
                    counters.increment(TunCounter.READ_MALFORMED); // a virtio-net header without a packet
                    if (errno == 0) break;
                    continue;
                }
                counters.increment(TunCounter.READ_ERRORS);
                return batch.count() > before ? batch.count() - before : -errno;
            }
            int segment = 0;
            if (header == 0) {
                VirtioNetHeader.clear(batch.slab(), at - VirtioNetHeader.LENGTH);
            } else if (VirtioNetHeader.gsoType(batch.slab(), at - header) != VirtioNetHeader.GSO_NONE) {
                segment = VirtioNetHeader.gsoSize(batch.slab(), at - header);
                counters.increment(TunCounter.READ_SUPER_FRAMES);
            }
            batch.add(at, length, segment, null);
        }
        int frames = batch.count() - before;
        counters.add(TunCounter.READ_FRAMES, frames);
        if (frames > 0) counters.increment(TunCounter.readBatch(frames));
        return frames;
    }

    @Override
    public int write(PacketBatch batch) {
        if (!tun.vnetHeader || tun.fd < 0) return writePlain(batch);
        if (batch.count() > coalescerEntries) {
            coalescerEntries = batch.capacity();
            coalescer = new GroCoalescer(coalescerEntries, gro, udpGro);
        }
        int frames = coalescer.plan(batch);
        int lost = 0;
        for (int k = 0; k < frames; k++) {
            int count = coalescer.count(k);
            int result = writev(coalescer.fill(k, vectors, 0));
            if (result >= 0) {
                counters.add(TunCounter.WRITE_PACKETS, count);
                if (count > 1) coalesced(batch, k);
            } else if (count > 1 && result == -Errno.EINVAL) {
                lost += writeSingles(batch, k);
            } else {
                lost += drop(result, count);
            }
        }
        return lost;
    }

    private int writev(int count) {
        int result;
        int interrupts = 0;
        do {
            counters.increment(TunCounter.WRITE_CALLS);
            result = libc.writev(tun.fd, vectors, 0, count);
        } while (result == -Errno.EINTR && interrupts++ < MAX_INTERRUPTS);
        return result;
    }

    private void coalesced(PacketBatch batch, int frame) {
        counters.increment(TunCounter.WRITE_COALESCED);
        if (isUdp(batch, coalescer.first(frame))) {
            udpGroRefusals = 0;
        } else {
            groRefusals = 0;
        }
    }

    /// Writes the packets of a coalesced frame that the kernel refused one by one. After [#MAX_REFUSALS]
    /// without a success packets of this protocol are coalesced no more.
    private int writeSingles(PacketBatch batch, int frame) {
        counters.increment(TunCounter.WRITE_GRO_REFUSED);
        boolean udp = isUdp(batch, coalescer.first(frame));
        coalescer.restore(frame);
        int lost = 0;
        for (int i = coalescer.first(frame); i < coalescer.first(frame) + coalescer.count(frame); i++) {
            if (batch.length(i) == 0) continue;
            coalescer.fillSingle(i, vectors, 0);
            int result = writev(1);
            if (result >= 0) {
                counters.increment(TunCounter.WRITE_PACKETS);
            } else {
                lost += drop(result, 1);
            }
        }
        if (udp && ++udpGroRefusals == MAX_REFUSALS) {
            udpGro = false;
            coalescer.merge(gro, udpGro);
            offloadLost.run();
        } else if (!udp && ++groRefusals == MAX_REFUSALS) {
            gro = false;
            coalescer.merge(gro, udpGro);
            offloadLost.run();
        }
        return lost;
    }

    private static boolean isUdp(PacketBatch batch, int entry) {
        return IpHeader.protocol(batch.slab(), batch.offset(entry)) == IpFields.UDP;
    }

    private int writePlain(PacketBatch batch) {
        int lost = 0;
        for (int i = 0; i < batch.count(); i++) {
            if (batch.length(i) == 0) continue;
            counters.increment(TunCounter.WRITE_CALLS);
            int result = libc.write(tun.fd, batch.slab(), batch.offset(i), batch.length(i));
            if (result >= 0) {
                counters.increment(TunCounter.WRITE_PACKETS);
            } else {
                lost += drop(result, 1);
            }
        }
        return lost;
    }

    private int drop(int result, int packets) {
        switch (-result) {
            case Errno.EIO -> counters.add(TunCounter.DROP_WRITE_LINK_DOWN, packets); // tun_get_user: not IFF_UP
            case Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM -> counters.add(TunCounter.DROP_WRITE_FULL, packets);
            case Errno.EINVAL -> counters.add(TunCounter.DROP_WRITE_REFUSED, packets); // no IP version the kernel knows
            default -> counters.add(TunCounter.DROP_WRITE_ERRORS, packets);
        }
        return packets;
    }

    @Override
    public List<Offload> offloads() {
        var asked = tun.options;
        var refused = tun.vnetHeader ? "the kernel refused it" : "the TUN has no virtio-net header";
        boolean lost = tun.gro && !gro;
        boolean udpLost = tun.udpGro && !udpGro;
        var again = "the kernel refused coalesced packets " + MAX_REFUSALS + " times";
        return List.of(
                Offload.of("tun-tso", asked.tso(), tun.tso, refused),
                Offload.of("tun-uso", asked.tso() && asked.uso(), tun.uso, refused),
                Offload.of("tun-gro", asked.gro(), gro, lost ? again : refused),
                Offload.of("tun-udp-gro", asked.udpGro(), udpGro, udpLost ? again : refused));
    }

    @Override
    public void onOffloadLost(Runnable action) {
        offloadLost = action;
    }

    @Override
    public void counters(CounterRow<TunCounter> row) {
        counters = row;
    }

    @Override
    public CounterRow<TunCounter> counters() {
        return counters;
    }

    @Override
    public void close() {
        if (tun.fd < 0) return;
        tun.close();
        arena.close();
    }
}
