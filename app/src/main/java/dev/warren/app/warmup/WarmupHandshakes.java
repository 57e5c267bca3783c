package dev.warren.app.warmup;

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
import org.jspecify.annotations.Nullable;

/// Handshakes for the warm-up run, of two sides in memory: a gateway that starts gets them by the thousand, from
/// everybody who waited for it.
public final class WarmupHandshakes {
    private static final int HANDSHAKES = 2000;
    private static final byte[] ADDRESS = {10, 0, 0, 1};

    private WarmupHandshakes() {}

    public static void run() {
        var random = new SecureRandom();
        try (var suite = Suite.open(Suite.Choice.AUTO);
                var a = new StaticIdentity(PrivateKey.generate(random), suite);
                var b = new StaticIdentity(PrivateKey.generate(random), suite);
                var initiator = new Side(suite, a, b.publicKey(), random);
                var responder = new Side(suite, b, a.publicKey(), random)) {
            long now = 0;
            for (int i = 0; i < HANDSHAKES; i++) {
                now += Protocol.SECOND;
                initiator.complete(responder.respond(initiator.initiate(now), now), now);
            }
        }
    }

    /// One of the two, and what it has for the other.
    private static final class Side implements AutoCloseable {
        private final Suite suite;
        private final StaticIdentity identity;
        private final HandshakeGate gate;
        private final Handshake handshake;
        private final CookieGenerator cookies;
        private final byte[] reply = new byte[CookieReplyMessage.LENGTH];

        Side(Suite suite, StaticIdentity identity, PublicKey other, SecureRandom random) {
            this.suite = suite;
            this.identity = identity;
            gate = new HandshakeGate(suite, identity, random);
            handshake = new Handshake(suite, identity, other, random);
            cookies = new CookieGenerator(suite, other);
        }

        byte[] initiate(long now) {
            return signed(handshake.createInitiation(1, now), now);
        }

        byte[] respond(byte[] initiation, long now) {
            expect(gate.admit(initiation, ADDRESS, 51820, now, reply));
            try (var received = ReceivedInitiation.read(suite, identity, initiation)) {
                if (received == null) throw new IllegalStateException("an initiation that cannot be read");
                expect(handshake.consumeInitiation(received, now));
            }
            var response = signed(handshake.createResponse(2), now);
            handshake.deriveSession().close();
            return response;
        }

        void complete(byte[] response, long now) {
            expect(gate.admit(response, ADDRESS, 51820, now, reply));
            expect(handshake.consumeResponse(response));
            handshake.deriveSession().close();
        }

        private byte[] signed(byte @Nullable [] message, long now) {
            if (message == null) throw new IllegalStateException("a handshake came to nothing");
            cookies.sign(message, now);
            return message;
        }

        private static void expect(Verdict verdict) {
            if (verdict != Verdict.OK) throw new IllegalStateException("a handshake ended with " + verdict);
        }

        @Override
        public void close() {
            handshake.close();
            cookies.close();
            gate.close();
        }
    }
}
