package dev.warren.bench;

import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.Protocol;
import dev.warren.crypto.Suite;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.cookie.HandshakeGate;
import dev.warren.crypto.noise.Handshake;
import dev.warren.crypto.noise.PrivateKey;
import dev.warren.crypto.noise.PublicKey;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.wire.CookieReplyMessage;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// A handshake as its two sides pay for it, MACs and session keys included: `initiate` and `complete` are the
/// initiator's halves, `respond` is all of the responder, `whole` is both sides. They know each other already, so the
/// static-static secret is at hand; `respondToStranger` has to compute it first.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class HandshakeBenchmark extends CryptoRun {
    /// One side: its keys, and what it has for the other.
    private static final class Side implements AutoCloseable {
        private static final byte[] ADDRESS = {10, 0, 0, 1};

        private final Suite suite;
        private final SecureRandom random = new SecureRandom();
        private final LocalIdentity identity;
        private final HandshakeGate gate;
        private final byte[] reply = new byte[CookieReplyMessage.LENGTH];
        private @Nullable Handshake handshake;
        private @Nullable CookieGenerator generator;
        private long now;

        Side(Suite suite) {
            this.suite = suite;
            identity = new LocalIdentity(PrivateKey.generate(random), suite);
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

    private @Nullable Side initiator;
    private @Nullable Side responder;

    @Setup
    public void meet() {
        initiator = new Side(suite());
        responder = new Side(suite());
        initiator.meet(responder.identity.publicKey());
        responder.meet(initiator.identity.publicKey());
        whole();
    }

    private static <T> T there(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("Something is missing.");
        }
        return value;
    }

    /// An initiation nobody has seen, made outside of what is measured.
    @State(Scope.Thread)
    public static class Initiated {
        private byte[] initiation = {};

        @Setup(Level.Invocation)
        public void initiate(HandshakeBenchmark sides) {
            initiation = there(sides.initiator).initiate();
        }
    }

    /// The response to an initiation in flight, made outside of what is measured.
    @State(Scope.Thread)
    public static class Responded {
        private byte[] response = {};

        @Setup(Level.Invocation)
        public void respond(HandshakeBenchmark sides) {
            response = there(sides.responder).respond(there(sides.initiator).initiate());
        }
    }

    @Benchmark
    public byte[] initiate() {
        return there(initiator).initiate();
    }

    @Benchmark
    public byte[] respond(Initiated fresh) {
        return there(responder).respond(fresh.initiation);
    }

    @Benchmark
    public byte[] respondToStranger(Initiated fresh) {
        there(responder).meet(there(initiator).identity.publicKey());
        return there(responder).respond(fresh.initiation);
    }

    @Benchmark
    public void complete(Responded fresh) {
        there(initiator).complete(fresh.response);
    }

    @Benchmark
    public void whole() {
        var response = there(responder).respond(there(initiator).initiate());
        there(initiator).complete(response);
    }

    @TearDown
    public void close() {
        there(initiator).close();
        there(responder).close();
    }
}
