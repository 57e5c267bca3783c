package dev.warren.crypto.noise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.warren.crypto.Protocol;
import dev.warren.crypto.Verdict;
import dev.warren.crypto.key.PresharedKey;
import dev.warren.crypto.key.PrivateKey;
import dev.warren.crypto.key.PublicKey;
import dev.warren.crypto.primitive.Blake2s;
import dev.warren.crypto.primitive.SymmetricState;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.wire.InitiationMessage;
import dev.warren.crypto.wire.MessageType;
import dev.warren.crypto.wire.ResponseMessage;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The Noise_IKpsk2 handshake with one peer, in both roles (whitepaper §5.4.2 and §5.4.3). Confined to the
/// thread of its Suite. All its secrets lie in one off-heap cell. Each step loads them, computes, and
/// stores the results only when the whole step succeeded.
public final class Handshake implements AutoCloseable {
    public enum State {
        NONE,
        INITIATION_CREATED,
        INITIATION_CONSUMED,
        RESPONSE_CREATED,
        RESPONSE_CONSUMED
    }

    /// Shortest time between two accepted initiations of one peer, nanoseconds.
    private static final long INITIATION_INTERVAL = Protocol.SECOND / Protocol.INITIATIONS_PER_SECOND;

    private static final byte[] EMPTY = {};

    // Layout of the cell. Of the handshake in flight: chaining key and hash, our ephemeral key, the peer's
    // ephemeral key. Lasting longer: static-static secret, preshared key, last timestamp, and the timestamp
    // being checked.
    private static final int SYMMETRIC = 0,
            EPHEMERAL = 64,
            REMOTE_EPHEMERAL = 96,
            IN_FLIGHT = 128,
            STATIC_STATIC = 128,
            PRESHARED_KEY = 160,
            LAST_TIMESTAMP = 192,
            NEW_TIMESTAMP = 208;

    private final Suite suite;
    private final PublicKey remote;
    private final SecureRandom random;
    private final MemorySegment cell;
    private final PrivateKey ephemeral;
    private StaticIdentity identity;
    private boolean staticStaticKnown;
    private boolean closed;

    private State state = State.NONE;
    private int localIndex;
    private int remoteIndex;
    private long lastInitiation = Long.MIN_VALUE;
    private long ownStamp = Long.MIN_VALUE;

    /// Does no Diffie-Hellman yet: static-static is computed on first use.
    public Handshake(Suite suite, StaticIdentity identity, PublicKey remote, SecureRandom random) {
        this.suite = suite;
        this.identity = identity;
        this.remote = remote;
        this.random = random;
        this.cell = suite.handshakeCells().take();
        this.ephemeral = new PrivateKey(cell.asSlice(EPHEMERAL, PrivateKey.LENGTH));
    }

    /// Uses another static key from now on; forgets the handshake in flight.
    public void identity(StaticIdentity changed) {
        clear();
        identity = changed;
        staticStaticKnown = false;
        cell.asSlice(STATIC_STATIC, Blake2s.LENGTH).fill((byte) 0);
    }

    /// Sets the preshared key, which is copied; used from the next response on. Null or zero: none.
    public void presharedKey(@Nullable PresharedKey psk) {
        //
        var place = cell.asSlice(PRESHARED_KEY, PresharedKey.LENGTH);
        if (psk == null) {
            place.fill((byte) 0);
        } else {
            place.copyFrom(psk.memory());
        }
    }

