package dev.warren.bench;

import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.tunnel.Tunnel;
import dev.warren.crypto.tunnel.TunnelResult;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/// Many peers of one router in one process, behind one UDP socket, for `bench/peers`: each begins a handshake, and
/// keeps its session with persistent keepalives until the process is ended.
///
/// Arguments: how many peers, `HOST:PORT` and public key of the router, a file that the peers are written to as one
/// `set` of the control socket's protocol, and how many handshakes to begin a second. Prints a line when the file is
/// written, begins when it reads a line, and prints one when all have a session. Ends when its input ends.
public final class PeerSwarm {
    private static final long SECOND = 1_000_000_000L;
    private static final long ORIGIN = System.nanoTime();
    private static final int LONGEST = 2048;

    private static final int KEEPALIVE = 25;

    /// Receiver indices are a peer's number and a count of its own, so that datagrams find their peer.
    private static final int INDEX_BITS = 8;

    private final Tunnel[] tunnels;
    private final boolean[] live;
    private final int perSecond;
    private final InetSocketAddress router;
    private final DatagramChannel channel = DatagramChannel.open();
    private final ByteBuffer received = ByteBuffer.allocateDirect(LONGEST).order(ByteOrder.LITTLE_ENDIAN);
    private int established;

    private PeerSwarm(int count, InetSocketAddress router, int perSecond) throws IOException {
        this.tunnels = new Tunnel[count];
        this.live = new boolean[count];
        this.router = router;
        this.perSecond = perSecond;
        channel.connect(router);
        channel.configureBlocking(false);
    }

    public static void main(String[] args) throws IOException {
        int colon = args[1].lastIndexOf(':');
        var router = new InetSocketAddress(args[1].substring(0, colon), Integer.parseInt(args[1].substring(colon + 1)));
        try (var suite = Suite.open(Suite.Choice.AUTO)) {
            var swarm = new PeerSwarm(Integer.parseInt(args[0]), router, Integer.parseInt(args[4]));
            swarm.create(suite, PublicKey.fromBase64(args[2]), Path.of(args[3]));
            System.out.println("written");
            if (System.in.read() < 0) {
                return;
            }
            Thread.ofPlatform().daemon().start(PeerSwarm::endWithInput);
            swarm.run();
        }
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // as good as the end
        }
        System.exit(0);
    }

    private void create(Suite suite, PublicKey remote, Path file) throws IOException {
        var random = new SecureRandom();
        try (var out = Files.newBufferedWriter(file)) {
            out.write("set=1\n");
            for (int i = 0; i < tunnels.length; i++) {
                int number = i;
                int[] next = {0};
                try (var key = PrivateKey.generate(random)) {
                    tunnels[i] = Tunnel.builder(key, remote)
                            .suite(suite)
                            .random(random)
                            .endpoint(router)
                            .persistentKeepalive(KEEPALIVE)
                            .indices(() -> number << INDEX_BITS | (next[0]++ & (1 << INDEX_BITS) - 1))
                            .create();
                }
                out.write("public_key=" + tunnels[i].publicKey().toHex() + "\nreplace_allowed_ips=true\nallowed_ip=10."
                        + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255) + "/32\n");
            }
            out.write("\n");
        }
    }

    private void run() throws IOException {
        long start = now();
        int begun = 0;
        boolean told = false;
        long nextRound = start;
        try (var selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            while (true) {
                selector.select(1);
                selector.selectedKeys().clear();
                receive();
                long now = now();
                for (; begun < tunnels.length && begun < (now - start) * perSecond / SECOND; begun++) {
                    send(tunnels[begun].advance(now, wall()));
                }
                if (now >= nextRound) {
                    nextRound = now + SECOND / 10;
                    advance(begun, now);
                }
                if (!told && established == tunnels.length) {
                    told = true;
                    System.out.println(established + " sessions established in " + (now - start) / 1_000_000 + " ms");
                }
            }
        }
    }

    private void advance(int begun, long now) throws IOException {
        for (int i = 0; i < begun; i++) {
            if (tunnels[i].nextDeadline() <= now) {
                send(tunnels[i].advance(now, wall()));
            }
        }
    }

    private void receive() throws IOException {
        received.clear();
        while (channel.read(received) > 0) {
            received.flip();
            int receiver = received.getInt(received.get(0) == 2 ? 8 : 4);
            int number = receiver >>> INDEX_BITS;
            if (number < tunnels.length) {
                send(tunnels[number].decapsulate(received, router, now(), wall()));
                if (!live[number] && tunnels[number].statistics().lastHandshake() >= 0) {
                    live[number] = true;
                    established++;
                }
            }
            received.clear();
        }
    }

    private void send(TunnelResult result) throws IOException {
        for (var datagram : result.datagrams()) {
            channel.write(datagram);
        }
    }

    private static long now() {
        return System.nanoTime() - ORIGIN;
    }

    private static long wall() {
        return System.currentTimeMillis() * 1_000_000;
    }
}
