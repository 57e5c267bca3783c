package dev.warren.crypto.peer;

import static dev.warren.crypto.Protocol.KEEPALIVE_TIMEOUT;
import static dev.warren.crypto.Protocol.MAX_JITTER;
import static dev.warren.crypto.Protocol.REJECT_AFTER_TIME;
import static dev.warren.crypto.Protocol.REKEY_ATTEMPT_TIME;
import static dev.warren.crypto.Protocol.REKEY_TIMEOUT;

/// What follows from what happened: the five timers and eight hooks of the kernel's timers.c. Callers report, only this
/// class decides. Time is an argument everywhere and may jump or go back.
///
/// It departs from the kernel in two points. There, a handshake that is asked for less than 5 s after the
/// last one is forgotten until the next packet asks again; here the wish is kept and comes true when the 5
/// s are over. And there the keys are wiped 9 minutes after a handshake was given up, here when none of
/// them is good for anything any more.
final class Timers {
    /// Retries after which nobody is expected to answer any more; the count starts before the first try, so there are
    /// two tries more.
    static final int MAX_HANDSHAKES = (int) (REKEY_ATTEMPT_TIME / REKEY_TIMEOUT);

    /// What a timer can bring about.
    interface Actions {
        void sendKeepalive(long now);

        /// `attempt` counts from 1.
        void sendInitiation(long now, long wall, int attempt);

        void pathInDoubt(long now);

        /// Returns whether keys are left that must be wiped later.
        boolean giveUp(long now, int attempts);

        void zeroKeys(long now);
    }

    private final TimerTable table = new TimerTable();
    private final Actions actions;
    private long jitterState;
    private long persistentInterval;
    private long lastHandshakeSent = -REKEY_TIMEOUT;
    private int attempts;
    private boolean endpointKnown;
    private boolean handshakeWanted;
    private boolean needAnotherKeepalive;
    private boolean sentLastMinuteHandshake;

    Timers(Actions actions, long seed) {
        this.actions = actions;
        this.jitterState = seed;
    }

    // ---- the eight hooks

    /// An authenticated data packet, not a keepalive, was sent.
    void dataSent(long now) {
        if (!table.isArmed(Timer.NEW_HANDSHAKE)) {
            table.arm(Timer.NEW_HANDSHAKE, now + KEEPALIVE_TIMEOUT + REKEY_TIMEOUT + jitter());
        }
    }

    /// An authenticated data packet, not a keepalive, was received.
    void dataReceived(long now) {
        if (table.isArmed(Timer.SEND_KEEPALIVE)) {
            needAnotherKeepalive = true;
        } else {
            table.arm(Timer.SEND_KEEPALIVE, now + KEEPALIVE_TIMEOUT);
        }
    }

    /// Keepalive, data or handshake message.
    void anyAuthenticatedPacketSent() {
        table.disarm(Timer.SEND_KEEPALIVE);
    }

    /// Keepalive, data or handshake message; not a cookie reply.
    void anyAuthenticatedPacketReceived() {
        table.disarm(Timer.NEW_HANDSHAKE);
    }

    /// Before anything authenticated is sent, and after it was received.
    void anyAuthenticatedPacketTraversal(long now) {
        if (persistentInterval > 0) {
            table.arm(Timer.PERSISTENT_KEEPALIVE, now + persistentInterval);
        }
    }

    /// An initiation was sent.
    void handshakeInitiated(long now) {
        table.arm(Timer.RETRANSMIT_HANDSHAKE, now + REKEY_TIMEOUT + jitter());
    }

    /// As initiator: the response came. As responder: the first datagram under the new keys came.
    void handshakeComplete() {
        table.disarm(Timer.RETRANSMIT_HANDSHAKE);
        attempts = 0;
        sentLastMinuteHandshake = false;
        handshakeWanted = false;
    }

    /// New keys exist.
    void sessionDerived(long now) {
        table.arm(Timer.ZERO_KEY_MATERIAL, now + 3 * REJECT_AFTER_TIME);
    }

    // ---- handshakes

    /// A handshake message, initiation or response, was sent: no initiation for 5 s.
    void handshakeSent(long now) {
        lastHandshakeSent = now;
    }

    /// Somebody needs a session. Counts the retries anew, as in the kernel; sends nothing while a retry is due anyway.
    void requestHandshake() {
        attempts = 0;
        if (!table.isArmed(Timer.RETRANSMIT_HANDSHAKE)) {
            handshakeWanted = true;
        }
    }

