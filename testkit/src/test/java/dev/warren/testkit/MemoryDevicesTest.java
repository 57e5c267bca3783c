package dev.warren.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import dev.warren.io.tun.MemoryTun;
import dev.warren.io.udp.LinuxUdp;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MemoryDevicesTest {
    private final Libc libc = new Libc();
    private final MemoryNetwork network = new MemoryNetwork();

    private boolean readable(int fd) {
        return libc.poll(fd, Libc.POLLIN, 0) == Libc.POLLIN;
    }

    @Test
    void aMemoryTunIsReadableWhileSomethingIsThere() {
        long before = openFiles();
        try (var tun = new MemoryTun("mem0", 1420)) {
            assertFalse(readable(tun.fd()));
            tun.inject(bytes(100, 1));
            tun.inject(bytes(200, 2));
            assertTrue(readable(tun.fd()));
            PacketBatch batch = receiveBatch();
            assertEquals(2, tun.read(batch));
            assertFalse(readable(tun.fd()));
            assertArrayEquals(bytes(200, 2), cut(batch).get(1));
            assertEquals(0, tun.write(batch));
            assertArrayEquals(bytes(100, 1), tun.written().poll());
            tun.delete();
            assertTrue(readable(tun.fd()));
            assertEquals(-Errno.EBADFD, tun.read(batch));
            assertFalse(tun.attached());
            assertEquals(2, tun.write(batch));
        }
        assertEquals(before, openFiles());
    }

    @Test
    void datagramsCrossTheMemoryNetwork() throws ErrnoException {
        long before = openFiles();
        try (var a = network.open(0, address("10.0.0.1"), address("fd00::1"));
                var b = network.open(51_820, address("10.0.0.2"), address("10.0.0.3"))) {
            assertEquals(-1, b.fd6());
            PacketBatch batch = batch(1 << 17, 8);
            add(batch, bytes(10 * 1452 + 100, 1), 1452, endpoint("10.0.0.3", 51_820));
            add(batch, bytes(50, 1), 0, endpoint("fd00::9", 1)); // to nobody
            assertEquals(0, a.send(batch));
            assertTrue(readable(b.fd4()));
            PacketBatch received = receiveBatch();
            assertEquals(1, b.receive(b.fd4(), received));
            assertFalse(readable(b.fd4()));
            assertEquals(11, received.packets(0));
            assertEquals(0, b.send(received));
            PacketBatch answer = receiveBatch();
            assertEquals(1, a.receive(a.fd4(), answer));
            Endpoint from = answer.endpoint(0);
            assertTrue(from != null && from.sameRemote(endpoint("10.0.0.3", 51_820)), String.valueOf(from));
            assertArrayEquals(joined(cut(batch).subList(0, 11)), joined(cut(answer)));
            var e = assertThrows(ErrnoException.class, () -> network.open(51_820, address("10.0.0.2")));
            assertEquals(Errno.EADDRINUSE, e.errno());
            b.move(4000, address("10.9.9.9"));
            a.send(batch);
            assertFalse(readable(b.fd4()));
        }
        assertEquals(before, openFiles());
    }

    @Test
    void aTapSeesAndDecides() throws ErrnoException {
        try (var a = network.open(1, address("10.0.0.1"));
                var b = network.open(2, address("10.0.0.2"))) {
            var seen = new ArrayList<Integer>();
            network.tap((_, _, datagram) -> seen.add(datagram.length) && datagram.length != 20);
            PacketBatch batch = batch(8192, 8);
            for (int size : new int[] {10, 20, 30}) add(batch, bytes(size, size), 0, endpoint("10.0.0.2", 2));
            assertEquals(0, a.send(batch));
            assertEquals(List.of(10, 20, 30), seen);
            PacketBatch received = receiveBatch();
            b.receive(b.fd4(), received);
            assertEquals(
                    List.of(10, 30), cut(received).stream().map(d -> d.length).toList());
        }
    }

    private List<byte[]> through(Faults faults, int datagrams) throws ErrnoException {
        var all = new ArrayList<byte[]>();
        try (var a = new FaultyUdp(network.open(0, address("10.0.0.1")), faults);
                var b = network.open(9, address("10.0.0.2"))) {
            for (int i = 0; i < datagrams; i++) {
                PacketBatch batch = batch(8192, 1);
                add(batch, bytes(100 + i, i), 0, endpoint("10.0.0.2", 9));
                assertEquals(0, a.send(batch));
            }
            PacketBatch received = receiveBatch();
            while (b.receive(b.fd4(), received) > 0) {
                all.addAll(cut(received));
                received.clear();
            }
        }
        return all;
    }

    @Test
    void faultsHappenAsOftenAsAskedForAndTheSameForASeed() throws ErrnoException {
        assertEquals(1000, through(new Faults(1), 1000).size());
        int left = through(new Faults(1).drop(0.3), 1000).size();
        assertTrue(left > 600 && left < 800, left + " left");
        assertEquals(left, through(new Faults(1).drop(0.3), 1000).size());
        int doubled = through(new Faults(2).duplicate(0.5), 1000).size();
        assertTrue(doubled > 1400 && doubled < 1600, doubled + " with doubles");

        List<byte[]> reordered = through(new Faults(3).reorder(0.2), 1000);
        assertTrue(reordered.size() >= 999);
        int late = 0;
        for (int i = 1; i < reordered.size(); i++) if (reordered.get(i).length < reordered.get(i - 1).length) late++;
        assertTrue(late > 100, late + " late");

        List<byte[]> corrupted = through(new Faults(4).corrupt(1), 10);
        for (int i = 0; i < 10; i++) assertNotEquals(List.of(bytes(100 + i, i)), List.of(corrupted.get(i)));
    }

    @Test
    void aFaultyDeviceFailsToReadAsOftenAsAskedFor() {
        try (var tun = new MemoryTun("mem0", 1420)) {
            var faulty = new FaultyTun(tun, new Faults(5).failInput(Errno.EIO, 2));
            tun.inject(bytes(100, 1));
            PacketBatch batch = receiveBatch();
            assertEquals(-Errno.EIO, faulty.read(batch));
            assertEquals(-Errno.EIO, faulty.read(batch));
            assertEquals(1, faulty.read(batch));
            assertEquals(0, faulty.write(batch));
            assertEquals(1, tun.written().size());
        }
    }

    private static PacketBatch batch(int bytes, int entries) {
        return PacketBatch.unpooled(Arena.ofAuto().allocate(bytes, 64), entries);
    }

    private static PacketBatch receiveBatch() {
        return batch(LinuxUdp.RECEIVE_SLAB, 256);
    }

    private static Endpoint endpoint(String host, int port) {
        return Endpoint.of(new InetSocketAddress(address(host), port));
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void add(PacketBatch batch, byte[] bytes, int segment, Endpoint to) {
        int at = batch.append(bytes.length, segment, to);
        MemorySegment.copy(bytes, 0, batch.slab(), JAVA_BYTE, at, bytes.length);
    }

    /// Everything in a batch, cut into datagrams.
    private static List<byte[]> cut(PacketBatch batch) {
        var all = new ArrayList<byte[]>();
        for (int i = 0; i < batch.count(); i++) {
            int size = batch.packets(i) == 1 ? batch.length(i) : batch.segment(i);
            for (int at = 0; at < batch.length(i); at += size) {
                long length = Math.min(size, batch.length(i) - at);
                all.add(batch.slab()
                        .asSlice(batch.offset(i) + (long) at, length)
                        .toArray(JAVA_BYTE));
            }
        }
        return all;
    }

    /// Bytes that tell their place, so that a shift or a mix-up shows.
    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        int x = seed * 0x9E3779B9 + length;
        for (int i = 0; i < length; i++) {
            x = x * 1664525 + 1013904223;
            bytes[i] = (byte) (x >>> 24);
        }
        return bytes;
    }

    private static byte[] joined(List<byte[]> parts) {
        var all =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(all::put);
        return all.array();
    }

    /// How many files this process has open.
    private static long openFiles() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }
}
