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

/// Both handshakes with one peer, the one we begin and the one we answer, and the cookies their messages are signed
/// with. One for each role: an initiation that comes while ours is under way is answered without forgetting ours, so a
/// simultaneous start is over after one round trip and not after the next retry.
final class HandshakePair implements AutoCloseable {
    /// More than the 2^24 ns that a whitened timestamp ignores.
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

    /// Call [#forget] before.
    void identity(StaticIdentity changed) {
        initiating.identity(changed);
        responding.identity(changed);
    }

    /// Whether an initiation of ours waits for its response, listening on [#index].
    boolean inFlight() {
        return inFlight;
    }

    int index() {
        return initiating.localIndex();
    }

    /// When the latest initiation was made.
    long sent() {
        return sent;
    }

    /// A signed initiation, or null when the peer's key is no good. Call [#forget] before.
    ///
    /// @param wall nanoseconds since the Unix epoch; when that clock went back, timestamps still go on
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

    /// Whether an initiation that was consumed waits for this.
    boolean expects(ResponderDh dh) {
        return responding.expects(dh);
    }

    /// A signed response to what was consumed, or null when a key is no good.
    ///
    /// @param dh null: it is made here
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

    /// The session after [#consumeResponse]; it takes the index over.
    Keypair initiatedSession(long now) {
        inFlight = false;
        try (var keys = initiating.deriveSession()) {
            return new Keypair(keys, suite.aead(), sent, now);
        }
    }

    /// The session after [#response].
    Keypair answeredSession(long now) {
        try (var keys = responding.deriveSession()) {
            return new Keypair(keys, suite.aead(), now, now);
        }
    }

    /// Forgets an initiation under way; its index is free.
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
