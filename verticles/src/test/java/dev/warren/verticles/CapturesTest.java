package dev.warren.verticles;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.conf.uapi.CaptureRequest;
import dev.warren.verticles.loop.EventLoops;
import dev.warren.verticles.uapi.UapiSocket;
import dev.warren.verticles.uapi.UapiVerticle;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Captures at the control socket of a real device: what is in them, what bounds them, that nothing is left.
@Timeout(60)
class CapturesTest extends DeviceLab {
    @TempDir
    Path directory;

    private Path socket;

    CapturesTest() {
        super(2, 1);
    }

    @BeforeEach
    void serve() throws Exception {
        var listening = UapiSocket.listen(directory, "memA");
        socket = listening.path();
        var verticle = new UapiVerticle(Future.succeededFuture(a.device), listening, UapiVerticle.Limits.usual());
        EventLoops.of(vertx).deploy(verticle).await(10, SECONDS);
    }

    /// A packet of a capture.
    private record Packet(byte[] bytes, int length, boolean outbound, String comment) {}

    /// A client that asked for a capture.
    private final class Capture implements AutoCloseable {
        final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        final String answer;
        final List<Packet> packets = new ArrayList<>();
        long received = -1;
        long dropped = -1;
        long bytes;
        private final InputStream in;

        Capture(CaptureRequest request) throws IOException {
            channel.connect(UnixDomainSocketAddress.of(socket));
            in = Channels.newInputStream(channel);
            channel.write(ByteBuffer.wrap(request.text().getBytes(UTF_8)));
            var text = new StringBuilder();
            while (text.indexOf("\n\n") < 0) text.append((char) in.read());
            answer = text.toString();
        }

        /// Reads blocks until there is a packet; null at the end.
        @Nullable
        Packet next() throws IOException {
            int before = packets.size();
            while (packets.size() == before) {
                var begin = in.readNBytes(8);
                if (begin.length == 0) return null;
                int length =
                        ByteBuffer.wrap(begin).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
                var block = Arrays.copyOf(begin, length);
                assertEquals(length - 8, in.readNBytes(block, 8, length - 8));
                bytes += length;
                read(ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN));
            }
            return packets.getLast();
        }

        private void read(ByteBuffer block) {
            if (block.getInt(0) == 5) {
                received = block.getLong(24);
                dropped = block.getLong(36);
            } else if (block.getInt(0) == 6) {
                var kept = new byte[block.getInt(20)];
                block.get(28, kept);
                int options = 28 + (kept.length + 3 & -4);
                boolean outbound = block.getInt(options + 4) == 2;
                var comment = "";
                if (block.getShort(options + 8) == 1) {
                    var text = new byte[block.getShort(options + 10)];
                    block.get(options + 12, text);
                    comment = new String(text, UTF_8);
                }
                packets.add(new Packet(kept, block.getInt(24), outbound, comment));
            }
        }

        void readToTheEnd() throws IOException {
            while (next() != null) {}
        }

        /// Asks for the end and reads until then.
        void end() throws IOException {
            channel.shutdownOutput();
            readToTheEnd();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static CaptureRequest plain(@Nullable String peer) {
        return new CaptureRequest(false, peer, 65_535, 60, 1 << 20);
    }

    private static CaptureRequest wire(@Nullable String peer) {
        return new CaptureRequest(true, peer, 65_535, 60, 1 << 20);
    }

    @Test
    void packetsInsideAreCapturedInBothDirectionsWithTheirPeer() throws Exception {
        try (var capture = new Capture(plain(null))) {
            assertEquals("errno=0\n\n", capture.answer);
            connect(); // the first packet waits for a session
            var answer = packet(b.inside, a.inside, 20);
            b.tun.inject(answer);
            assertArrayEquals(answer, a.next());
            capture.end();
            assertEquals(2, capture.packets.size());
            var sent = capture.packets.get(0);
            assertArrayEquals(packet(a.inside, b.inside, 10), sent.bytes);
            assertTrue(sent.outbound);
            var received = capture.packets.get(1);
            assertArrayEquals(answer, received.bytes);
            assertEquals(answer.length, received.length);
            assertTrue(!received.outbound);
            var key = b.publicKey.toBase64();
            assertEquals("peer(" + key.substring(0, 4) + "…" + key.substring(39, 43) + ")", received.comment);
            assertEquals(2, capture.received);
            assertEquals(0, capture.dropped);
        }
    }

    @Test
    void aPacketWithAnothersSourceSaysWhyItWasDropped() throws Exception {
        connect();
        try (var capture = new Capture(plain(b.publicKey.toBase64()))) {
            b.tun.inject(packet("10.7.7.7", a.inside, 5));
            var dropped = capture.next();
            assertArrayEquals(packet("10.7.7.7", a.inside, 5), dropped.bytes);
            assertTrue(dropped.comment.endsWith("dropped: source is not in the peer's allowed IPs"), dropped.comment);
        }
    }

    @Test
    void datagramsOutsideAreCapturedWithTheirHeaders() throws Exception {
        try (var capture = new Capture(wire(b.publicKey.toBase64()))) {
            connect();
            capture.end();
            var kinds = capture.packets.stream()
                    .map(each -> (each.outbound ? "sent " : "received ") + each.bytes[28])
                    .toList();
            assertEquals(List.of("sent 1", "received 2", "sent 4"), kinds.subList(0, 3));
            for (var each : capture.packets) {
                var bytes = ByteBuffer.wrap(each.bytes);
                assertEquals(0x45, bytes.get(0));
                assertEquals(each.bytes.length, bytes.getShort(2));
                assertEquals(0xffff, sum(each.bytes, 0, 20), "the header's checksum");
                int remote = each.outbound ? 16 : 12;
                assertEquals(0xc0000202, bytes.getInt(remote), "192.0.2.2");
                assertEquals(51820, bytes.getShort(each.outbound ? 22 : 20) & 0xffff);
                assertEquals(each.bytes.length - 20, bytes.getShort(24));
                int pseudo = sum(each.bytes, 12, 20) + 17 + each.bytes.length - 20;
                assertEquals(0xffff, fold(pseudo + sum(each.bytes, 20, each.bytes.length)), "the UDP checksum");
            }
        }
    }

    private static int sum(byte[] bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) sum += (bytes[i] & 0xff) << (((i - from) & 1) == 0 ? 8 : 0);
        return fold(sum);
    }

