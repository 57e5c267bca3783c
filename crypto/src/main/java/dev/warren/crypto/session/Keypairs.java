package dev.warren.crypto.session;

import dev.warren.crypto.Protocol;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The sessions of one peer: the one in use, the one before it, and as responder one that waits for its first datagram
/// (kernel noise.c).
///
/// It departs from the kernel where both sides begin a handshake at the same moment and both handshakes complete. There
/// old sessions are dropped while datagrams under them are still on their way; here a session only goes when it is
/// pushed out of its place, and both sides settle on the same one of the two new sessions.
public final class Keypairs {
    /// An initiation may come so much later than a response that was sent after it, nanoseconds.
    private static final long OVERTAKING = 100 * Protocol.MILLISECOND;

    private final Consumer<Keypair> retired;
    private @Nullable Keypair previous;
    private @Nullable Keypair current;
    private @Nullable Keypair next;

    /// @param retired is told of every keypair that is done with, just before it is wiped
    public Keypairs(Consumer<Keypair> retired) {
        this.retired = retired;
    }

    /// The session to send with.
    public @Nullable Keypair current() {
        return current;
    }

    /// The session that only receives any more.
    public @Nullable Keypair previous() {
        return previous;
    }

    /// The session that waits for its confirmation.
    public @Nullable Keypair next() {
        return next;
    }

    public boolean isEmpty() {
        return current == null && next == null && previous == null;
    }

    /// Whether one of them may still send or receive.
    public boolean usable(long now) {
        return usable(current, now) || usable(next, now) || usable(previous, now);
    }

    private static boolean usable(@Nullable Keypair keypair, long now) {
        return keypair != null && !keypair.olderThan(Protocol.REJECT_AFTER_TIME, now);
    }

    /// The session that listens on this index.
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

    /// Whether the other side listens on this index, in one of these sessions.
    public boolean sendsTo(int index) {
        return sendsTo(current, index) || sendsTo(previous, index) || sendsTo(next, index);
    }

    private static boolean sendsTo(@Nullable Keypair keypair, int index) {
        return keypair != null && keypair.remoteIndex() == index;
    }

    /// A handshake is done. As initiator the session is in use from now on; as responder it waits for its first
    /// datagram, since the response may be lost.
    ///
    /// @param oursFirst which of two sessions made at the same moment is used: the one we began, or the other
    /// side's;
    ///     both sides must decide alike
    public void add(Keypair fresh, boolean oursFirst) {
        if (!fresh.initiator()) {
            Keypair oldNext = next;
            next = fresh;
            retire(oldNext);
            return;
        }
        Keypair waiting = next;
        if (waiting != null && waiting.received() > 0) { // confirmed once, and passed over for one of ours
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

    /// A datagram under this session was authenticated. Calling it for any session is right, it does something for
    /// [#next] only.
    ///
    /// @param oursFirst as in [#add]
    /// @return whether it is in use from now on
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

    /// Whether the other side began a handshake before it heard of ours: its initiation came while ours was under way,
    /// or overtaken by the answer to ours. A peer that restarted begins later than that.
    private static boolean crossed(Keypair ours, Keypair theirs) {
        if (!ours.initiator() || theirs.initiator()) {
            return false;
        }
        long roundTrip = ours.created() - ours.started();
        return theirs.created() - ours.started() >= 0
                && theirs.created() - ours.created() <= Math.max(roundTrip, OVERTAKING);
    }

    /// Wipes all.
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
