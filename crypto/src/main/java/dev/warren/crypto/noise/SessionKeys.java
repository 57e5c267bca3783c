package dev.warren.crypto.noise;

import dev.warren.crypto.key.KeyCells;
import dev.warren.crypto.primitive.SymmetricState;
import java.lang.foreign.MemorySegment;

/// Result of a handshake: two transport keys and the indices of both sides (whitepaper §5.4.5). Pass the
/// keys to `Aead.key`, which copies them, then close. Confined to the thread of its Suite.
public final class SessionKeys implements AutoCloseable {
    private final KeyCells cells;
    private final MemorySegment cell;
    private final boolean initiator;
    private final int localIndex;
    private final int remoteIndex;
    private boolean closed;

    SessionKeys(KeyCells cells, SymmetricState state, boolean initiator, int localIndex, int remoteIndex) {
        this.cells = cells;
        this.cell = cells.take();
        this.initiator = initiator;
        this.localIndex = localIndex;
        this.remoteIndex = remoteIndex;
        if (initiator) {
            state.split(sendKey(), receiveKey());
        } else {
            state.split(receiveKey(), sendKey());
        }
    }

    /// 32 bytes, native; gone after [#close].
    public MemorySegment sendKey() {
        return part(0);
    }

    /// 32 bytes, native; gone after [#close].
    public MemorySegment receiveKey() {
        return part(32);
    }

    private MemorySegment part(int at) {
        if (closed) {
            throw new IllegalStateException("The session keys were closed.");
        }
        return cell.asSlice(at, 32);
    }

    /// True when we were the initiator.
    public boolean initiator() {
        return initiator;
    }

    public int localIndex() {
        return localIndex;
    }

    public int remoteIndex() {
        return remoteIndex;
    }

    /// Wipes the keys. Idempotent.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            cells.giveBack(cell);
        }
    }
}