    private static int fold(int sum) {
        int folded = (sum & 0xffff) + (sum >>> 16);
        return (folded & 0xffff) + (folded >>> 16);
    }

    @Test
    void onlyOnePeerIsCaptured() throws Exception {
        var stranger = a.unknown("10.0.0.9/32");
        a.peer(stranger);
        for (boolean outside : new boolean[] {false, true}) {
            var key = stranger.publicKey().toBase64();
            try (var capture = new Capture(outside ? wire(key) : plain(key))) {
                connect();
                b.tun.inject(packet(b.inside, a.inside, 20));
                a.next();
                capture.end();
                assertEquals(List.of(), capture.packets);
                assertEquals(0, capture.received);
            }
        }
        try (var nobody = new Capture(plain("nobody"))) {
            assertEquals(
                    "there is no peer of that name or public key; `warren status` shows them\nerrno=-16\n\n",
                    nobody.answer);
        }
    }

    @Test
    void oneOfEachKindAtATimeAndTheNextWhenItHasEnded() throws Exception {
        try (var plain = new Capture(plain(null));
                var wire = new Capture(wire(null))) {
            assertEquals("errno=0\n\n", plain.answer);
            assertEquals("errno=0\n\n", wire.answer);
            try (var another = new Capture(plain(null))) {
                assertTrue(another.answer.startsWith("another capture of this kind is running"), another.answer);
                assertEquals(null, another.next());
            }
            plain.end();
            try (var another = new Capture(plain(null))) {
                assertEquals("errno=0\n\n", another.answer);
            }
        }
    }

    @Test
    void whatIsGatheredWhenItEndsIsInTheFile() throws Exception {
        connect();
        try (var capture = new Capture(plain(b.publicKey.toBase64()))) {
            for (int i = 1; i <= 5; i++) {
                a.tun.inject(packet(a.inside, b.inside, i));
                b.next();
                if (i < 5) assertEquals(28 + i, capture.next().length);
            }
            capture.end();
            assertEquals(5, capture.packets.size());
        }
    }

    @Test
    void packetsAreCutToTheSnapLength() throws Exception {
        connect();
        try (var capture = new Capture(new CaptureRequest(false, null, 40, 60, 1 << 20))) {
            var packet = packet(a.inside, b.inside, 500);
            a.tun.inject(packet);
            var cut = capture.next();
            assertArrayEquals(Arrays.copyOf(packet, 40), cut.bytes);
            assertEquals(528, cut.length);
        }
    }

    @Test
    void aFileDoesNotGrowBeyondItsBytes() throws Exception {
        connect();
        try (var capture = new Capture(new CaptureRequest(false, null, 65_535, 60, 10_000))) {
            for (int i = 0; i < 30; i++) {
                a.tun.inject(packet(a.inside, b.inside, 1000));
                b.next();
            }
            capture.readToTheEnd();
            assertEquals(8, capture.packets.size()); // 1096 bytes each: header, packet, options with the comment
            assertEquals(8, capture.received);
            assertEquals(0, capture.dropped);
            assertTrue(capture.bytes <= 10_000, () -> capture.bytes + " bytes");
        }
    }

    @Test
    void theTimeEndsIt() throws Exception {
        try (var capture = new Capture(new CaptureRequest(false, null, 96, 1, 1 << 20))) {
            long begin = System.nanoTime();
            capture.readToTheEnd();
            assertEquals(0, capture.received);
            assertTrue(System.nanoTime() - begin > SECONDS.toNanos(1) / 2);
        }
    }

    @Test
    void aClientThatDoesNotReadMissesPacketsAndHoldsUpNone() throws Exception {
        connect();
        try (var capture = new Capture(new CaptureRequest(false, null, 65_535, 60, 1 << 30))) {
            int all = 8000;
            for (int i = 0; i < all; i++) {
                a.tun.inject(packet(a.inside, b.inside, 1300));
                b.next();
            }
            capture.end();
            assertEquals(all, capture.received);
            assertEquals(all, capture.packets.size() + capture.dropped);
            assertTrue(capture.dropped > all / 4, () -> "dropped " + capture.dropped);
            assertTrue(capture.packets.size() > 500, () -> "captured " + capture.packets.size());
        }
    }

    @Test
    void whenTheClientGoesTheNextMayCome() throws Exception {
        connect();
        for (int i = 0; i < 3; i++) {
            try (var capture = whenItMay()) { // and goes without a word
                a.tun.inject(packet(a.inside, b.inside, 1000));
                b.next();
                assertEquals(1028, capture.next().length);
            }
        }
        whenItMay().close();
    }

    /// A capture that begins when the one before has ended.
    private Capture whenItMay() throws IOException {
        long until = System.nanoTime() + SECONDS.toNanos(10);
        while (true) {
            var capture = new Capture(plain(null));
            if (capture.answer.equals("errno=0\n\n")) return capture;
            capture.close();
            assertTrue(System.nanoTime() < until, "another may begin");
        }
    }
}
