package dev.warren.crypto.peer;

import dev.warren.crypto.Verdict;
import dev.warren.crypto.cookie.CookieGenerator;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.noise.Handshake;
import dev.warren.crypto.noise.ReceivedInitiation;
import dev.warren.crypto.noise.ResponderDh;
import dev.warren.crypto.noise.StaticIdentity;
import dev.warren.crypto.session.Keypair;
import dev.warren.crypto.suite.Suite;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// The handshakes with one peer, as initiator and as responder, and the cookies that sign their messages.
/// With one for each role, we can respond to an initiation without forgetting ours in flight, so a
/// simultaneous start completes after one round trip and not after the next retransmission.
final class HandshakePair implements AutoCloseable {
    /// More than the 2^24 ns of a whitened timestamp, so that each step makes a greater one.
    private static final long TIMESTAMP_STEP = 1L << 25;

    private final Suite suite;
    private final CookieGenerator cookies;
    private final Handshake initiating;
    private final Handshake responding;
    private boolean inFlight;
    private long sent;
    private long lastWall;

    HandshakePair(Suite suite, StaticIdentity identity, PublicKey remote, SecureRandom random) {
        this.suite = suite;
        this.cookies = new CookieGenerator(suite, remote);
        this.initiating = new Handshake(suite, identity, remote, random);
        this.responding = new Handshake(suite, identity, remote, random);
    }

    void presharedKey(@Nullable PresharedKey psk) {
        initiating.presharedKey(psk);
        responding.presharedKey(psk);
    }

    /// Changes our static key. Call [#forget] before.
    void identity(StaticIdentity changed) {
        initiating.identity(changed);
        responding.identity(changed);
    }

    /// True while our initiation waits for its response, which has [#index] as its receiver.
    boolean inFlight() {
        return inFlight;
    }

    int index() {
        return initiating.localIndex();
    }

    /// Time of the latest initiation, nanoseconds.
    long sent() {
        return sent;
    }

    /// Creates a signed initiation; null when the peer's key is a point of low order. Call [#forget]
    /// before.
    ///
    /// @param wall nanoseconds since the Unix epoch; timestamps grow even when that clock goes back
    byte @Nullable [] initiation(int index, long now, long wall) {
        lastWall = Math.max(wall, lastWall + TIMESTAMP_STEP);
        byte[] message = initiating.createInitiation(index, lastWall);
        if (message != null) {
            cookies.sign(message, now);
            inFlight = true;
            sent = now;
        }
        return message;
    }

    Verdict consumeInitiation(ReceivedInitiation initiation, long now) {
        return responding.consumeInitiation(initiation, now);
    }

    /// See [Handshake#expects].
    boolean expects(ResponderDh dh) {
        return responding.expects(dh);
    }

    /// Creates a signed response to the initiation consumed last; null when a key of the initiator is a
    /// point of low order.
    ///
    /// @param dh null, or one that [#expects] accepts; null: computed here
    byte @Nullable [] response(int index, @Nullable ResponderDh dh, long now) {
        byte[] message = dh == null ? responding.createResponse(index) : responding.createResponse(index, dh);
        if (message != null) {
            cookies.sign(message, now);
        }
        return message;
    }

    Verdict consumeResponse(byte[] message) {
        return initiating.consumeResponse(message);
    }

    Verdict consumeCookieReply(byte[] message, long now) {
        return cookies.consumeReply(message, now);
    }

    /// The session after [#consumeResponse]; it keeps the index of the handshake.
    Keypair initiatedSession(long now) {
        inFlight = false;
        try (var keys = initiating.deriveSession()) {
            return new Keypair(keys, suite.aead(), sent, now);
        }
    }

    /// The session after [#response], as responder.
    Keypair respondedSession(long now) {
        try (var keys = responding.deriveSession()) {
            return new Keypair(keys, suite.aead(), now, now);
        }
    }

    /// Forgets both handshakes in flight; the index of the initiation is free.
    void forget() {
        inFlight = false;
        initiating.clear();
        responding.clear();
    }

    byte[] lastTimestamp() {
        return responding.lastTimestamp();
    }

    void resetTimestamp() {
        responding.restoreTimestamp(new byte[12]);
    }

    long lastWall() {
        return lastWall;
    }

    void restore(PeerMemory memory) {
        lastWall = memory.lastWall;
        responding.restoreTimestamp(memory.lastTimestamp);
    }

    @Override
    public void close() {
        initiating.close();
        responding.close();
        cookies.close();
    }
}