    /// As [#requestHandshake], once per session: the session is old and the other side still uses it.
    void requestLastMinuteHandshake() {
        if (!sentLastMinuteHandshake) {
            sentLastMinuteHandshake = true;
            requestHandshake();
        }
    }

    /// All sessions are gone for a reason of our own; the next handshake may begin at once.
    void forgetHandshake() {
        boolean inFlight = table.isArmed(Timer.RETRANSMIT_HANDSHAKE);
        table.disarm(Timer.RETRANSMIT_HANDSHAKE);
        table.disarm(Timer.NEW_HANDSHAKE);
        table.disarm(Timer.SEND_KEEPALIVE);
        table.disarm(Timer.ZERO_KEY_MATERIAL); // there is none
        lastHandshakeSent = -REKEY_TIMEOUT;
        sentLastMinuteHandshake = false;
        attempts = 0;
        handshakeWanted |= inFlight;
    }

    /// The peer is somewhere else now: an initiation that waits for its response is sent there at once, not after the
    /// rest of its 5 s.
    void retryHandshake() {
        if (table.isArmed(Timer.RETRANSMIT_HANDSHAKE)) {
            table.disarm(Timer.RETRANSMIT_HANDSHAKE);
            lastHandshakeSent = -REKEY_TIMEOUT;
            attempts = 0;
            handshakeWanted = true;
        }
    }

    boolean handshakeInFlight() {
        return table.isArmed(Timer.RETRANSMIT_HANDSHAKE);
    }

    // ---- configuration

    /// Nanoseconds; 0 is off.
    void persistentInterval(long interval) {
        persistentInterval = interval;
        if (interval == 0) {
            table.disarm(Timer.PERSISTENT_KEEPALIVE);
        }
    }

    long persistentInterval() {
        return persistentInterval;
    }

    /// Without an endpoint a wanted handshake waits.
    void endpointKnown(boolean known) {
        endpointKnown = known;
    }

    boolean endpointKnown() {
        return endpointKnown;
    }

    // ---- time

    /// When [#advance] has something to do, or [TimerTable#NEVER]. May lie in the past.
    long nextDeadline() {
        long next = table.next();
        return handshakeWanted && endpointKnown ? Math.min(next, lastHandshakeSent + REKEY_TIMEOUT) : next;
    }

    /// Nothing is due, now or ever.
    boolean isQuiet() {
        return nextDeadline() == TimerTable.NEVER;
    }

    void advance(long now, long wall) {
        if (table.expire(Timer.ZERO_KEY_MATERIAL, now)) {
            actions.zeroKeys(now);
        }
        if (table.expire(Timer.RETRANSMIT_HANDSHAKE, now)) {
            retransmit(now);
        }
        if (table.expire(Timer.NEW_HANDSHAKE, now)) {
            actions.pathInDoubt(now);
            requestHandshake();
        }
        if (table.expire(Timer.SEND_KEEPALIVE, now)) {
            keepalive(now);
        }
        if (table.expire(Timer.PERSISTENT_KEEPALIVE, now) && persistentInterval > 0) {
            actions.sendKeepalive(now);
        }
        if (handshakeWanted && endpointKnown && now - lastHandshakeSent >= REKEY_TIMEOUT) {
            handshakeWanted = false;
            actions.sendInitiation(now, wall, attempts + 1);
        }
    }

    void stop() {
        table.clear();
        handshakeWanted = false;
    }

    private void retransmit(long now) {
        if (attempts <= MAX_HANDSHAKES) {
            attempts++;
            handshakeWanted = true;
            actions.pathInDoubt(now);
            return;
        }
        table.disarm(Timer.SEND_KEEPALIVE);
        handshakeWanted = false;
        if (!actions.giveUp(now, attempts + 1)) {
            table.disarm(Timer.ZERO_KEY_MATERIAL);
        } else {
            table.armEarlier(Timer.ZERO_KEY_MATERIAL, now + REJECT_AFTER_TIME);
        }
    }

    /// In the kernel a keepalive leaves after its timer was armed anew, and disarms it; here likewise. So another
    /// keepalive only comes when this one could not be sent.
    private void keepalive(long now) {
        if (needAnotherKeepalive) {
            needAnotherKeepalive = false;
            table.arm(Timer.SEND_KEEPALIVE, now + KEEPALIVE_TIMEOUT);
        }
        actions.sendKeepalive(now);
    }

    /// 0 to 333 ms, uniform: no secret, it keeps peers that lost the same server apart.
    private long jitter() {
        jitterState += 0x9E3779B97F4A7C15L;
        long z = (jitterState ^ jitterState >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 1) % MAX_JITTER;
    }
}
