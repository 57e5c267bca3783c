package dev.warren.crypto.noise;

import java.lang.foreign.MemorySegment;

/// What a handshake leaves: two transport keys and the indices of both sides. Give the keys to `Aead.key`, then close.
@SuppressWarnings("DoNotCallSuggester")
public final class SessionKeys implements AutoCloseable {
    SessionKeys() {}

    /// 32 bytes, native; gone after [#close].
    public MemorySegment sendKey() {
        throw new UnsupportedOperationException();
    }

    /// 32 bytes, native; gone after [#close].
    public MemorySegment receiveKey() {
        throw new UnsupportedOperationException();
    }

    public boolean initiator() {
        throw new UnsupportedOperationException();
    }

    public int localIndex() {
        throw new UnsupportedOperationException();
    }

    public int remoteIndex() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
