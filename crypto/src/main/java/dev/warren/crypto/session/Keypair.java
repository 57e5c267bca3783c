package dev.warren.crypto.session;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.noise.SessionKeys;
import dev.warren.crypto.primitive.Aead;
import dev.warren.crypto.primitive.AeadKey;
import dev.warren.crypto.wire.DataMessage;
import java.lang.foreign.MemorySegment;

/// One session: two transport keys, the counters of both directions, and its time of creation. Confined to
/// its peer's thread; [#seal] and [#open] allocate nothing.
public final class Keypair implements AutoCloseable {
    private final AeadKey sendKey;
    private final AeadKey receiveKey;
    private final int localIndex;
    private final int remoteIndex;
    private final boolean initiator;
    private final long started;
    private final long created;
    private final ReplayFilter replay = new ReplayFilter();
    private long sendCounter;
    private long received;

    /// Copies the keys; the caller closes `keys`.
    ///
    /// @param started when its initiation was sent or, as responder, received, nanoseconds
    /// @param created now, nanoseconds: the age limits count from here
    public Keypair(SessionKeys keys, Aead aead, long started, long created) {
        this(
                aead.key(keys.sendKey()),
                aead.key(keys.receiveKey()),
                keys.localIndex(),
                keys.remoteIndex(),
                keys.initiator(),
                started,
                created);
    }

    Keypair(
            AeadKey sendKey,
            AeadKey receiveKey,
            int localIndex,
            int remoteIndex,
            boolean initiator,
            long started,
            long created) {
        this.sendKey = sendKey;
        this.receiveKey = receiveKey;
        this.localIndex = localIndex;
        this.remoteIndex = remoteIndex;
        this.initiator = initiator;
        this.started = started;
        this.created = created;
    }

    /// The index that the other side writes into its datagrams.
    public int localIndex() {
        return localIndex;
    }

    /// The index that we write into our datagrams.
    public int remoteIndex() {
        return remoteIndex;
    }

    /// True when we were the initiator; only the initiator rekeys by time.
    public boolean initiator() {
        return initiator;
    }

    /// When the session was created, nanoseconds.
    public long created() {
        return created;
    }

    /// When its initiation was sent or, as responder, received, nanoseconds.
    public long started() {
        return started;
    }

    /// True when the session is `age` nanoseconds old or older. A clock that went back makes it younger and
    /// causes no error.
    public boolean olderThan(long age, long now) {
        //
        return now - created >= age;
    }

    /// True when another datagram may be sent: the session is younger than `ageLimit` nanoseconds (at most
    /// REJECT_AFTER_TIME) and its counter below REJECT_AFTER_MESSAGES.
    public boolean sendable(long ageLimit, long now) {
        return now - created < ageLimit && Long.compareUnsigned(sendCounter, Protocol.REJECT_AFTER_MESSAGES) < 0;
    }

    /// The counter of the next datagram, unsigned.
    public long sendCounter() {
        return sendCounter;
    }

    /// Skips counters. Never goes back, because using a counter twice reveals the plaintexts.
    ///
    /// @throws IllegalArgumentException when `counter` is smaller than the next one
    public void skipTo(long counter) {
        if (Long.compareUnsigned(counter, sendCounter) < 0) {
            throw new IllegalArgumentException("a counter must not go back");
        }
        sendCounter = counter;
    }

    /// Number of datagrams the peer has sent at least: the greatest counter received, plus one.
    public long expected() {
        return replay.expected();
    }

    /// Number of authenticated datagrams received.
    public long received() {
        return received;
    }

    /// Number of these that arrived after one that was sent later.
    public long late() {
        return replay.late();
    }

    /// Encrypts `length` bytes, padded already, into a transport data message; margins as in [AeadKey].
    ///
    /// @return length of the datagram at `dst + to`, or the code of COUNTER_LIMIT
    public int seal(MemorySegment src, long at, int length, MemorySegment dst, long to) {
        long counter = sendCounter;
        if (Long.compareUnsigned(counter, Protocol.REJECT_AFTER_MESSAGES) >= 0) {
            return Verdict.COUNTER_LIMIT.code();
        }
        sendCounter = counter + 1;
        DataMessage.header(dst, to, remoteIndex, counter);
        sendKey.seal(counter, src, at, length, dst, to + DataMessage.CONTENT);
        return length + DataMessage.OVERHEAD;
    }

    /// Decrypts a transport data message whose size, type and index are checked already. Checks age,
    /// counter and tag, and marks the counter only after all of them. Margins as in [AeadKey].
    ///
    /// @return length of the plaintext at `dst + to`, or the code of EXPIRED, COUNTER_LIMIT, REPLAYED or
    /// BAD_TAG
    public int open(MemorySegment src, long at, int length, MemorySegment dst, long to, long now) {
        // a forged counter does not move the replay window.
        if (olderThan(Protocol.REJECT_AFTER_TIME, now)) {
            return Verdict.EXPIRED.code();
        }
        long counter = DataMessage.counter(src, at);
        if (!replay.check(counter)) {
            boolean limit = Long.compareUnsigned(counter, Protocol.REJECT_AFTER_MESSAGES) >= 0;
            return (limit ? Verdict.COUNTER_LIMIT : Verdict.REPLAYED).code();
        }
        int sealed = length - DataMessage.CONTENT;
        if (!receiveKey.open(counter, src, at + DataMessage.CONTENT, sealed, dst, to)) {
            return Verdict.BAD_TAG.code();
        }
        replay.mark(counter);
        received++;
        return sealed - Aead.TAG_LENGTH;
    }

    /// Wipes both keys.
    @Override
    public void close() {
        sendKey.close();
        receiveKey.close();
    }
}
