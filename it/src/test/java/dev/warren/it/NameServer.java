package dev.warren.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;

/// A DNS server in a host that knows one IPv4 address for every name, and no IPv6 address (RFC 1035).
final class NameServer implements AutoCloseable {
    private static final int HEADER = 12;
    private static final short TYPE_A = 1;
    private static final short CLASS_IN = 1;
    private static final short ANSWER = (short) 0x8180;
    private static final short NAME_OF_QUESTION = (short) 0xc00c;

    private final DatagramChannel socket;
    private volatile byte[] address;

    private NameServer(DatagramChannel socket, byte[] address) {
        this.socket = socket;
        this.address = address;
    }

    /// Listens at an address of the host, port 53.
    static NameServer start(Host host, String at, String answer) {
        var server =
                new NameServer(host.udp(at, 53), InetAddress.ofLiteral(answer).getAddress());
        Thread.ofPlatform().daemon().name("name server").start(server::serve);
        return server;
    }

    /// Makes this server, and nobody else, what a host asks.
    static void use(Host host, String at) {
        host.run(
                "sh",
                "-c",
                "echo nameserver " + at + " > /run/resolv.conf; file=$(readlink -m /etc/resolv.conf)"
                        + " && mkdir -p \"${file%/*}\" && touch \"$file\" && mount --bind /run/resolv.conf \"$file\"");
    }

    /// From now on the address of every name is this.
    void answer(String other) {
        address = InetAddress.ofLiteral(other).getAddress();
    }

    private void serve() {
        var packet = ByteBuffer.allocate(1500);
        try {
            while (true) {
                packet.clear();
                var asker = socket.receive(packet);
                answer(packet.flip());
                socket.send(packet, asker);
            }
        } catch (ClosedChannelException _) {
            // the end
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Turns a question into its answer, without what is behind the question (EDNS).
    private void answer(ByteBuffer packet) {
        int end = HEADER;
        while (packet.get(end) != 0) end += packet.get(end) + 1;
        short type = packet.getShort(end + 1);
        end += 5;
        packet.putShort(2, ANSWER)
                .putShort(6, (short) (type == TYPE_A ? 1 : 0))
                .putShort(8, (short) 0)
                .putShort(10, (short) 0);
        packet.clear().position(end);
        if (type == TYPE_A) {
            var found = address;
            packet.putShort(NAME_OF_QUESTION)
                    .putShort(TYPE_A)
                    .putShort(CLASS_IN)
                    .putInt(60)
                    .putShort((short) found.length)
                    .put(found);
        }
        packet.flip();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
