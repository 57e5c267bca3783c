package dev.warren.verticles.peer;

import dev.warren.conf.EventType;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PublicKey;
import dev.warren.io.Endpoint;
import dev.warren.verticles.bus.PeerRef;
import dev.warren.verticles.events.RouterEvents;
import dev.warren.verticles.loop.LogLimit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs the events of peers: at info when one goes online or offline, at debug each handshake and why one
/// is refused. No line for a packet; and what comes from the network, authentic or not, leads to some lines a second
/// at most. Belongs to one event loop.
public final class PeerLog {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);
    private static final long CLOCK_INTERVAL = TimeUnit.SECONDS.toNanos(10);

    private final String device;
    private final RouterEvents events;
    private final LogLimit presence = new LogLimit(100);
    private final LogLimit handshakes = new LogLimit(100);
    private final LogLimit refusals = new LogLimit(10);
    private long nextClockLine = Long.MIN_VALUE;

    public PeerLog(String device, RouterEvents events) {
        this.device = device;
        this.events = events;
    }

    /// The first packet of a first session has come.
    void online(PeerRef peer, @Nullable Endpoint endpoint, long now) {
        events.publish(EventType.PEER_ONLINE, peer, now, "endpoint", endpoint);
        var more = presence.admit(now);
        if (more != null) LOG.info("({}) {}: online, endpoint {}{}", device, peer, endpoint, more);
    }

    /// @param why as a clause
    void offline(PeerRef peer, String why, long now) {
        events.publish(EventType.PEER_OFFLINE, peer, now, "reason", why);
        var more = presence.admit(now);
        if (more != null) LOG.info("({}) {}: offline, {}{}", device, peer, why, more);
    }

    /// An online peer has a new session.
    ///
    /// @param rtt nanoseconds of the round trip, or -1 when it is not known
    void rekeyed(PeerRef peer, boolean initiator, long rtt, long now) {
        events.publish(
                EventType.REKEYED,
                peer,
                now,
                "role",
                initiator ? "initiator" : "responder",
                "rttMicroseconds",
                rtt < 0 ? null : rtt / 1000);
    }

    /// A peer sends from elsewhere.
    void roamed(PeerRef peer, Endpoint from, Endpoint to, long now) {
        events.publish(EventType.ENDPOINT_CHANGED, peer, now, "from", from, "to", to);
    }

    /// Initiations had no response for 90 s.
    void givenUp(PeerRef peer, int attempts, long now) {
        events.publish(EventType.HANDSHAKE_FAILED, peer, now, "reason", "no-answer", "attempts", attempts);
        handshake(peer, now, "Handshake did not complete after " + attempts + " attempts, giving up");
    }

    /// A step of a handshake, as a sentence without a full stop.
    void handshake(PeerRef peer, long now, String step) {
        if (!LOG.isDebugEnabled()) return;
        var more = handshakes.admit(now);
        if (more != null) LOG.debug("({}) {}: {}{}", device, peer, step, more);
    }

    /// A handshake message was made for another public key, or by an unknown peer.
    ///
    /// @param verdict of the gate, or DECRYPT_FAILED
    public void stranger(Endpoint source, Verdict verdict, long now) {
        events.publish(EventType.HANDSHAKE_FAILED, null, now, "reason", reason(verdict), "source", source);
        if (!LOG.isDebugEnabled()) return;
        var reason =
                switch (verdict) {
                    case MAC1_INVALID -> "is for another public key than ours (MAC1)";
                    case DECRYPT_FAILED -> "does not open with our private key";
                    case MALFORMED -> "is malformed";
                    default -> null;
                };
        if (reason == null) return; // that is our load, which is counted
        var more = refusals.admit(now);
        if (more != null) LOG.debug("({}) Handshake message from {} {}{}", device, source, reason, more);
    }

    /// An initiation opened, and its public key is that of no peer.
    public void unknownPeer(Endpoint source, PublicKey key, long now) {
        events.publish(EventType.HANDSHAKE_FAILED, null, now, "reason", "unknown-peer", "source", source);
        if (!LOG.isDebugEnabled()) return;
        var more = refusals.admit(now);
        if (more == null) return;
        LOG.debug("({}) Initiation from {}: no peer has the public key {}{}", device, source, key.toBase64(), more);
    }

    /// A handshake message that names a peer, or answers it, was refused.
    public void refused(PeerRef peer, Endpoint source, Verdict verdict, long now) {
        events.publish(EventType.HANDSHAKE_FAILED, peer, now, "reason", reason(verdict), "source", source);
        if (!LOG.isDebugEnabled()) return;
        var reason =
                switch (verdict) {
                    case PSK_MISMATCH -> "Response does not authenticate: do the preshared keys differ?";
                    case DECRYPT_FAILED -> "Handshake message was not made with the peer's key";
                    case OLD_TIMESTAMP -> "Initiation has a replayed timestamp";
                    case INITIATION_FLOOD -> "Initiation came less than 20 ms after another";
                    case LOW_ORDER_POINT -> "Handshake message has a public key of low order";
                    case UNEXPECTED_RESPONSE -> "Response to an initiation that is forgotten";
                    default -> "Handshake message is malformed";
                };
        var more = refusals.admit(now);
        if (more != null) LOG.debug("({}) {}: {} (from {}){}", device, peer, reason, source, more);
    }

    /// The reason as events name it.
    private static String reason(Verdict verdict) {
        return switch (verdict) {
            case MAC1_INVALID -> "mac1";
            case COOKIE_SENT -> "cookie";
            case RATE_LIMITED -> "rate-limit";
            case DECRYPT_FAILED -> "wrong-key";
            case PSK_MISMATCH -> "preshared-key";
            case OLD_TIMESTAMP -> "replayed-timestamp";
            case INITIATION_FLOOD -> "flood";
            case LOW_ORDER_POINT -> "low-order-point";
            case UNEXPECTED_RESPONSE -> "unexpected-response";
            default -> "malformed";
        };
    }

    /// The clock of a peer went back, which shows nowhere else: its initiations are authentic and are
    /// refused, until its clock is where it was.
    public void clockWentBack(PeerRef peer, long now) {
        if (now < nextClockLine) return;
        nextClockLine = now + CLOCK_INTERVAL;
        LOG.warn(
                "({}) {}: Handshake initiation refused, it is older than one before it: did the peer's clock go back?"
                        + " Set it right, or run: warren reset-timestamp {} {}",
                device,
                peer,
                device,
                peer.publicKey().toBase64());
    }
}
