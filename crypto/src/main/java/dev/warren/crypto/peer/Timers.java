package dev.warren.crypto.peer;

import static dev.warren.crypto.Protocol.KEEPALIVE_TIMEOUT;
import static dev.warren.crypto.Protocol.MAX_JITTER;
import static dev.warren.crypto.Protocol.REJECT_AFTER_TIME;
import static dev.warren.crypto.Protocol.REKEY_ATTEMPT_TIME;
import static dev.warren.crypto.Protocol.REKEY_TIMEOUT;

/// The five timers and eight hooks of the kernel's timers.c. Callers report what happened; only this class
/// decides what follows. Time is an argument everywhere and may jump or go back.
///
/// Differs from the kernel in two points. The kernel ignores a handshake request less than 5 s
/// (REKEY_TIMEOUT) after the last handshake message until another packet requests it again; here the
/// request stays pending and the initiation is sent when the 5 s are over. The kernel wipes the keys 9
/// minutes after a handshake was given up; here they are wiped once all of them have expired.
final class Timers {
    /// Retransmissions before giving up (kernel MAX_TIMER_HANDSHAKES). The first initiation is not counted
    /// and the comparison is `>`, so 20 initiations are sent in all.
    static final int MAX_HANDSHAKES = (int) (REKEY_ATTEMPT_TIME / REKEY_TIMEOUT);

    /// Actions of the timers.
    interface Actions {
        void sendKeepalive(long now);

        /// `attempt` counts from 1.
        void sendInitiation(long now, long wall, int attempt);

        void pathInDoubt(long now);

        /// Returns true when unexpired keys are left, to be wiped later.
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
    private boolean handshakeRequested;
    private boolean needAnotherKeepalive;
    private boolean sentLastMinuteHandshake;

    Timers(Actions actions, long seed) {
        this.actions = actions;
        this.jitterState = seed;
    }

    // ---- the eight hooks

    /// Reports that a data packet, not a keepalive, was sent.
    void dataSent(long now) {
        if (!table.isArmed(Timer.NEW_HANDSHAKE)) {
            table.arm(Timer.NEW_HANDSHAKE, now + KEEPALIVE_TIMEOUT + REKEY_TIMEOUT + jitter());
        }
    }

    /// Reports that an authenticated data packet, not a keepalive, was received.
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

    /// Reports that an authenticated keepalive, data or handshake message was received; not a cookie reply
    ///
    void anyAuthenticatedPacketReceived() {
        table.disarm(Timer.NEW_HANDSHAKE);
    }

    /// Reports any authenticated packet: before it is sent, or after it was received.
    void anyAuthenticatedPacketTraversal(long now) {
        if (persistentInterval > 0) {
            table.arm(Timer.PERSISTENT_KEEPALIVE, now + persistentInterval);
        }
    }

    /// Reports that an initiation was sent.
    void handshakeInitiated(long now) {
        table.arm(Timer.RETRANSMIT_HANDSHAKE, now + REKEY_TIMEOUT + jitter());
    }

    /// Reports that a handshake is complete: as initiator by the response, as responder by the first
    /// datagram under the new keys.
    void handshakeComplete() {
        table.disarm(Timer.RETRANSMIT_HANDSHAKE);
        attempts = 0;
        sentLastMinuteHandshake = false;
        handshakeRequested = false;
    }

    /// Reports that new keys exist.
    void sessionDerived(long now) {
        table.arm(Timer.ZERO_KEY_MATERIAL, now + 3 * REJECT_AFTER_TIME);
    }

    // ---- handshakes

    /// Reports that an initiation or response was sent: no initiation for 5 s (REKEY_TIMEOUT).
    void handshakeSent(long now) {
        lastHandshakeSent = now;
    }

    /// Requests a handshake. Restarts the count of retransmissions, as the kernel does; requests nothing
    /// while a retransmission is pending anyway.
    void requestHandshake() {
        attempts = 0;
        if (!table.isArmed(Timer.RETRANSMIT_HANDSHAKE)) {
            handshakeRequested = true;
        }
    }

