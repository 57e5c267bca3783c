package dev.warren.crypto.session;

import dev.warren.crypto.Protocol;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The sessions of one peer: current, previous, and next, which as responder waits for its first datagram
/// (kernel noise.c).
///
/// Differs from the kernel when both sides initiate at the same time and both handshakes complete. The
/// kernel drops old sessions while their datagrams are still in flight; here a session is dropped only when
/// another takes its place, and both sides choose the same one of the two new sessions as current.
public final class Keypairs {
    //
    /// Nanoseconds by which an initiation may arrive after a response that was sent later.
    private static final long OVERTAKING = 100 * Protocol.MILLISECOND;

    private final Consumer<Keypair> retired;
    private @Nullable Keypair previous;
    private @Nullable Keypair current;
    private @Nullable Keypair next;

    /// @param retired called once with every keypair that is dropped, just before it is wiped
    public Keypairs(Consumer<Keypair> retired) {
        this.retired = retired;
    }

    /// The session to send with, or null.
    public @Nullable Keypair current() {
        return current;
    }

    /// The session before it, which only receives, or null.
    public @Nullable Keypair previous() {
        return previous;
    }

    /// The session that waits for its first datagram as confirmation, or null.
    public @Nullable Keypair next() {
        return next;
    }

    public boolean isEmpty() {
        return current == null && next == null && previous == null;
    }

    /// True when at least one session is younger than REJECT_AFTER_TIME.
    public boolean usable(long now) {
        return usable(current, now) || usable(next, now) || usable(previous, now);
    }

    private static boolean usable(@Nullable Keypair keypair, long now) {
        return keypair != null && !keypair.olderThan(Protocol.REJECT_AFTER_TIME, now);
    }

    /// The session with this local index, or null.
    public @Nullable Keypair find(int index) {
        Keypair keypair = current;
        if (keypair != null && keypair.localIndex() == index) {
            return keypair;
        }
        keypair = next;
        if (keypair != null && keypair.localIndex() == index) {
            return keypair;
        }
        keypair = previous;
        return keypair != null && keypair.localIndex() == index ? keypair : null;
    }

    /// True when one of the sessions has this remote index.
    public boolean sendsTo(int index) {
        return sendsTo(current, index) || sendsTo(previous, index) || sendsTo(next, index);
    }

    private static boolean sendsTo(@Nullable Keypair keypair, int index) {
        return keypair != null && keypair.remoteIndex() == index;
    }

    /// Adds the session of a completed handshake. As initiator it becomes current; as responder it becomes
    /// next and waits for its first datagram, since the response may be lost.
    ///
    /// @param oursFirst which of two sessions from simultaneous handshakes becomes current: the one we
    /// initiated, or the peer's; the peer must pass the opposite
    public void add(Keypair fresh, boolean oursFirst) {
        if (!fresh.initiator()) {
            Keypair oldNext = next;
            next = fresh;
            retire(oldNext);
            return;
        }
        Keypair waiting = next;
        if (waiting != null && waiting.received() > 0) { // received already, but ours was preferred
            next = null;
            retire(waiting);
        }
        Keypair oldPrevious = previous;
        Keypair inUse = current;
        if (inUse != null && !oursFirst && crossed(fresh, inUse)) {
            previous = fresh;
        } else {
            previous = inUse;
            current = fresh;
        }
        retire(oldPrevious);
    }

    /// Reports an authenticated datagram in this session, which makes [#next] current. Does nothing for
    /// other sessions.
    ///
    /// @param oursFirst as in [#add]
    /// @return true when it became current
    public boolean confirm(Keypair keypair, boolean oursFirst) {
        Keypair inUse = current;
        if (keypair != next || (inUse != null && oursFirst && crossed(inUse, keypair))) {
            return false;
        }
        Keypair oldPrevious = previous;
        next = null;
        previous = inUse;
        current = keypair;
        retire(oldPrevious);
        return true;
    }

    /// True when the peer initiated before it received our initiation: its initiation arrived while ours
    /// was in flight, or was overtaken by the response to ours. A peer that restarted initiates later than
    /// that.
    private static boolean crossed(Keypair ours, Keypair theirs) {
        if (!ours.initiator() || theirs.initiator()) {
            return false;
        }
        long roundTrip = ours.created() - ours.started();
        return theirs.created() - ours.started() >= 0
                && theirs.created() - ours.created() <= Math.max(roundTrip, OVERTAKING);
    }

    /// Drops and wipes all sessions.
    public void clear() {
        Keypair a = previous;
        Keypair b = current;
        Keypair c = next;
        previous = null;
        current = null;
        next = null;
        retire(a);
        retire(b);
        retire(c);
    }

    private void retire(@Nullable Keypair keypair) {
        if (keypair != null) {
            retired.accept(keypair);
            keypair.close();
        }
    }
}