    /// Creates an initiation (whitepaper §5.4.2) and replaces a handshake in flight.
    ///
    /// @param wall nanoseconds since the Unix epoch
    /// @return a fresh message of 148 bytes, MACs not yet filled; null, and state NONE, when the peer's
    /// public key is a point of low order
    public byte @Nullable [] createInitiation(int senderIndex, long wall) {
        // both Diffie-Hellmans are checked.
        clear();
        var symmetric = suite.symmetricState();
        try {
            if (!staticStatic(symmetric)) {
                return null;
            }
            var message = InitiationMessage.create(senderIndex);
            symmetric.begin(remote);
            newEphemeral(symmetric, message, InitiationMessage.EPHEMERAL);
            if (!suite.x25519().agree(ephemeral, remote, symmetric.shared)) {
                clear();
                return null;
            }
            symmetric.mixSharedToKey();
            symmetric.encryptAndHash(
                    identity.publicKey().raw(), 0, PublicKey.LENGTH, message, InitiationMessage.STATIC);
            loadStaticStatic(symmetric);
            symmetric.mixSharedToKey();
            ownStamp = Tai64n.whiten(wall, ownStamp);
            var stamp = new byte[Tai64n.LENGTH];
            Tai64n.write(ownStamp, MemorySegment.ofArray(stamp), 0);
            symmetric.encryptAndHash(stamp, 0, Tai64n.LENGTH, message, InitiationMessage.TIMESTAMP);
            symmetric.save(cell, SYMMETRIC);
            localIndex = senderIndex;
            state = State.INITIATION_CREATED;
            return message;
        } finally {
            symmetric.wipe();
        }
    }

    /// Authenticates the initiator, checks timestamp and rate.
    ///
    /// @param now nanoseconds
    /// @return OK; or DECRYPT_FAILED, LOW_ORDER_POINT, OLD_TIMESTAMP or INITIATION_FLOOD, and then the
    /// state is unchanged
    public Verdict consumeInitiation(ReceivedInitiation initiation, long now) {
        if (initiation.identity() != identity || !initiation.remoteStatic().equals(remote)) {
            return Verdict.DECRYPT_FAILED;
        }
        var symmetric = suite.symmetricState();
        try {
            if (initiation.timestamp() == null) {
                if (!staticStatic(symmetric)) {
                    return Verdict.LOW_ORDER_POINT;
                }
                initiation.load(symmetric);
                loadStaticStatic(symmetric);
                symmetric.mixSharedToKey();
                if (!initiation.decryptTimestamp(symmetric)) {
                    return Verdict.DECRYPT_FAILED;
                }
            }
            var message = initiation.message();
            initiation.load(symmetric);
            var stamp = Objects.requireNonNull(initiation.timestamp());
            MemorySegment.copy(stamp, 0, cell, JAVA_BYTE, NEW_TIMESTAMP, Tai64n.LENGTH);
            if (!Tai64n.after(cell, NEW_TIMESTAMP, cell, LAST_TIMESTAMP)) {
                //
                return Verdict.OLD_TIMESTAMP;
            }
            if (lastInitiation != Long.MIN_VALUE && now - lastInitiation < INITIATION_INTERVAL) {
                return Verdict.INITIATION_FLOOD;
            }
            clear();
            lastInitiation = now;
            MemorySegment.copy(cell, NEW_TIMESTAMP, cell, LAST_TIMESTAMP, Tai64n.LENGTH);
            MemorySegment.copy(
                    message, InitiationMessage.EPHEMERAL, cell, JAVA_BYTE, REMOTE_EPHEMERAL, PublicKey.LENGTH);
            symmetric.save(cell, SYMMETRIC);
            remoteIndex = initiation.senderIndex();
            state = State.INITIATION_CONSUMED;
            return Verdict.OK;
        } finally {
            symmetric.wipe();
        }
    }

    /// Creates the response (whitepaper §5.4.3) to the initiation consumed last.
    ///
    /// @return a fresh message of 92 bytes, MACs not yet filled; null, and state NONE, when a
    /// Diffie-Hellman result is zero
    /// @throws IllegalStateException when no initiation was consumed
    public byte @Nullable [] createResponse(int senderIndex) {
        require(State.INITIATION_CONSUMED);
        try (var dh = ResponderDh.make(suite, random, remoteEphemeral(), remote)) {
            if (dh == null) {
                clear();
                return null;
            }
            return createResponse(senderIndex, dh);
        }
    }