    /// As [#requestHandshake], but once per session: for a session about to expire that the peer still
    /// sends with.
    void requestLastMinuteHandshake() {
        if (!sentLastMinuteHandshake) {
            sentLastMinuteHandshake = true;
            requestHandshake();
        }
    }

    /// Resets all timers but the persistent keepalive because we ended all sessions; the next handshake may
    /// begin at once.
    void forgetHandshake() {
        boolean inFlight = table.isArmed(Timer.RETRANSMIT_HANDSHAKE);
        table.disarm(Timer.RETRANSMIT_HANDSHAKE);
        table.disarm(Timer.NEW_HANDSHAKE);
        table.disarm(Timer.SEND_KEEPALIVE);
        table.disarm(Timer.ZERO_KEY_MATERIAL); // no keys are left
        lastHandshakeSent = -REKEY_TIMEOUT;
        sentLastMinuteHandshake = false;
        attempts = 0;
        handshakeRequested |= inFlight;
    }

    /// Retransmits an initiation in flight at once instead of after the rest of its 5 s, because the
    /// endpoint changed.
    void retryHandshake() {
        if (table.isArmed(Timer.RETRANSMIT_HANDSHAKE)) {
            table.disarm(Timer.RETRANSMIT_HANDSHAKE);
            lastHandshakeSent = -REKEY_TIMEOUT;
            attempts = 0;
            handshakeRequested = true;
        }
    }

    boolean handshakeInFlight() {
        return table.isArmed(Timer.RETRANSMIT_HANDSHAKE);
    }

    // ---- configuration

    /// Sets the persistent keepalive interval in nanoseconds; 0 is off.
    void persistentInterval(long interval) {
        persistentInterval = interval;
        if (interval == 0) {
            table.disarm(Timer.PERSISTENT_KEEPALIVE);
        }
    }

    long persistentInterval() {
        return persistentInterval;
    }

    /// Sets whether an endpoint is known; without one a requested handshake waits.
    void endpointKnown(boolean known) {
        endpointKnown = known;
    }

    boolean endpointKnown() {
        return endpointKnown;
    }

    // ---- time

    /// Time at which [#advance] has something to do, or [TimerTable#NEVER]. May lie in the past.
    long nextDeadline() {
        long next = table.next();
        return handshakeRequested && endpointKnown ? Math.min(next, lastHandshakeSent + REKEY_TIMEOUT) : next;
    }

    /// True when no timer is armed and no handshake can begin.
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
        if (handshakeRequested && endpointKnown && now - lastHandshakeSent >= REKEY_TIMEOUT) {
            handshakeRequested = false;
            actions.sendInitiation(now, wall, attempts + 1);
        }
    }

    void stop() {
        table.clear();
        handshakeRequested = false;
    }

    private void retransmit(long now) {
        if (attempts <= MAX_HANDSHAKES) {
            attempts++;
            handshakeRequested = true;
            actions.pathInDoubt(now);
            return;
        }
        table.disarm(Timer.SEND_KEEPALIVE);
        handshakeRequested = false;
        if (!actions.giveUp(now, attempts + 1)) {
            table.disarm(Timer.ZERO_KEY_MATERIAL);
        } else {
            table.armEarlier(Timer.ZERO_KEY_MATERIAL, now + REJECT_AFTER_TIME);
        }
    }

    /// Re-arms the timer before sending, as the kernel does, and sending disarms it: so another keepalive
    /// follows only when this one could not be sent.
    private void keepalive(long now) {
        if (needAnotherKeepalive) {
            needAnotherKeepalive = false;
            table.arm(Timer.SEND_KEEPALIVE, now + KEEPALIVE_TIMEOUT);
        }
        actions.sendKeepalive(now);
    }

    /// Uniform, 0 to 333 ms. Not secret: it spreads the retransmissions of peers that lost the same server
    ///
    private long jitter() {
        jitterState += 0x9E3779B97F4A7C15L;
        long z = (jitterState ^ jitterState >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 1) % MAX_JITTER;
    }
}
