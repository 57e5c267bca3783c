package dev.warren.io.udp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.io.Endpoint;
import dev.warren.io.PacketBatch;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import dev.warren.io.netlink.Netlink;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/// Batches and datagrams for tests.
public final class Datagrams {
    private Datagrams() {}

    static PacketBatch batch(int bytes, int entries) {
        return PacketBatch.unpooled(Arena.ofAuto().allocate(bytes, 64), entries);
    }

    static PacketBatch receiveBatch() {
        return batch(LinuxUdp.RECEIVE_SLAB, 256);
    }

    static Endpoint endpoint(String host, int port) {
        return Endpoint.of(new InetSocketAddress(address(host), port));
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static void add(PacketBatch batch, byte[] bytes, int segment, Endpoint to) {
        int at = batch.append(bytes.length, segment, to);
        MemorySegment.copy(bytes, 0, batch.slab(), JAVA_BYTE, at, bytes.length);
    }

    /// Everything in a batch, cut into datagrams.
    static List<byte[]> cut(PacketBatch batch) {
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

    /// Waits until something has arrived; false after two seconds.
    static boolean arrived(int fd) {
        return new Libc().poll(fd, Libc.POLLIN, 2000) > 0;
    }

    /// All that has arrived on one descriptor.
    static List<byte[]> drain(LinuxUdp socket, int fd) {
        var all = new ArrayList<byte[]>();
        PacketBatch batch = receiveBatch();
        while (socket.receive(fd, batch) > 0) {
            all.addAll(cut(batch));
            batch.clear();
        }
        return all;
    }

    /// Bytes that tell their place, so that a shift or a mix-up shows.
    static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        int x = seed * 0x9E3779B9 + length;
        for (int i = 0; i < length; i++) {
            x = x * 1664525 + 1013904223;
            bytes[i] = (byte) (x >>> 24);
        }
        return bytes;
    }

    /// A local address for the length of a test.
    static AutoCloseable temporaryAddress(String address, int prefixLength) throws Exception {
        var netlink = Netlink.open();
        int lo = netlink.link("lo").index();
        netlink.addAddress(lo, address(address), prefixLength);
        awaitReachable(address.startsWith("fe80") ? address(address + "%lo") : address(address));
        return () -> {
            try (netlink) {
                netlink.removeAddress(lo, address(address), prefixLength);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EADDRNOTAVAIL) throw e;
            }
        };
    }

    /// The kernel inserts the local route of an IPv6 address a moment after it has said yes.
    private static void awaitReachable(InetAddress address) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(20);
            var packet = new DatagramPacket(new byte[1], 1, address, socket.getLocalPort());
            for (int attempt = 0; attempt < 100; attempt++) {
                socket.send(packet);
                if (answers(socket)) return;
            }
        }
        throw new AssertionError(address + " is not reachable");
    }

    private static boolean answers(DatagramSocket socket) throws IOException {
        try {
            socket.receive(new DatagramPacket(new byte[1], 1));
            return true;
        } catch (SocketTimeoutException _) {
            return false;
        }
    }
}
