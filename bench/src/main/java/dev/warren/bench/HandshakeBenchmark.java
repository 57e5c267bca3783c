package dev.warren.bench;

import dev.warren.crypto.Protocol;
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
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A handshake as its two sides pay for it, MACs and session keys included: `initiate` and `complete` are the
/// initiator's halves, `respond` is all of the responder, `whole` is both sides. They know each other already, so the
/// static-static secret is at hand; `respondToStranger` has to compute it first.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class HandshakeBenchmark extends ShortRun {
    /// One side: its keys, and what it has for the other.
    private static final class Side implements AutoCloseable {
        private static final byte[] ADDRESS = {10, 0, 0, 1};

        private final Suite suite;
        private final SecureRandom random = new SecureRandom();
        private final StaticIdentity identity;
        private final HandshakeGate gate;
        private final byte[] reply = new byte[CookieReplyMessage.LENGTH];
        private @Nullable Handshake handshake;
        private @Nullable CookieGenerator generator;
        private long now;

        Side(Suite suite) {
            this.suite = suite;
            identity = new StaticIdentity(PrivateKey.generate(random), suite);
            gate = new HandshakeGate(suite, identity, random);
        }

        void meet(PublicKey other) {
            if (handshake != null) {
                handshake.close();
            }
            handshake = new Handshake(suite, identity, other, random);
            if (generator == null) {
                generator = new CookieGenerator(suite, other);
            }
        }

        byte[] initiate() {
            now += Protocol.SECOND;
            return signed(there(handshake).createInitiation(1, now));
        }

        byte[] respond(byte[] initiation) {
            now += Protocol.SECOND;
            admit(initiation);
            try (var received = there(ReceivedInitiation.read(suite, identity, initiation))) {
                ok(there(handshake).consumeInitiation(received, now));
            }
            var response = signed(there(handshake).createResponse(2));
            there(handshake).deriveSession().close();
            return response;
        }

        void complete(byte[] response) {
            admit(response);
            ok(there(handshake).consumeResponse(response));
            there(handshake).deriveSession().close();
        }

        private void admit(byte[] message) {
            ok(gate.admit(message, ADDRESS, 51820, now, reply));
        }

        private byte[] signed(byte @Nullable [] message) {
            there(generator).sign(there(message), now);
            return there(message);
        }

        private static void ok(Verdict verdict) {
            if (verdict != Verdict.OK) {
                throw new IllegalStateException("The handshake ended with " + verdict);
            }
        }

        @Override
        public void close() {
            there(handshake).close();
            there(generator).close();
            gate.close();
            identity.close();
        }
    }

    private static <T> T there(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("Something is missing.");
        }
        return value;
    }

    /// Both sides, in one thread.
    public static class Sides extends CryptoRun {
        private @Nullable Side initiator;
        private @Nullable Side responder;

        @Setup
        public void meet() {
            initiator = new Side(suite());
            responder = new Side(suite());
            initiator.meet(responder.identity.publicKey());
            responder.meet(initiator.identity.publicKey());
            initiator.complete(responder.respond(initiator.initiate()));
        }

        final Side initiator() {
            return there(initiator);
        }

        final Side responder() {
            return there(responder);
        }

        @TearDown
        public void close() {
            initiator().close();
            responder().close();
            closeSuite();
        }
    }

    /// An initiation nobody has seen, made outside of what is measured.
    public static class Initiated extends Sides {
        private byte[] initiation = {};

        @Setup(Level.Invocation)
        public void initiate() {
            initiation = initiator().initiate();
        }
    }

    /// The response to an initiation in flight, made outside of what is measured.
    public static class Responded extends Sides {
        private byte[] response = {};

        @Setup(Level.Invocation)
        public void respond() {
            response = responder().respond(initiator().initiate());
        }
    }

    @Benchmark
    public byte[] initiate(Sides sides) {
        return sides.initiator().initiate();
    }

    @Benchmark
    public byte[] respond(Initiated sides) {
        return sides.responder().respond(sides.initiation);
    }

    @Benchmark
    public byte[] respondToStranger(Initiated sides) {
        sides.responder().meet(sides.initiator().identity.publicKey());
        return sides.responder().respond(sides.initiation);
    }

    @Benchmark
    public void complete(Responded sides) {
        sides.initiator().complete(sides.response);
    }

    @Benchmark
    public void whole(Sides sides) {
        sides.initiator().complete(sides.responder().respond(sides.initiator().initiate()));
    }
}