    /// Creates the response with Diffie-Hellmans computed before, maybe on another thread.
    ///
    /// @param dh [#expects] is true for it; the caller closes it
    /// @return a fresh message of 92 bytes, MACs not yet filled
    /// @throws IllegalStateException when `dh` is not for the initiation consumed last; nothing is changed
    /// then
    public byte[] createResponse(int senderIndex, ResponderDh dh) {
        if (!expects(dh)) {
            throw new IllegalStateException("These Diffie-Hellmans are not for the initiation consumed last.");
        }
        var symmetric = suite.symmetricState();
        try {
            var message = ResponseMessage.create(senderIndex, remoteIndex);
            symmetric.load(cell, SYMMETRIC);
            System.arraycopy(dh.ephemeral(), 0, message, ResponseMessage.EPHEMERAL, PublicKey.LENGTH);
            symmetric.mixEphemeral(message, ResponseMessage.EPHEMERAL);
            dh.loadWithEphemeral(symmetric);
            symmetric.mixShared();
            dh.loadWithStatic(symmetric);
            symmetric.mixShared();
            symmetric.mixPresharedKey(cell, PRESHARED_KEY);
            symmetric.encryptAndHash(EMPTY, 0, 0, message, ResponseMessage.NOTHING);
            symmetric.save(cell, SYMMETRIC);
            localIndex = senderIndex;
            state = State.RESPONSE_CREATED;
            return message;
        } finally {
            symmetric.wipe();
        }
    }

    /// True when `dh` was made for the initiation consumed last, and that has no response yet.
    public boolean expects(ResponderDh dh) {
        return state == State.INITIATION_CONSUMED && dh.belongsTo(remoteEphemeral());
    }

    private byte[] remoteEphemeral() {
        var theirs = new byte[PublicKey.LENGTH];
        MemorySegment.copy(cell, JAVA_BYTE, REMOTE_EPHEMERAL, theirs, 0, PublicKey.LENGTH);
        return theirs;
    }

    /// Consumes the response to our initiation (whitepaper §5.4.3).
    ///
    /// @param message unchanged; must have passed the gate, since MAC1 is not checked here
    /// @return OK; or MALFORMED, UNEXPECTED_RESPONSE, LOW_ORDER_POINT or PSK_MISMATCH, and then nothing is
    /// changed
    public Verdict consumeResponse(byte[] message) {
        // results are stored only when all of the response is right.
        if (MessageType.classify(message) != MessageType.RESPONSE) {
            return Verdict.MALFORMED;
        }
        if (state != State.INITIATION_CREATED || ResponseMessage.receiver(message) != localIndex) {
            return Verdict.UNEXPECTED_RESPONSE;
        }
        var symmetric = suite.symmetricState();
        try {
            symmetric.load(cell, SYMMETRIC);
            symmetric.mixEphemeral(message, ResponseMessage.EPHEMERAL);
            if (!suite.x25519().agree(ephemeral, message, ResponseMessage.EPHEMERAL, symmetric.shared)) {
                return Verdict.LOW_ORDER_POINT;
            }
            symmetric.mixShared();
            if (!suite.x25519().agree(identity.privateKey(), message, ResponseMessage.EPHEMERAL, symmetric.shared)) {
                return Verdict.LOW_ORDER_POINT;
            }
            symmetric.mixShared();
            symmetric.mixPresharedKey(cell, PRESHARED_KEY);
            if (!symmetric.decryptAndHash(message, ResponseMessage.NOTHING, 16, EMPTY)) {
                return Verdict.PSK_MISMATCH; // a forged response fails here too
            }
            symmetric.save(cell, SYMMETRIC);
            wipeEphemeral();
            remoteIndex = ResponseMessage.sender(message);
            state = State.RESPONSE_CONSUMED;
            return Verdict.OK;
        } finally {
            symmetric.wipe();
        }
    }

