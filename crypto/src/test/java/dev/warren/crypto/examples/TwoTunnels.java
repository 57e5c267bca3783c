package dev.warren.crypto.examples;

import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.tunnel.Tunnel;
import dev.warren.crypto.tunnel.TunnelResult;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;

/// Two WireGuard tunnels that talk to each other in memory: what a program has to do that embeds Warren's protocol.
/// There is no socket and no clock here; a real program reads both and calls the same methods.
public final class TwoTunnels {
    private static final long SECOND = 1_000_000_000L;

    private final PrintStream out;
    private final InetSocketAddress aliceAddress = new InetSocketAddress("192.0.2.1", 51820);
    private final InetSocketAddress bobAddress = new InetSocketAddress("192.0.2.2", 51820);
    private final long start = Instant.now().getEpochSecond() * SECOND;
    private long now;

    private TwoTunnels(PrintStream out) {
        this.out = out;
    }

    /// Prints what happens.
    public static void main(String[] args) {
        new TwoTunnels(System.out).run();
    }

    /// For whoever wants the output elsewhere.
    public static void run(PrintStream out) {
        new TwoTunnels(out).run();
    }

    private void run() {
        var random = new SecureRandom();
        try (var suite = Suite.open(Suite.Choice.AUTO);
                var aliceKey = PrivateKey.generate(random);
                var bobKey = PrivateKey.generate(random);
                var psk = PresharedKey.generate(random);
                var alice = Tunnel.builder(aliceKey, bobKey.publicKey(suite.x25519()))
                        .suite(suite)
                        .presharedKey(psk)
                        .endpoint(bobAddress)
                        .persistentKeepalive(25)
                        .create();
                // Bob does not know where Alice is; he learns it from her first message.
                var bob = Tunnel.builder(bobKey, aliceKey.publicKey(suite.x25519()))
                        .suite(suite)
                        .presharedKey(psk)
                        .create()) {
            out.println("cryptography: " + suite.describe());
            out.println("alice is " + alice.publicKey());
            out.println("bob is   " + bob.publicKey());

            var hello = alice.encapsulate(packet("10.0.0.1", "10.0.0.2", "hello, bob"), now, wall());
            out.println("alice has no session yet: the packet waits, an initiation leaves");
            toBob(hello, alice, bob);

            var answer = bob.encapsulate(packet("10.0.0.2", "10.0.0.1", "hello, alice"), now, wall());
            toAlice(answer, alice, bob);
            out.println("bob found alice at " + bob.endpoint());

            out.println("five quiet minutes");
            long end = now + 300 * SECOND;
            while (Math.min(alice.nextDeadline(), bob.nextDeadline()) < end) {
                now = Math.max(now, Math.min(alice.nextDeadline(), bob.nextDeadline()));
                toBob(alice.advance(now, wall()), alice, bob);
                toAlice(bob.advance(now, wall()), alice, bob);
            }
            now = end;
            out.println("alice: " + alice.statistics());
            out.println("bob:   " + bob.statistics());
        }
    }

    private void toBob(TunnelResult result, Tunnel alice, Tunnel bob) {
        for (var datagram : result.datagrams()) {
            print("alice -> bob", datagram);
            var outcome = bob.decapsulate(datagram, aliceAddress, now, wall());
            show("bob", outcome);
            toAlice(outcome, alice, bob);
        }
    }

    private void toAlice(TunnelResult result, Tunnel alice, Tunnel bob) {
        for (var datagram : result.datagrams()) {
            print("bob -> alice", datagram);
            var outcome = alice.decapsulate(datagram, bobAddress, now, wall());
            show("alice", outcome);
            toBob(outcome, alice, bob);
        }
    }

    private void show(String who, TunnelResult result) {
        switch (result) {
            case TunnelResult.Deliver deliver -> out.println("  " + who + " reads: " + text(deliver.packet()));
            case TunnelResult.Dropped dropped -> out.println("  " + who + " dropped it: " + dropped.reason());
            case TunnelResult.Send send -> {}
            case TunnelResult.Nothing nothing -> {}
        }
    }

    private void print(String way, ByteBuffer datagram) {
        String kind =
                switch (datagram.get(0)) {
                    case 1 -> "handshake initiation";
                    case 2 -> "handshake response";
                    case 3 -> "cookie reply";
                    default -> datagram.remaining() == 32 ? "keepalive" : "data";
                };
        out.printf("%7.1f s  %s: %s, %d bytes%n", (double) now / SECOND, way, kind, datagram.remaining());
    }

    private long wall() {
        return start + now;
    }

    /// An IPv4 packet as a TUN device would give it; its checksum is left out.
    private static ByteBuffer packet(String source, String destination, String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        var packet = ByteBuffer.allocate(20 + payload.length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
        packet.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
        packet.put(address(source)).put(address(destination)).put(payload);
        return packet.flip();
    }

    private static byte[] address(String text) {
        var bytes = new byte[4];
        int i = 0;
        for (String part : Arrays.asList(text.split("\\.", -1))) {
            bytes[i++] = (byte) Integer.parseInt(part);
        }
        return bytes;
    }

    private static String text(ByteBuffer packet) {
        return StandardCharsets.UTF_8.decode(packet.duplicate().position(20)).toString();
    }
}
