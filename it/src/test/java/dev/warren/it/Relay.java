package dev.warren.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/// A man in the middle: passes datagrams between a client, who takes it for the server, and a server. It remembers all
/// of them with their time, and may drop some.
final class Relay implements AutoCloseable {
    /// One datagram that came by.
    record Datagram(long nanos, boolean fromClient, ByteBuffer content) {
        int length() {
            return content.limit();
        }

        byte[] bytes() {
            var copy = new byte[content.limit()];
            content.get(0, copy);
            return copy;
        }

        int type() {
            return length() == 0 ? -1 : content.get(0);
        }

        boolean initiation() {
            return type() == 1 && length() == 148;
        }

        boolean response() {
            return type() == 2 && length() == 92;
        }

        boolean keepalive() {
            return type() == 4 && length() == 32;
        }

        boolean data() {
            return type() == 4 && length() > 32;
        }
    }

    private final DatagramChannel front;
    private final DatagramChannel back;
    private final InetSocketAddress server;
    private final Selector selector;
    private final Thread thread;
    private final List<Datagram> seen = new CopyOnWriteArrayList<>();
    private volatile Predicate<Datagram> drops = _ -> false;
    private volatile boolean open = true;

    /// Listens on `address` in `host`; what it hears first there comes from the client.
    Relay(Host host, String address, InetSocketAddress server) {
        this.server = server;
        front = host.udp(address, 0);
        back = host.udp(address, 0);
        try {
            selector = Selector.open();
            for (var channel : List.of(front, back)) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = Thread.ofPlatform().daemon().name("relay").start(this::run);
    }

    /// Where the client sends to.
    InetSocketAddress address() {
        return address(front);
    }

    /// Where the server sees the client.
    InetSocketAddress clientAddress() {
        return address(back);
    }

    List<Datagram> seen() {
        return new ArrayList<>(seen);
    }

    long count(Predicate<Datagram> kind) {
        return seen.stream().filter(kind).count();
    }

    void drop(Predicate<Datagram> which) {
        drops = which;
    }

    /// Sends something of our own to the client, as if it came from the server.
    void sendToClient(InetSocketAddress client, byte[] bytes) {
        try {
            front.send(ByteBuffer.wrap(bytes), client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run() {
        var buffer = ByteBuffer.allocate(65536);
        InetSocketAddress client = null;
        try {
            while (open) {
                selector.select(1000);
                selector.selectedKeys().clear();
                InetSocketAddress from;
                while ((from = (InetSocketAddress) front.receive(buffer.clear())) != null) {
                    client = from;
                    pass(buffer.flip(), true, back, server);
                }
                while (back.receive(buffer.clear()) != null) {
                    if (client != null) pass(buffer.flip(), false, front, client);
                }
            }
        } catch (IOException e) {
            if (open) throw new UncheckedIOException(e);
        } catch (java.nio.channels.ClosedSelectorException e) {
            if (open) throw e;
        }
    }

    private void pass(ByteBuffer buffer, boolean fromClient, DatagramChannel out, InetSocketAddress to)
            throws IOException {
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        var datagram = new Datagram(System.nanoTime(), fromClient, ByteBuffer.wrap(bytes));
        seen.add(datagram);
        if (!drops.test(datagram)) out.send(ByteBuffer.wrap(bytes), to);
    }

    private static InetSocketAddress address(DatagramChannel channel) {
        try {
            return (InetSocketAddress) channel.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        open = false;
        try {
            selector.close();
            thread.join(2000);
            front.close();
            back.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
