package dev.warren.bench.storm;

import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.cookie.HandshakeGate;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.noise.Handshake;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.CookieReplyMessage;
import dev.warren.crypto.wire.InitiationMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// A responder of a few lines that knows everybody, on the loopback interface. What it answers can be tampered with.
final class Responder implements AutoCloseable {
    /// What becomes of the answer to the `n`-th initiation: null for nothing.
    interface Tampering {
        byte @Nullable [] answer(int n, byte[] response);
    }

    /// What is wrong with an initiation, in the words of the protocol, or OK; one for each that came.
    final List<Verdict> verdicts = new CopyOnWriteArrayList<>();

    /// What came.
    final List<byte[]> received = new CopyOnWriteArrayList<>();

    private final Suite suite = Suite.open(Suite.Choice.AUTO);
    private final SecureRandom random = new SecureRandom();
    private final StaticIdentity identity = new StaticIdentity(PrivateKey.generate(random), suite);
    private final HandshakeGate gate = new HandshakeGate(suite, identity, random);
    private final Map<PublicKey, Handshake> handshakes = new HashMap<>();
    private final DatagramChannel channel;
    private final Tampering tampering;
    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private volatile boolean loaded;
    private long now;

    Responder(Tampering tampering) throws IOException {
        this.tampering = tampering;
        channel = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        worker.execute(this::serve);
    }

    PublicKey publicKey() {
        return identity.publicKey();
    }

    /// A channel to it.
    DatagramChannel connect() throws IOException {
        return DatagramChannel.open().connect(channel.getLocalAddress());
    }

    /// From now on it answers nobody without a cookie.
    void underLoad() {
        loaded = true;
    }

    private void serve() {
        var buffer = ByteBuffer.allocate(2048);
        try {
            while (true) {
                var source = Objects.requireNonNull(channel.receive(buffer.clear()));
                var message = Arrays.copyOf(buffer.array(), buffer.position());
                received.add(message);
                verdicts.add(consume(message, source));
            }
        } catch (ClosedChannelException _) {
            // The end.
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean hasCookie(byte[] message) {
        return !Arrays.equals(message, InitiationMessage.MAC2, message.length, new byte[16], 0, 16);
    }

    private Verdict consume(byte[] message, SocketAddress source) throws IOException {
        now += 100_000_000L; // nobody floods
        gate.load(loaded);
        var reply = new byte[CookieReplyMessage.LENGTH];
        Verdict verdict;
        do verdict = gate.admit(message, new byte[4], 1, now, reply);
        while (loaded && verdict == Verdict.OK && !hasCookie(message)); // uses up what newcomers may
        if (verdict == Verdict.COOKIE_SENT) channel.send(ByteBuffer.wrap(reply), source);
        if (verdict != Verdict.OK) return verdict;
        if (message.length != InitiationMessage.LENGTH) return Verdict.MALFORMED;
        try (var initiation = ReceivedInitiation.read(suite, identity, message)) {
            if (initiation == null) return Verdict.DECRYPT_FAILED;
            var peer = initiation.remoteStatic();
            var handshake = handshakes.computeIfAbsent(peer, key -> new Handshake(suite, identity, key, random));
            verdict = handshake.consumeInitiation(initiation, now);
            if (verdict != Verdict.OK) return verdict;
            var response = Objects.requireNonNull(handshake.createResponse(1));
            try (var cookies = new CookieGenerator(suite, peer)) {
                cookies.sign(response, now);
            }
            var answer = tampering.answer(verdicts.size(), response);
            if (answer != null) channel.send(ByteBuffer.wrap(answer), source);
            return Verdict.OK;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        worker.close();
        handshakes.values().forEach(Handshake::close);
        gate.close();
        identity.close();
        suite.close();
    }
}