    /// Derives the transport keys (whitepaper §5.4.5) after [#createResponse] or [#consumeResponse].
    /// Afterwards the state is NONE, and everything is wiped but the static-static secret, the preshared
    /// key and the timestamp.
    ///
    /// @return fresh keys, which the caller closes
    /// @throws IllegalStateException in any other state
    public SessionKeys deriveSession() {
        //
        if (state != State.RESPONSE_CONSUMED) {
            require(State.RESPONSE_CREATED);
        }
        var symmetric = suite.symmetricState();
        symmetric.load(cell, SYMMETRIC);
        boolean initiator = state == State.RESPONSE_CONSUMED;
        var keys = new SessionKeys(suite.keyCells(), symmetric, initiator, localIndex, remoteIndex);
        clear();
        return keys;
    }

    public State state() {
        return state;
    }

    /// The index that the peer uses for us, of the latest handshake; keeps its value in state NONE.
    public int localIndex() {
        return localIndex;
    }

    /// The index that we use for the peer, of the latest handshake.
    public int remoteIndex() {
        return remoteIndex;
    }

    /// Wipes the handshake in flight; keeps the timestamps.
    public void clear() {
        if (state != State.NONE) {
            state = State.NONE;
            suite.x25519().forget(ephemeral);
            cell.asSlice(0, IN_FLIGHT).fill((byte) 0);
        }
    }

    /// The greatest TAI64N accepted from this peer, 12 fresh bytes; zeros at first.
    public byte[] lastTimestamp() {
        var stamp = new byte[Tai64n.LENGTH];
        MemorySegment.copy(cell, JAVA_BYTE, LAST_TIMESTAMP, stamp, 0, Tai64n.LENGTH);
        return stamp;
    }

    /// Sets the greatest TAI64N accepted, 12 bytes from [#lastTimestamp]; zeros accept any timestamp again.
    public void restoreTimestamp(byte[] tai64n) {
        MemorySegment.copy(tai64n, 0, cell, JAVA_BYTE, LAST_TIMESTAMP, Tai64n.LENGTH);
    }

    /// Wipes all secrets. Idempotent; no other method may be called afterwards.
    @Override
    public void close() {
        if (!closed) {
            clear();
            closed = true;
            suite.x25519().forget(ephemeral);
            ephemeral.close();
            suite.handshakeCells().giveBack(cell);
        }
    }

    /// The part of the cell that must be zero when no handshake is in flight; for tests.
    MemorySegment inFlight() {
        return cell.asSlice(0, IN_FLIGHT).asReadOnly();
    }

    private void require(State expected) {
        if (state != expected) {
            throw new IllegalStateException("The handshake is " + state + ", not " + expected + ".");
        }
    }

    private void newEphemeral(SymmetricState symmetric, byte[] message, int at) {
        suite.x25519().forget(ephemeral);
        ephemeral.regenerate(random, symmetric.shared);
        suite.x25519().publicKey(ephemeral, message, at);
        symmetric.mixEphemeral(message, at);
    }

    private void wipeEphemeral() {
        suite.x25519().forget(ephemeral);
        ephemeral.memory().fill((byte) 0);
    }

    // Computes the static-static secret on first use; false when it is zero.
    private boolean staticStatic(SymmetricState symmetric) {
        if (!staticStaticKnown) {
            if (!suite.x25519().agree(identity.privateKey(), remote, symmetric.shared)) {
                return false;
            }
            MemorySegment.copy(symmetric.shared, 0, cell, JAVA_BYTE, STATIC_STATIC, Blake2s.LENGTH);
            Arrays.fill(symmetric.shared, (byte) 0);
            staticStaticKnown = true;
        }
        return true;
    }

    private void loadStaticStatic(SymmetricState symmetric) {
        MemorySegment.copy(cell, JAVA_BYTE, STATIC_STATIC, symmetric.shared, 0, Blake2s.LENGTH);
    }
}
