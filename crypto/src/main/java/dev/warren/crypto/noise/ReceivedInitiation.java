package dev.warren.crypto.noise;

import dev.warren.crypto.LocalIdentity;
import dev.warren.crypto.Suite;
import org.jspecify.annotations.Nullable;

/// An initiation whose sender is known but not yet proved: its static key was decrypted, its timestamp was not.
/// May be handed to another thread; [#close] wipes.
@SuppressWarnings("DoNotCallSuggester")
public final class ReceivedInitiation implements AutoCloseable {
    private ReceivedInitiation() {}

    /// One DH and one decryption. Null when the message does not authenticate or carries a low-order point. MAC1 is the
    /// gate's affair.
    public static @Nullable ReceivedInitiation read(Suite suite, LocalIdentity identity, byte[] message) {
        throw new UnsupportedOperationException();
    }

    public PublicKey remoteStatic() {
        throw new UnsupportedOperationException();
    }

    public int senderIndex() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
