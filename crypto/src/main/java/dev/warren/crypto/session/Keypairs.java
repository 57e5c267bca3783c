package dev.warren.crypto.session;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The sessions of one peer: the one in use, the one before it, and as responder one that waits for its first datagram
/// (kernel noise.c).
///
/// It departs from the kernel in one point. Both sides may begin a handshake at the same moment, and then both
/// complete: the kernel drops the session in use at that point, we keep it as previous until the peer used a new one,
/// and both sides settle on the same new session.
public final class Keypairs {
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

    /// A handshake is done. As initiator the session is in use from now on; as responder it waits for its first
    /// datagram, since the response may be lost.
    public void add(Keypair fresh) {
        Keypair oldPrevious = previous;
        if (fresh.initiator()) {
            previous = current;
            current = fresh;
        } else {
            Keypair oldNext = next;
            previous = null;
            next = fresh;
            retire(oldNext);
        }
        retire(oldPrevious);
    }

    /// A datagram under this session was authenticated. Calling it for any session is right, it does something for
    /// [#next] only.
    ///
    /// @param oursFirst which of two sessions made at the same moment is used: the one we began, or the other side's;
    ///     both sides must decide alike
    /// @return whether it is in use from now on
    public boolean confirm(Keypair keypair, boolean oursFirst) {
        if (keypair != next) {
            return false;
        }
        next = null;
        Keypair oldPrevious = previous;
        Keypair inUse = current;
        boolean crossed = inUse != null && inUse.initiator() && inUse.created() - keypair.created() >= 0;
        if (crossed && oursFirst) {
            previous = keypair;
        } else {
            previous = inUse;
            current = keypair;
        }
        retire(oldPrevious);
        return current == keypair;
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
